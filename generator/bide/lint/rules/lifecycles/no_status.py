"""no-status: a poll reply shows the state of the job, in its body or by its HTTP status.

Why: otherwise no wait could end.

    poll: {get: "/jobs/{job_id}"}                                              # refused
    poll: {get: "/jobs/{job_id}", states: {202: running, 200: succeeded}}      # fine: 202 means running
    poll: {get: "/jobs/{job_id}", states: {503: running}}                      # refused: 503 is a transient error
    poll: {get: "/jobs/{job_id}", accepts: [200, 503]}                         # likewise

For a status in the body, `status` points to it and `states` maps its values. Each needs the other.

missing-snapshot: if a lifecycle points into the poll reply, each of its jobs names the model of that reply.

Why: pointers are checked against a model.

    jobs: {fetch: {lifecycle: job, result: Page, submit: ...}}                          # refused: no snapshot
    lifecycles: {job: {poll: {get: "/jobs/{job_id}"}, status: status, states: ...}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_TRANSIENT = {"408", "425", "429", "500", "502", "503", "504"}
_POINTS_INSIDE = ("status", "ready", "ends", "error", "progress", "retry_after", "credits", "poll_many")


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        path: Path = ("lifecycles", name)
        yield from _status(spec, path, lifecycle)
        yield from _codes(spec, (*path, "poll"), lifecycle["poll"])
        inside = next((key for key in _POINTS_INSIDE if key in lifecycle), None)
        inside = "result" if inside is None and "field" in lifecycle.get("result", {}) else inside
        for job, raw in spec.jobs_of(name):
            if "snapshot" not in raw and inside is not None:
                message = f'"{inside}" of the lifecycle points into the poll reply, and this job has no "snapshot"'
                yield spec.at_key(("jobs", job), "missing-snapshot", message)


def _status(spec: Spec, path: Path, lifecycle: Mapping[str, Json]) -> Iterator[Diagnostic]:
    if ("status" in lifecycle) != ("states" in lifecycle):
        there, missing = ("status", "states") if "status" in lifecycle else ("states", "status")
        yield spec.at_key((*path, there), "no-status", f'"{there}" needs "{missing}"')
    elif "status" not in lifecycle and "states" not in lifecycle["poll"]:
        message = "nothing shows the state of a job"
        help_ = 'add "status" and "states", or "states" by HTTP status in "poll"'
        yield spec.at_key(path, "no-status", message, help_)


def _codes(spec: Spec, path: Path, poll: Mapping[str, Json]) -> Iterator[Diagnostic]:
    for index, code in enumerate(poll.get("accepts", ())):
        if str(code) in _TRANSIENT:
            message = f"{code} is a transient error: the poll is sent again, whatever its body says"
            yield spec.at_value((*path, "accepts", index), "conflicting-keys", message, "remove it")
    for code in poll.get("states", {}):
        place = (*path, "states", code)
        if code in _TRANSIENT:
            message = f"{code} is a transient error and cannot be the state of a job"
            yield spec.at_key(place, "conflicting-keys", message)
        elif int(code) in poll.get("accepts", ()):
            message = f'{code} is in "accepts" too: either it is a state, or the body has the status'
            yield spec.at_key(place, "conflicting-keys", message)

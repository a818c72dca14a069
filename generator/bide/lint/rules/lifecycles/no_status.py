"""no-status: polls tell where the job is, in their body or by their HTTP status.

Why: without either, no wait would ever end.

    poll: {get: "/jobs/{job_id}"}                                              # refused
    poll: {get: "/jobs/{job_id}", states: {202: running, 200: succeeded}}      # fine: 202 means running
    poll: {get: "/jobs/{job_id}", states: {503: running}}                      # refused: that is an error that passes

In the body, `status` says where the status is and `states` what each means; the one is nothing without the other.

missing-snapshot: where a lifecycle looks into the poll reply, its jobs say what that is.

Why: a pointer leads into a model.

    jobs: {fetch: {lifecycle: job, result: Page, submit: ...}}                          # refused: no snapshot
    lifecycles: {job: {poll: {get: "/jobs/{job_id}"}, status: status, states: ...}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_PASSING = {"408", "425", "429", "500", "502", "503", "504"}
_LOOKS_INSIDE = ("status", "ready", "failed_if", "error", "progress", "retry_after", "credits", "poll_many")


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        path: Path = ("lifecycles", name)
        yield from _told(spec, path, lifecycle)
        yield from _codes(spec, (*path, "poll"), lifecycle["poll"])
        inside = next((key for key in _LOOKS_INSIDE if key in lifecycle), None)
        inside = "result" if inside is None and "field" in lifecycle.get("result", {}) else inside
        for job, raw in spec.jobs_of(name):
            if "snapshot" not in raw and inside is not None:
                message = (
                    f'"{inside}" of the lifecycle looks into the poll reply, and "snapshot" does not say what it is'
                )
                yield spec.at_key(("jobs", job), "missing-snapshot", message)


def _told(spec: Spec, path: Path, lifecycle: Mapping[str, Json]) -> Iterator[Diagnostic]:
    if ("status" in lifecycle) != ("states" in lifecycle):
        there, missing = ("status", "states") if "status" in lifecycle else ("states", "status")
        yield spec.at_key((*path, there), "no-status", f'"{there}" means nothing without "{missing}"')
    elif "status" not in lifecycle and "states" not in lifecycle["poll"]:
        message = "nothing says where a job is"
        help_ = 'give "status" and "states", or the "states" of HTTP statuses in "poll"'
        yield spec.at_key(path, "no-status", message, help_)


def _codes(spec: Spec, path: Path, poll: Mapping[str, Json]) -> Iterator[Diagnostic]:
    for code in poll.get("states", {}):
        place = (*path, "states", code)
        if code in _PASSING:
            message = f"{code} is an error that passes, and says nothing of a job"
            yield spec.at_key(place, "conflicting-keys", message)
        elif int(code) in poll.get("accepts", ()):
            message = f'{code} cannot tell by itself and leave it to the body: it is in "accepts" as well'
            yield spec.at_key(place, "conflicting-keys", message)

"""unknown-event: the last events of a stream are among its events.

Why: a stream without its last event counts as cut off. An event that never comes would make every stream count so.

    stream: {events: {done: Done}, last: end}                   # refused: there is no event "end"
    stream: {events: {done: Done}, last: done}                  # fine

several-jobs: an operation returns at most one kind of job.

Why: the return type has one kind of handle.

    returns: {201: {job: fetch, job_id: id}, 202: {job: crawl, job_id: id}}   # refused
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, operation in spec.table("operations").items():
        path: Path = ("operations", name)
        if "stream" in operation:
            if "returns" in operation:
                yield spec.at_key(
                    (*path, "returns"), "conflicting-keys", '"stream" and "returns" cannot be used together'
                )
            yield from _last_events(spec, (*path, "stream"), operation["stream"])
        elif isinstance(operation.get("returns"), dict):
            yield from _several_jobs(spec, (*path, "returns"), operation["returns"])


def _last_events(spec: Spec, path: Path, stream: Json) -> Iterator[Diagnostic]:
    last = stream["last"]
    is_one = isinstance(last, str)
    for index, event in enumerate([last] if is_one else last):
        if event not in stream["events"]:
            place: Path = (*path, "last") if is_one else (*path, "last", index)
            message = f'there is no event "{event}"'
            yield spec.at_value(place, "unknown-event", message, did_you_mean(event, stream["events"]))


def _several_jobs(spec: Spec, path: Path, replies: Json) -> Iterator[Diagnostic]:
    statuses = [status for status, reply in replies.items() if isinstance(reply, dict)]
    for status in statuses[1:]:
        yield spec.at_key((*path, status), "several-jobs", f"the reply with status {statuses[0]} already is a job")

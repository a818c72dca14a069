"""unknown-event: the last events of a stream are among its events.

Why: a stream without its last event counts as cut off. An event that never comes would make every stream count so.

    stream: {events: {done: Done}, last: end}                   # refused: there is no event "end"
    stream: {events: {done: Done}, last: done}                  # fine
    stream: {events: Chunk, last: done}                         # refused, unless Chunk is a union with a variant "done"
    stream: {events: Chunk, last: {data: "[DONE]"}}             # fine

error-reply: `returns` has only replies of success with a body.

Why: a reply from 300 raises an exception, and a 204 has no body to read.

    returns: {200: Page, 404: Problem}         # refused: a 404 raises NotFound; `errors` reads its body
    returns: {200: Page, 204: Page}            # refused: a 204 is empty
    returns: {200: Page, 204: null}            # fine

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
            yield from _error_replies(spec, (*path, "returns"), operation["returns"])
            yield from _several_jobs(spec, (*path, "returns"), operation["returns"])


def _last_events(spec: Spec, path: Path, stream: Json) -> Iterator[Diagnostic]:
    last, events = stream.get("last", []), spec.events(stream)
    is_one = isinstance(last, str)
    for index, event in enumerate([last] if is_one else last if isinstance(last, list) else []):
        place: Path = (*path, "last") if is_one else (*path, "last", index)
        if events is None:
            message = f'nothing tells the event "{event}" from others: they have one model'
            help_ = 'declare a union, list the events by name, or name what comes after them, as in {data: "[DONE]"}'
            yield spec.at_value(place, "unknown-event", message, help_)
        elif event not in events:
            message = f'there is no event "{event}"'
            yield spec.at_value(place, "unknown-event", message, did_you_mean(event, events))
    if events is None and "event" in stream.get("error", {}):
        message = f'nothing tells the event "{stream["error"]["event"]}" from others: they have one model'
        help_ = "remove it: the event that has the message reports the error"
        yield spec.at_value((*path, "error", "event"), "unknown-event", message, help_)


def _error_replies(spec: Spec, path: Path, replies: Json) -> Iterator[Diagnostic]:
    for status, reply in replies.items():
        if not status.startswith("2"):
            message = f"a reply with {status} raises an exception, so this type is never used"
            help_ = "remove it, and describe the body in `errors`: the exception has `code`, `message` and `body`"
            yield spec.at_key((*path, status), "error-reply", message, help_)
        elif status in ("204", "205") and isinstance(reply, str):
            message = f"a reply with {status} has no body"
            yield spec.at_value((*path, status), "error-reply", message, "use null")


def _several_jobs(spec: Spec, path: Path, replies: Json) -> Iterator[Diagnostic]:
    statuses = [status for status, reply in replies.items() if isinstance(reply, dict)]
    for status in statuses[1:]:
        yield spec.at_key((*path, status), "several-jobs", f"the reply with status {statuses[0]} already is a job")

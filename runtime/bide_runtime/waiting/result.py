"""From a job that is done to its result, or to the exception that says how it ended. Sans-IO."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec.structs import replace

from ..calls.call import ANY, JSON
from ..calls.link import Link
from ..calls.pages import Gathered, Pages
from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.request import Response
from ..jobs.errors import JobCancelled, JobExpired
from ..jobs.lifecycle import Path, ResultAt
from ..jobs.record import LONGEST_RETRY_AFTER, Record
from ..jobs.state import State
from ..models.codec import NotJson, decode, follow
from .flow import INFO, Flow, Log
from .links import bucket_of, followed, url_of
from .poller import Poller, next_poll
from .retry import TRANSIENT
from .session import Outgoing, failure_in, retry_after_of, sent, until

S = TypeVar("S")
R = TypeVar("R")

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 5
"""How often in a row a fetch is sent elsewhere."""

_GLANCE = 0.1
"""How often to see whether somebody else has fetched the result, in seconds. Nothing is sent for it."""


def result_of(poller: Poller[S, R], now: float) -> Flow[R]:
    """The result of a job that is final. It is fetched or decoded once, and then kept.

    Raises `JobFailed`, `JobCancelled` and `JobExpired` for a job that ended without one, and `JobTimeout`.
    """
    record, at = poller.record, poller.record.kind.lifecycle.result
    if record.is_hopeless:
        raise_ending(record)
    now = yield from _others_done(poller, now)
    if isinstance(record.result, msgspec.UnsetType):
        found: R
        if isinstance(at, ResultAt):
            found = yield from _fetched(poller, at, now)
        else:
            found = _inline(record, at, record.kind.result)
        record.result = found
        yield Log(INFO, "job %s: %s", (record.id, record.state.value))
    return record.result


def raise_ending(record: Record[S, R]) -> NoReturn:
    """Say how a job without a result ended."""
    snapshot = record.snapshot
    code = snapshot.error_code if snapshot else None
    reason = snapshot.error_message if snapshot else None
    match record.state:
        case State.CANCELLED:
            raise JobCancelled("the job was cancelled", snapshot=snapshot)
        case State.EXPIRED:
            raise JobExpired("the job is no longer kept by the provider", snapshot=snapshot)
        case _:
            coded = f" [{code}]" if code else ""
            silence = "the provider gives no reason" if snapshot else "no reply that says why came in time"
            said = reason or silence
            failed = record.kind.failed(f"the job failed{coded}: {said}", snapshot=snapshot, code=code, reason=reason)
            failed.result = _left(record)
            raise failed


def _left(record: Record[S, R]) -> object:
    """What a failed job has in place of its result. That it failed matters more than that this is not to be read."""
    wanted, at = record.kind.failed_result, record.kind.lifecycle.result
    if wanted is None or record.snapshot is None or isinstance(at, ResultAt):
        return None
    try:
        return _inline(record, at, wanted)
    except DecodeError:
        return None


def _others_done(poller: Poller[S, R], now: float) -> Flow[float]:
    """Let somebody else who waits for the same job fetch its result; the time then."""
    record = poller.record
    while record.is_being_fetched and isinstance(record.result, msgspec.UnsetType):
        if now + _GLANCE >= poller.deadline.at:
            poller.time_out()
        now = yield from until(now + _GLANCE, now)
    return now


def _fetched(poller: Poller[S, R], at: ResultAt, now: float) -> Flow[R]:
    """The result from its own address, fetched by this wait alone."""
    poller.record.is_being_fetched = True
    try:
        if at.pages is not None:
            return (yield from _paged(poller, at, at.pages, now))
        found, _, _ = yield from _asked_for(poller, at, "", now)
        return found
    finally:
        poller.record.is_being_fetched = False


def _paged(poller: Poller[S, R], at: ResultAt, pages: Pages, now: float) -> Flow[R]:
    """The result from all of its pages. Those that have come are kept for a wait that comes after this one."""
    record = poller.record
    gathered = record.pages = record.pages or Gathered(pages)
    try:
        while not gathered.is_whole:
            page, body, now = yield from _asked_for(poller, at, gathered.query, now)
            gathered.add(page, body)
    except (ApiError, DecodeError, JobExpired):
        # What asks for the next page may be too old by now.
        record.pages = None
        raise
    result: R = gathered.result()
    return result


def _asked_for(poller: Poller[S, R], at: ResultAt, query: str, now: float) -> Flow[tuple[R, bytes, float]]:
    """What is at the result's own address, typed and as it came, and the time: asked for until it is there."""
    session, record, deadline = poller.session, poller.record, poller.deadline
    url = url_of(session.account, record, "result", at.path)
    url += "&" + query[1:] if query and "?" in url else query
    accept = ANY if record.kind.result is bytes else JSON
    first = Outgoing(
        request=session.account.request_to(at.method, url, accept=accept),
        bucket=bucket_of(at.method, at.path),
        timeout=record.kind.lifecycle.timeouts.get("result"),
    )
    outgoing, tries, hops = first, 0, 0
    while True:
        tries += 1
        patience = deadline.patience(session.account.timeout, now)
        seen = yield from sent(session, outgoing, patience=patience, deadline=deadline.at, attempt=tries, now=now)
        if seen is None:
            poller.time_out()
        now = seen.now
        deadline.took(seen.took)
        elsewhere = _redirected(seen.reply, outgoing.request.url)
        if elsewhere is not None and hops < _MOST_HOPS:
            there = followed(session.account, elsewhere, "the header Location")
            outgoing = replace(first, request=session.account.request_to("GET", there, accept=accept))
            tries, hops = tries - 1, hops + 1
            continue
        outgoing, hops = first, 0
        failure = failure_in(session.account, seen.reply)
        if failure is None:
            assert isinstance(seen.reply, Response)
            try:
                found: R = decode(record.kind.result, seen.reply.body)
                poller.went_well()
                record.response = seen.reply
                return found, seen.reply.body, now
            except NotJson as error:
                failure = error
        elif isinstance(failure, ApiError) and failure.status in at.gone:
            said = "the job is done, but its result is no longer kept by the provider"
            raise JobExpired(said, snapshot=record.snapshot) from failure
        elif not _may_pass(failure, at):
            raise failure
        poller.failed_transiently(failure, is_expected=isinstance(failure, ApiError) and failure.status in at.not_ready)
        yield Log(INFO, "job %s: no result yet: %s", (record.id, failure.message))
        min_interval = record.kind.polling.min_interval
        due = next_poll(
            now=now,
            pause=max(poller.pause(now), min_interval),
            not_before=max(
                now + max(min(retry_after_of(failure), LONGEST_RETRY_AFTER), min_interval),
                session.limiter.closed_until(first.bucket),
            ),
            last=deadline.last_chance(requests=1),
            deadline=deadline.at,
        )
        if due is None:
            poller.time_out()
        now = yield from until(due, now)


def _redirected(reply: Response | ClientError | None, asked: str) -> str | None:
    """Where a reply says that the result is."""
    if not isinstance(reply, Response) or reply.status not in _REDIRECTS:
        return None
    return Link(header="location").address_in(reply, asked)


def _may_pass(failure: Exception, at: ResultAt) -> bool:
    if isinstance(failure, ApiError):
        return failure.status in at.not_ready or failure.status in TRANSIENT
    return isinstance(failure, TransportError)


def _inline(record: Record[S, R], at: Path, wanted: Any) -> Any:
    """What the last poll reply has of the type *wanted*. Raises `DecodeError` if it is not there."""
    snapshot = record.snapshot
    assert snapshot is not None
    if not at:
        return decode(wanted, snapshot.reply.body)
    part = follow(snapshot.body, at)
    if part is None:
        where = "$." + ".".join(at)
        said = f"the job is {record.status!r}, but its result is missing at {where}"
        raise DecodeError(said, path=where, body=snapshot.reply.body)
    return part

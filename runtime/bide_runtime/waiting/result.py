"""The result of a final job, or the exception for how it ended. Sans-IO."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec.structs import replace

from ..calls.call import ANY, JSON
from ..calls.link import Link
from ..calls.pages import CollectedPages, Pages
from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.request import Response
from ..jobs.errors import JobCancelled, JobError, JobExpired, JobFailed
from ..jobs.record import MAX_RETRY_AFTER, Record
from ..jobs.requests.result_at import ResultAt
from ..jobs.state import State
from ..models.codec import Path, decode_reply
from ..models.lenient import NotJson
from .flow import INFO, Flow, Log
from .links import MAX_REDIRECTS, Role, bucket_of, check_followed, redirected, url_of
from .poller import Poller, next_poll
from .request import at_page, page_request, request_of
from .session import Outgoing, error_in, retry_after_of, send, sleep_until

S = TypeVar("S")
R = TypeVar("R")

_FIRST_RECHECK, _MAX_RECHECK = 0.1, 5.0
"""Seconds between two checks whether another wait has fetched the result: a tenth of the time waited so far, within
these bounds. The checks send nothing.
"""


def result_of(poller: Poller[S, R], now: float) -> Flow[R]:
    """The result of a job that is final. It is fetched or decoded once, and then kept.

    Raises `JobFailed`, `JobCancelled` and `JobExpired` for a job that ended without a result, and `JobTimeout`.
    """
    record, at = poller.record, poller.record.kind.lifecycle.result
    if record.ended_without_result:
        raise_ending(record)
    now = yield from _wait_for_other_fetch(poller, now)
    if isinstance(record.result, msgspec.UnsetType):
        found: R
        if isinstance(at, ResultAt):
            found = yield from _fetch(poller, at, now)
        else:
            found = _inline(record, at, record.kind.result)
            if record.kind.lifecycle.pages is not None:
                found = yield from _fetch_rest(poller, record.kind.lifecycle.pages, found, now)
        record.result = found
        yield Log(INFO, "job %s: %s", (record.id, record.state.value))
    return record.result


def raise_ending(record: Record[S, R]) -> NoReturn:
    """Raise the exception for a job that ended without a result."""
    snapshot = record.snapshot
    code = snapshot.error_code if snapshot else None
    reason = snapshot.error_message if snapshot else None
    raise ending(record, code, reason)


def ending(record: Record[Any, Any], code: str | None, reason: str | None) -> JobError:
    """The exception for a job that ended without a result."""
    if record.state is State.FAILED:
        return _failure(record, code, reason)
    told = f"{f' [{code}]' if code else ''}{f': {reason}' if reason else ''}"
    is_cancelled = record.state is State.CANCELLED
    error = JobCancelled if is_cancelled else JobExpired
    what = "was cancelled" if is_cancelled else f"expired: the provider says {record.status!r}"
    return error(f"the job {what}{told}", snapshot=record.snapshot, status=record.status, code=code, reason=reason)


def _failure(record: Record[Any, Any], code: str | None, reason: str | None) -> JobFailed:
    """The exception for a failed job."""
    snapshot = record.snapshot
    without_reason = "the provider gives no reason" if snapshot else "no poll for the reason succeeded in time"
    failed = record.kind.failed(
        f"the job failed{f' [{code}]' if code else ''}: {reason or without_reason}",
        snapshot=snapshot,
        status=record.status,
        code=code,
        reason=reason,
    )
    failed.result = _failed_result(record)
    return failed


def _failed_result(record: Record[S, R]) -> object:
    """The value that a failed job has in place of its result; `None` if it has none or it cannot be decoded."""
    wanted, at = record.kind.failed_result, record.kind.lifecycle.result
    if wanted is None or record.snapshot is None or isinstance(at, ResultAt):
        return None
    try:
        return _inline(record, at, wanted)
    except DecodeError:
        return None


def _wait_for_other_fetch(poller: Poller[S, R], now: float) -> Flow[float]:
    """Sleep while another wait for the same job fetches its result; returns the time then."""
    record, began = poller.record, now
    while record.is_being_fetched and isinstance(record.result, msgspec.UnsetType):
        pause = min(max((now - began) / 10, _FIRST_RECHECK), _MAX_RECHECK)
        due = min(now + pause, poller.deadline.at - _FIRST_RECHECK)
        if due <= now:
            poller.time_out()
        now = yield from sleep_until(due, now)
    return now


def _fetch(poller: Poller[S, R], at: ResultAt, now: float) -> Flow[R]:
    """The result from its own address, while other waits for the job sleep."""
    poller.record.is_being_fetched = True
    try:
        if at.pages is not None:
            return (yield from _fetch_pages(poller, at, "result", at.pages, now))
        found, _, _, _ = yield from _fetch_once(poller, at, _first_request(poller, at, "result"), now)
        return found
    finally:
        poller.record.is_being_fetched = False


def _fetch_rest(poller: Poller[S, R], pages: Pages, found: R, now: float) -> Flow[R]:
    """The result from all of its pages. The first is *found*, the last poll reply."""
    record, account, lifecycle = poller.record, poller.session.account, poller.record.kind.lifecycle
    assert record.snapshot is not None
    at = ResultAt(path=lifecycle.poll, method=lifecycle.poll_method)
    record.is_being_fetched = True
    try:
        if record.pages is None:
            is_link = isinstance(at.path, Link)
            url = record.links.get("poll", account.base_url) if is_link else url_of(account, record, "poll", at.path)
            collected = CollectedPages(pages)
            collected.add(found, record.snapshot.reply, url)
            record.pages = collected
        return (yield from _fetch_pages(poller, at, "poll", pages, now))
    finally:
        record.is_being_fetched = False


def _fetch_pages(poller: Poller[S, R], at: ResultAt, role: Role, pages: Pages, now: float) -> Flow[R]:
    """The result from all of its pages. After a `JobTimeout`, a later wait continues at the next page."""
    record = poller.record
    collected = record.pages = record.pages or CollectedPages(pages)
    try:
        while not collected.is_complete:
            outgoing = _page_request(poller, at, role, pages, collected)
            page, reply, url, now = yield from _fetch_once(poller, at, outgoing, now)
            collected.add(page, reply, url)
    except (ApiError, DecodeError, JobExpired):
        # The cursor of the next page may have expired.
        record.pages = None
        raise
    result: R = collected.result()
    return result


def _first_request(poller: Poller[Any, Any], at: ResultAt, role: Role) -> Outgoing:
    """The request for a result, or for its first page."""
    accept = ANY if poller.record.kind.result is bytes else JSON
    return request_of(poller.session, poller.record, role, at.method, at.path, accept=accept)


def _page_request(
    poller: Poller[Any, Any], at: ResultAt, role: Role, pages: Pages, collected: CollectedPages
) -> Outgoing:
    """The request for the next page. Raises `DecodeError` if its address must not be followed."""
    if pages.is_address and collected.next is not None:
        url = check_followed(poller.session.account, collected.next, pages.place)
        return page_request(poller.session, poller.record, role, url, bucket=bucket_of(at.method, at.path))
    return at_page(_first_request(poller, at, role), collected.query)


def _fetch_once(
    poller: Poller[S, R], at: ResultAt, first: Outgoing, now: float
) -> Flow[tuple[R, Response, str, float]]:
    """Send a request for a result until it is ready; the decoded reply, the reply, its URL, and the time."""
    session, record, deadline = poller.session, poller.record, poller.deadline
    accept = first.request.headers["accept"]
    outgoing, attempts, redirects = first, 0, 0
    while True:
        attempts += 1
        timeout = deadline.request_timeout(session.account.timeout, now)
        received = yield from send(session, outgoing, timeout=timeout, deadline=deadline.at, attempt=attempts, now=now)
        if received is None:
            poller.time_out()
        now = received.now
        deadline.note_request_time(received.took)
        target = None
        if isinstance(received.reply, Response) and redirects < MAX_REDIRECTS:
            target = redirected(session.account, received.reply, outgoing.request.url)
        if target is not None:
            outgoing = replace(first, request=session.account.request_to("GET", target, accept=accept, auth=first.auth))
            attempts, redirects = attempts - 1, redirects + 1
            continue
        url, outgoing, redirects = outgoing.request.url, first, 0
        try:
            reply = _reply_with_result(poller, at, received.reply)
            found: R = _decoded(poller, reply)
        except (TransportError, NotJson, ApiError) as problem:
            if isinstance(problem, ApiError) and not (problem.status in at.not_ready or problem.is_transient):
                raise
            error = problem
        else:
            poller.note_success()
            record.response = reply
            return found, reply, url, now
        poller.note_transient_error(error, is_expected=isinstance(error, ApiError) and error.status in at.not_ready)
        yield Log(INFO, "job %s: no result yet: %s", (record.id, error.message))
        min_interval = record.kind.polling.min_interval
        due = next_poll(
            now=now,
            delay=max(poller.delay(now), min_interval),
            not_before=max(
                now + max(min(retry_after_of(error), MAX_RETRY_AFTER), min_interval),
                session.limiter.closed_until(first.bucket),
            ),
            last=deadline.last_start(requests=1),
            deadline=deadline.at,
        )
        if due is None or not poller.sleeps:
            poller.time_out()
        now = yield from sleep_until(due, now)


def _reply_with_result(poller: Poller[S, R], at: ResultAt, reply: Response | ClientError | None) -> Response:
    """The reply, if its HTTP status means that it has the result.

    Raises `JobExpired` and `JobFailed` for the statuses of the spec, otherwise the error of the request.
    """
    record, account = poller.record, poller.session.account
    error = error_in(account, reply)
    if isinstance(reply, Response):
        if reply.status in at.not_ready:
            raise account.api_error(reply)
        if reply.status in at.gone:
            message = "the job is done, but the provider no longer keeps its result"
            code, reason = account.said(reply)
            raise JobExpired(message, snapshot=record.snapshot, code=code, reason=reason) from error
        if reply.status in at.failed:
            raise _failure(record, *account.said(reply)) from error
    if error is not None:
        raise error
    assert isinstance(reply, Response)
    return reply


def _decoded(poller: Poller[S, R], reply: Response) -> R:
    """The result in a reply. Raises `NotJson`, `DecodeError`, or `ApiError` if the reply is an error."""
    try:
        found: R = decode_reply(poller.record.kind.result, reply)
    except DecodeError as error:
        poller.session.account.raise_undecoded(error, reply)
    return found


def _inline(record: Record[S, R], at: Path, wanted: Any) -> Any:
    """The part of the last poll reply at *at*, of the type *wanted*. Raises `DecodeError` if it is missing."""
    snapshot = record.snapshot
    assert snapshot is not None
    if not at:
        body = snapshot.body if wanted is record.kind.snapshot else None
        return decode_reply(wanted, snapshot.reply) if body is None else body
    part = snapshot.part(at)
    if part is None:
        where = "$." + ".".join(at)
        message = f"the job is {record.status!r}, but its result is missing at {where}"
        raise DecodeError(message, path=where, body=snapshot.reply.body)
    return part

"""Find the job of a submit whose reply was lost, by the reference that the submit had. Sans-IO."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, isfinite
from typing import Any, TypeVar

from ...calls.account import Account
from ...calls.link import Link
from ...calls.pages import CollectedPages
from ...errors.client import InvalidArgument
from ...errors.decode import DecodeError
from ...http.charset import headers_of_part
from ...http.request import Json, Response, path
from ...jobs.errors import SubmitUncertain
from ...jobs.kind import JobKind
from ...jobs.record import Record
from ...jobs.requests.find_at import FindAt
from ...jobs.token import as_id, is_id
from ...models.codec import follow, json_in
from ...models.lenient import dumps
from ..flow import INFO, About, Created, Flow, Log, saw
from ..links import check_followed, checked_values, keep_links, keep_values, needed
from ..request import at_page
from ..retry import send_with_retries
from ..session import Outgoing, Session, sleep_until
from .job_id import id_in, place_of_id
from .submission import Submission
from .submit_reply import raise_uncertain

S = TypeVar("S")
R = TypeVar("R")

_FIND = About("find")

MAX_PAGES = 100
"""How many pages of a list are searched."""


def find(
    session: Session, submission: Submission[S, R], sent_at: float | None, *, deadline: float = inf, now: float
) -> Flow[tuple[Record[S, R] | None, float]]:
    """The job of a submit that was sent at *sent_at*, in seconds since 1970, and the time; `None` if it made no job.

    While a job may still be missing from the list, it sleeps and searches once more.

    Raises `InvalidArgument` if there is no way to find it, `SubmitUncertain` if the list cannot tell, or not before the
    deadline, and the error of a request that failed.
    """
    account, at = session.account, _at(submission.kind)
    values = checked_values(submission.kind, submission.values)
    if at.argument not in values:
        raise InvalidArgument(f"this submission has no {at.argument}, by which its job could be found")
    wall = account.wall()
    since = wall if sent_at is None else _checked(sent_at)
    # The request may have been under way until then.
    ended = min(since + (submission.call.timeout or account.timeout), wall)
    visible_at = now + at.visible_within - (wall - ended)
    while True:
        began = now
        record, now = yield from _search(session, submission, at, values, sent_at, deadline, now)
        if record is not None:
            yield Created(record)
            yield saw(record)
            yield Log(INFO, "job %s: found by its reference (%s)", (record.id, record.kind.name))
            return record, now
        if began >= visible_at:
            break
        if visible_at >= deadline:
            why = f"it may be missing from the list for {visible_at - now:.0f} s more"
            raise_uncertain(submission.kind, None, why, None, reference=values[at.argument])
        now = yield from sleep_until(visible_at, now)
    if wall - since > at.retention:
        raise _unclear(
            submission, f"its submit was {(wall - since) / 3600:.1f} hours ago, and the list may have lost it since"
        )
    return None, now


def _at(kind: JobKind[Any, Any]) -> FindAt:
    if kind.submit.find is None:
        raise InvalidArgument(f"the provider has no list in which {kind.name} jobs could be found by a reference")
    return kind.submit.find


def _checked(sent_at: object) -> float:
    if isinstance(sent_at, bool) or not isinstance(sent_at, int | float) or not isfinite(sent_at):
        raise InvalidArgument(f"sent_at must be a number of seconds since 1970, not {sent_at!r}")
    return sent_at


def _search(
    session: Session,
    submission: Submission[S, R],
    at: FindAt,
    values: Mapping[str, str],
    sent_at: float | None,
    deadline: float,
    now: float,
) -> Flow[tuple[Record[S, R] | None, float]]:
    """The job, if the list has it now. The search ends with the page that has it."""
    account = session.account
    first = _outgoing(account, at, account.base_url + path(at.path, values))
    collected = None if at.pages is None else CollectedPages(at.pages)
    outgoing = first
    for _ in range(MAX_PAGES):
        reply, received = yield from send_with_retries(
            session, outgoing, idempotent=True, timeout=at.timeout, deadline=deadline, now=now
        )
        now, url = received.now, outgoing.request.url
        body = _opened(at, reply)
        try:
            items = _items(at, body, reply)
            found = dict(_matches(submission.kind, at, items, reply, url, values[at.argument]))
        except DecodeError as error:
            account.raise_undecoded(error, reply)
        if len(found) > 1:
            why = f"{len(found)} jobs have the reference {values[at.argument]!r}: {', '.join(sorted(found))}"
            raise _unclear(submission, why)
        for job_id, item in found.items():
            return _record(account, submission, at, values, job_id, item, url, sent_at), now
        if collected is None:
            return None, now
        collected.add(body, reply, url)
        if collected.is_complete:
            return None, now
        if at.pages is not None and at.pages.is_address:
            outgoing = _outgoing(account, at, check_followed(account, str(collected.next), at.pages.place))
        else:
            outgoing = at_page(first, collected.query)
    raise _unclear(submission, f"no job on the first {MAX_PAGES} pages of the list has its reference")


def _outgoing(account: Account, at: FindAt, url: str) -> Outgoing:
    return Outgoing(
        request=account.request_to("GET", url, auth=at.auth),
        bucket=at.bucket,
        timeout=at.timeout,
        auth=at.auth,
        about=_FIND,
    )


def _opened(at: FindAt, reply: Response) -> Json:
    """The body of a reply, without the envelope of its model."""
    body, envelope = json_in(reply), getattr(at.reply, "_envelope", "")
    inside = body.get(envelope) if envelope and isinstance(body, dict) else None
    return inside if isinstance(inside, dict) else body


def _items(at: FindAt, body: Json, reply: Response) -> list[Json]:
    """The items of a reply; none if the list is null. Raises `DecodeError` if there is no list."""
    items = follow(body, at.list)
    if isinstance(items, list):
        return items
    holder = follow(body, at.list[:-1])
    if at.list and items is None and isinstance(holder, dict) and at.list[-1] in holder:
        return []
    where = ".".join(("$", *at.list))
    raise DecodeError(f"the reply does not match the spec: no list at {where}", path=where, body=reply.body)


def _matches(
    kind: JobKind[Any, Any], at: FindAt, items: list[Json], reply: Response, url: str, reference: str
) -> Iterator[tuple[str, Response]]:
    """The jobs with this reference, by id, each as if it were a reply of its own. Raises `DecodeError`."""
    for item in items:
        if as_id(follow(item, at.reference)) != reference:
            continue
        alone = Response(status=reply.status, headers=headers_of_part(reply), body=dumps(item))
        job_id = id_in(kind, at.job_id, item, alone, url, {})
        if job_id is None or not is_id(job_id):
            said = f"the job with the reference {reference!r} has no usable id: {job_id!r}"
            raise DecodeError(said, path=place_of_id(kind, at.job_id), body=reply.body)
        yield job_id, alone


def _record(
    account: Account,
    submission: Submission[S, R],
    at: FindAt,
    values: Mapping[str, str],
    job_id: str,
    item: Response,
    url: str,
    sent_at: float | None,
) -> Record[S, R]:
    """The record of a job that was found. Raises `DecodeError` if it cannot be polled."""
    kind = submission.kind
    record = Record(kind, job_id, submitted_at=sent_at)
    record.tag, record.base = submission.tag, account.variables
    keep_values(record, item, wanted=object)
    record.values = {**needed(kind, values), **record.values}
    keep_links(record, item, url, is_submit=True, id_at=at.job_id)
    poll = kind.lifecycle.poll
    missing = sorted(kind.lifecycle.names - record.values.keys())
    if isinstance(poll, Link) and not poll.path and "poll" not in record.links:
        missing.append(poll.place)
    if missing:
        raise DecodeError(
            f"the list has job {job_id}, but without {missing[0]}, which its polls need", path="$", body=item.body
        )
    return record


def _unclear(submission: Submission[Any, Any], why: str) -> SubmitUncertain:
    return SubmitUncertain(
        f"the {submission.kind.name} job may or may not have been created: {why}; check the provider's dashboard before"
        " you submit it again, or you may pay twice"
    )

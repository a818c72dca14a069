"""Submitting a job without ever paying for it twice. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from types import NoneType
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from ..calls.call import Call
from ..calls.link import Link
from ..errors.client import ClientError, InvalidArgument
from ..errors.decode import DecodeError
from ..http.request import Response
from ..jobs.errors import SubmitUncertain
from ..jobs.kind import JobKind
from ..jobs.record import Record
from ..jobs.state import State
from ..jobs.token import as_id, is_id
from ..models.codec import decode, follow
from .deadline import Deadline
from .flow import INFO, Created, Flow, Log
from .links import keep_links
from .policy import Policy
from .retry import send_with_retries
from .session import Outgoing, Session, until
from .wait import wait

IdAt: TypeAlias = tuple[str, ...] | Link
"""Where an id is: attribute names that lead to it in the decoded reply, or elsewhere in the reply."""

S = TypeVar("S")
R = TypeVar("R")


class Submission(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True):
    """A job with its arguments, ready to be submitted."""

    kind: JobKind[S, R]
    call: Call[Any]
    """What to send; it reads the reply."""
    job_id: IdAt = ()
    """Where the id is in the reply; empty: it is the address where the job is polled."""
    idempotency_header: str | None = None
    """The header of the provider's idempotency keys; only with one is a submit whose reply was lost sent again."""
    idempotency_key: str | None = None
    """The user's own key, if there is one."""
    tag: str | None = None
    """The user's own mark, for the token."""


def submit(
    session: Session,
    submission: Submission[S, R],
    *,
    deadline: Deadline | None = None,
    in_turn: bool = False,
    now: float,
) -> Flow[tuple[Record[S, R], float]]:
    """Make the job; its record, and the time. *in_turn*: the deadline begins when the budget allows the submit.

    Raises `SubmitUncertain` if the job may exist although no reply says so, and `ApiError` or `TransportError` if it
    certainly does not.
    """
    account, call = session.account, submission.call
    key: str | None = None
    if submission.idempotency_header is not None:
        # One key for all tries of this submit.
        key = submission.idempotency_key or account.new_key()
        call = replace(call, headers={**call.headers, submission.idempotency_header: key})
    outgoing = Outgoing(request=account.request(call), bucket=call.bucket)
    if in_turn and deadline is not None:
        slot = session.limiter.claim(outgoing.bucket, now)
        assert slot is not None
        now = yield from until(slot, now)
        deadline.begin(now)
    try:
        reply, seen = yield from send_with_retries(
            session,
            outgoing,
            idempotent=key is not None,
            timeout=call.timeout,
            deadline=inf if deadline is None else deadline.at,
            has_slot=in_turn and deadline is not None,
            now=now,
        )
    except ClientError as error:
        if error.may_have_arrived:
            _give_up(submission.kind, key, error.message, error)
        raise
    now = seen.now
    # Of several tries, the last one is the one that made it, as far as we know.
    submitted_at = account.wall() - seen.took
    record, body = _record(submission, key, reply, submitted_at, outgoing.request.url)
    record.tag = submission.tag
    record.asked_to_wait(now, max(account.retry_after(reply), record.kind.lifecycle.retry_after_in(body)))
    yield Created(record)
    yield Log(INFO, "job %s: submitted (%s)", (record.id, record.kind.name))
    return record, now


def run(
    session: Session,
    submission: Submission[S, R],
    policy: Policy,
    *,
    deadline: Deadline,
    cancel_on_timeout: bool = False,
    in_turn: bool = False,
    now: float,
) -> Flow[R]:
    """Submit the job, wait for it and return its result, all before the deadline."""
    record, now = yield from submit(session, submission, deadline=deadline, in_turn=in_turn, now=now)
    return (yield from wait(session, record, policy, deadline=deadline, cancel_on_timeout=cancel_on_timeout, now=now))


def late(start: Callable[[], Flow[R]]) -> Flow[R]:
    """A flow that is made when its turn comes; what goes wrong in making it is how it ends.

    Raises `InvalidArgument` for arguments that no job of this kind can have.
    """
    try:
        flow = start()
    except TypeError as error:
        raise InvalidArgument(f"these are no arguments for this kind of job: {error}") from error
    return (yield from flow)


def record_of(
    kind: JobKind[S, R],
    job_id: str | None,
    body: object,
    reply: Response,
    *,
    submitted_at: float | None,
    asked: str = "",
) -> Record[S, R]:
    """The record of a job that *reply*, decoded as *body*, tells of; *asked* is the address that was answered.

    Raises `DecodeError` if a token could not hold the addresses in it.
    """
    record = Record(kind, job_id, submitted_at=submitted_at)
    _take_in(record, body, reply)
    keep_links(record, reply, asked, is_submit=True)
    return record


def _take_in(record: Record[S, R], body: object, reply: Response) -> None:
    kind = record.kind
    reading = kind.lifecycle.read(body)
    if reading.status is None:
        return
    snapshot: S | msgspec.UnsetType = msgspec.UNSET
    if reading.state.is_final:
        # The job is done already. Where the reply has all that a poll would bring, there is nothing left to ask.
        try:
            found = decode(kind.snapshot, reply.body)
            if _says_all(kind, found, reply):
                snapshot, reading = found, kind.lifecycle.read(found)
        except DecodeError:
            pass
    record.saw(reading, snapshot, reply)


def _says_all(kind: JobKind[S, R], snapshot: S, reply: Response) -> bool:
    """Whether a poll would add nothing: the result is there, or why there is none."""
    lifecycle = kind.lifecycle
    reading = lifecycle.read(snapshot)
    if not reading.state.has_result:
        has_reasons = bool(lifecycle.error_message or lifecycle.error_code)
        is_told = lifecycle.error_in(snapshot) != (None, None)
        return is_told or not has_reasons or reading.state is not State.FAILED
    if lifecycle.result == ():
        decode(kind.result, reply.body)
    return not isinstance(lifecycle.result, tuple) or follow(snapshot, lifecycle.result) is not None


def reads_or_job(
    wanted: Any, *, status: int, kind: JobKind[S, R], reply: Any, job_id: IdAt = ()
) -> Callable[[Response], Any]:
    """A reader of the reply of an operation that answers at once, or with a job: with its record, at HTTP *status*."""

    def read(response: Response) -> Any:
        if response.status != status:
            return decode(wanted, response.body)
        try:
            body = None if reply is NoneType else decode(reply, response.body)
        except DecodeError as error:
            if not _is_in_a_header(kind, job_id):
                _give_up(kind, None, error.message, error)
            body = None
        return _named(kind, None, job_id, body, response, submitted_at=None, asked="")

    return read


def _record(
    submission: Submission[S, R], key: str | None, reply: Response, submitted_at: float, asked: str
) -> tuple[Record[S, R], object]:
    """The record of the job that was made, and the decoded reply."""
    try:
        body = submission.call.read(reply)
    except DecodeError as error:
        if not _is_in_a_header(submission.kind, submission.job_id):
            _give_up(submission.kind, key, error.message, error)
        body = None  # what is known is enough to ask about the job
    kind = submission.kind
    if _id_in(kind, submission.job_id, body, reply, asked) is None:
        # An action that was done at once needs no id.
        record = record_of(kind, None, body, reply, submitted_at=submitted_at)
        if record.snapshot is not None:
            return record, body
    return _named(kind, key, submission.job_id, body, reply, submitted_at=submitted_at, asked=asked), body


def _named(
    kind: JobKind[S, R],
    key: str | None,
    at: IdAt,
    body: object,
    reply: Response,
    *,
    submitted_at: float | None,
    asked: str,
) -> Record[S, R]:
    """The record of a job that can be asked about by its id."""
    job_id, poll = _id_in(kind, at, body, reply, asked), kind.lifecycle.poll
    if not is_id(job_id):
        _give_up(kind, key, f"the reply has no usable job id ({_place(kind, at)} is {job_id!r})", None)
    try:
        record = record_of(kind, job_id, body, reply, submitted_at=submitted_at, asked=asked)
    except DecodeError as error:
        _give_up(kind, key, error.message, error)
    if isinstance(poll, Link) and not record.is_settled and "poll" not in record.links:
        _give_up(kind, key, f"the reply does not say where to poll job {job_id} ({poll.place} is missing)", None)
    return record


def _id_in(kind: JobKind[Any, Any], at: IdAt, body: object, reply: Response, asked: str) -> str | None:
    """The id in a reply. Where none has a place of its own, it is the address where the job is polled."""
    if isinstance(at, Link):
        return as_id(at.id_in(reply))
    if at or not isinstance(kind.lifecycle.poll, Link):
        return as_id(follow(body, at))
    return kind.lifecycle.poll.address_in(reply, asked)


def _where(kind: JobKind[Any, Any], at: IdAt) -> IdAt:
    """Where an id is: *at* this place or, if it has none of its own, where the address of the polls is."""
    return kind.lifecycle.poll if not at and isinstance(kind.lifecycle.poll, Link) else at


def _is_in_a_header(kind: JobKind[Any, Any], at: IdAt) -> bool:
    where = _where(kind, at)
    return isinstance(where, Link) and bool(where.header)


def _place(kind: JobKind[Any, Any], at: IdAt) -> str:
    where = _where(kind, at)
    return where.place if isinstance(where, Link) else ".".join(where)


def _give_up(kind: JobKind[Any, Any], key: str | None, why: str, cause: ClientError | None) -> NoReturn:
    what_now = (
        f"submit again with idempotency_key={key!r} to get the same job and no second one"
        if key is not None
        else "look at the provider's dashboard before you submit it again: it may be paid for twice"
    )
    raise SubmitUncertain(
        f"one {kind.name} job may have been made, or not: {why}; {what_now}", idempotency_key=key
    ) from cause

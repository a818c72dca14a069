"""Submit a job without creating it twice. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import inf
from typing import TypeVar

from msgspec.structs import replace

from ...calls.account import Account
from ...errors.client import ClientError, InvalidArgument
from ...jobs.record import Record
from ...jobs.token import checked_id
from ..deadline import Deadline
from ..flow import INFO, WARNING, About, Created, Flow, Log, saw
from ..links import checked_values, needed
from ..policies.policy import Policy
from ..retry import send_with_retries
from ..session import Announced, Outgoing, Session, sleep_until
from ..wait import wait
from .job_id import argument_of
from .reference import reference_of
from .submission import Submission
from .submit_reply import raise_uncertain, read_submit

S = TypeVar("S")
R = TypeVar("R")
T = TypeVar("T")

_numbers = count(1)
"""Numbers the submits of this process, for traces."""


def submit(
    session: Session,
    submission: Submission[S, R],
    *,
    deadline: Deadline | None = None,
    in_turn: bool = False,
    announces: bool = False,
    now: float,
) -> Flow[tuple[Record[S, R], float]]:
    """Submit the job; returns its record, and the time. With *in_turn*, the deadline starts at the rate limit's slot.

    With *announces*, yields `AboutToSend` before each attempt, and `NothingMade` after one that made no job.

    Raises `SubmitUncertain` if the job may exist although no reply confirms it, and `ApiError` or `TransportError` if
    it certainly does not.
    """
    account = session.account
    # One key for all attempts of this submit.
    submission = prepared(account, submission)
    call, at = submission.call, submission.kind.submit
    key = submission.idempotency_key if at.has_keys else None
    if key is not None:
        call = at.keyed(call, key)
    values = checked_values(submission.kind, submission.values)
    argument = argument_of(submission.kind.submit.job_id)
    about = About("submit", submission.kind.name, submit=next(_numbers))
    outgoing = (Announced if announces else Outgoing)(
        request=account.request(call), bucket=call.bucket, auth=call.auth, about=about
    )
    if in_turn and deadline is not None:
        slot = session.limiter.claim(outgoing.bucket, now)
        assert slot is not None
        now = yield from sleep_until(slot, now)
        deadline.restart(now)
    try:
        reply, received = yield from send_with_retries(
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
            known = Record(submission.kind, values[argument], submitted_at=account.wall()) if argument else None
            if known is not None:
                known.values, known.base, known.tag = needed(submission.kind, values), account.variables, submission.tag
            raise_uncertain(submission.kind, key, error.message, error, known, reference_of(submission.kind, values))
        raise
    now = received.now
    # Of several attempts, the last one is taken to have created the job.
    submitted_at = account.wall() - received.took
    record, told = read_submit(account, submission, values, key, reply, submitted_at, outgoing.request.url)
    record.tag, record.base, record.started_at = submission.tag, account.variables, now - received.took
    record.values = {**needed(submission.kind, values), **record.values}
    record.note_retry_after(now, max(account.retry_after(reply), record.kind.lifecycle.retry_after_in(told.facts)))
    yield Created(record)
    yield saw(record, about.submit)
    yield Log(INFO, "job %s: submitted (%s)", (record.id, record.kind.name))
    if (misfit := told.misfit) is not None:
        record.told |= {misfit.path}
        yield Log(WARNING, "job %s: %s; the job does not need this field", (record.id, misfit.message))
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


def prepared(account: Account, submission: Submission[S, R]) -> Submission[S, R]:
    """The submission with its idempotency key, if the provider has such keys. Raises `InvalidArgument`."""
    values = checked_values(submission.kind, submission.values)
    if argument := argument_of(submission.kind.submit.job_id):
        checked_id(values[argument])
    if not submission.kind.submit.has_keys or submission.idempotency_key is not None:
        return submission
    return replace(submission, idempotency_key=account.new_key())


def deferred(start: Callable[[], Flow[R]]) -> Flow[R]:
    """A flow that calls *start* for the real flow when it is first run, and raises its errors then.

    Raises `InvalidArgument` for arguments that a job of this kind does not take.
    """
    return (yield from called(start))


def called(make: Callable[[], T]) -> T:
    """What *make* returns. Raises `InvalidArgument` for arguments that a job of this kind does not take."""
    try:
        return make()
    except TypeError as error:
        raise InvalidArgument(f"these are not the arguments of this kind of job: {error}") from error

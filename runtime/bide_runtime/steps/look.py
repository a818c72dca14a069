"""Look at a job once, without sleeping. What a look returns is all that the next one needs. Sans-IO."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from ..errors.client import ClientError
from ..errors.own import OwnErrors
from ..http.errors import ApiError
from ..jobs.errors import JobCancelled, JobError, JobExpired, JobFailed, JobNotDone, JobTimeout
from ..jobs.record import MAX_RETRY_AFTER, Record
from ..jobs.snapshot import Snapshot
from ..jobs.state import State
from ..waiting.deadline import SAME_TIME, Deadline
from ..waiting.flow import Flow
from ..waiting.policies.policy import Policy
from ..waiting.poller import Poller
from ..waiting.result import ending, result_of
from ..waiting.session import Session, retry_after_of
from ..waiting.wait import job_in_errors
from .memo import Memo, read, write

S = TypeVar("S")
R = TypeVar("R")


class Look(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True):
    """One look at a job: how it ended, or when the next look is due."""

    token: str
    """The token for the next look: a poll may add to it what later requests need."""
    memo: str
    """The memo for the next look: a small JSON text, to be stored beside the token."""
    status: str | None
    """The provider's status in the last reply that had one."""
    state: State
    due_at: float | None = None
    """When the next look is due, in seconds since 1970; `None`: the job is over."""
    was_polled: bool = False
    """Whether this look has sent a poll."""
    snapshot: Snapshot[S] | None = None
    """The reply of this look; `None` if it sent no poll, or if that failed."""
    transient_error: ClientError | None = None
    """Why this look brought no news, if a request failed; the next one may succeed."""
    error: JobError | None = None
    """How the job ended, if that is without a result."""
    value: R | msgspec.UnsetType = msgspec.UNSET
    """The result; unset if there is none. `result` raises the error instead."""
    _own_errors: OwnErrors = OwnErrors()

    @property
    def is_over(self) -> bool:
        """Whether the job is over, and no look is due."""
        return self.due_at is None

    @property
    def result(self) -> R:
        """The result of a job that is over. Raises its error, or `JobNotDone`."""
        if self.error is not None:
            raise self.error
        if isinstance(self.value, msgspec.UnsetType):
            said = f"the job is still {self.status or self.state.value!r}, so there is no result yet; look again later"
            raise self._own_errors.of(JobNotDone(said, snapshot=self.snapshot))
        return self.value


class _Looker(Poller[S, R]):
    """Looks once."""

    __slots__ = ()
    sleeps = False


def look(
    session: Session, record: Record[S, R], memo_text: str | None, policy: Policy, *, now: float
) -> Flow[Look[S, R]]:
    """Look at a job once. Before the look is due, nothing is sent.

    A job that is known to be over is not polled again; only its result is fetched, if it has an address of its own.

    Raises `InvalidArgument` for a damaged memo, and any error that says nothing of how the job ended.
    """
    memo = read(memo_text)
    wall = session.account.wall()
    memo = memo.shifted(wall)
    memo.note_in(record)
    deadline = Deadline(None, now)
    poller = _Looker(session, record, policy, deadline, polls=memo.polls, errors=memo.errors)
    with job_in_errors(record):
        if record.is_settled and record.ended_without_result:
            return _over(poller, memo, error=ending(record, memo.code, memo.reason))
        was_polled = False
        due: float | None
        due = poller.first_poll(now) if memo.due_at is None else now + memo.due_at - wall
        assert due is not None
        if poller.bucket is not None:
            due = max(due, session.limiter.free_at(poller.bucket, now))
        due = max(due, session.min_interval.free_at(record))
        if due > now + SAME_TIME:
            return _later(poller, memo, wall + due - now, wall=wall if memo.looked_at is None else memo.looked_at)
        if not record.is_settled:
            was_polled = True
            began = now
            now, due = yield from poller.poll_once(now)
            wall += now - began
            if not record.is_settled:
                assert due is not None
                return _later(poller, memo, wall + max(due - now, 0.0), wall=wall, was_polled=True)
        poller.deadline = Deadline(session.account.timeout, now)
        try:
            value = yield from result_of(poller, now)
        except JobTimeout as error:
            after = session.account.wall()
            cause = error.transient_error
            retry_after = min(retry_after_of(cause), MAX_RETRY_AFTER) if isinstance(cause, ApiError) else 0.0
            delay = max(poller.delay(now), retry_after, record.kind.polling.min_interval)
            return _later(poller, memo, after + delay, wall=after, was_polled=was_polled)
        except (JobFailed, JobCancelled, JobExpired) as error:
            return _over(poller, memo, error=error, was_polled=was_polled)
        return _over(poller, memo, value=value, was_polled=was_polled)


def _later(poller: Poller[S, R], memo: Memo, due_at: float, *, wall: float, was_polled: bool = False) -> Look[S, R]:
    """A look at a job that is not over."""
    record = poller.record
    noted = msgspec.structs.replace(
        memo,
        looked_at=wall,
        due_at=due_at,
        polls=poller.polls,
        errors=poller.errors,
        status=record.status,
        state=record.state,
    )
    return Look(
        token=record.token,
        memo=write(noted),
        status=record.status,
        state=record.state,
        due_at=due_at,
        was_polled=was_polled,
        snapshot=record.snapshot if was_polled and poller.transient_error is None else None,
        transient_error=poller.transient_error,
        _own_errors=poller.session.account.provider.own_errors,
    )


def _over(
    poller: Poller[S, R],
    memo: Memo,
    *,
    value: R | msgspec.UnsetType = msgspec.UNSET,
    error: JobError | None = None,
    was_polled: bool = False,
) -> Look[S, R]:
    """A look at a job that is over."""
    record, own_errors = poller.record, poller.session.account.provider.own_errors
    if error is not None:
        error = own_errors.of(error)
        if record.id:
            error.about(record.id, record.token)
    noted = msgspec.structs.replace(
        memo,
        due_at=None,
        status=record.status,
        state=record.state,
        code=None if error is None else error.code,
        reason=None if error is None else error.reason,
    )
    return Look(
        token=record.token if record.id else "",
        memo=write(noted),
        status=record.status,
        state=record.state,
        was_polled=was_polled,
        snapshot=record.snapshot,
        error=error,
        value=value,
        _own_errors=own_errors,
    )

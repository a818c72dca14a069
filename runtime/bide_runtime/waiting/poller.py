"""Poll one job until it is final or the deadline passes. All waits use this one polling engine. Sans-IO."""

from __future__ import annotations

from math import inf
from typing import Generic, NoReturn, TypeVar

from msgspec.structs import replace

from ..calls.link import Link
from ..errors.client import ClientError, InvalidArgument
from ..errors.decode import DecodeError
from ..http.errors import ApiError
from ..http.long_poll import LongPollUntil
from ..jobs.errors import JobTimeout
from ..jobs.record import Record
from ..jobs.requests.result_at import ResultAt
from ..jobs.snapshot import Update
from ..jobs.state import State
from .deadline import SAME_TIME, Deadline
from .flow import DEBUG, INFO, WARNING, Flow, Log, Notify, Sleep
from .links import bucket_of
from .policies.policy import Policy, backoff
from .poll import Polled, poll_of, read_poll
from .session import Outgoing, Session, send

S = TypeVar("S")
R = TypeVar("R")

_SLOW_DOWN = frozenset({429})
"""HTTP statuses after which the backoff must not be shorter than the policy's delay."""

_ERRORS_TO_NO_LONG_POLL = 2
"""After this many errors in a row, a poll does not ask to be held."""


class Poller(Generic[S, R]):
    """One wait for one job: its deadline, its policy, and its transient errors."""

    sleeps = True
    """Whether a result that is not ready is asked for again before the deadline."""

    __slots__ = (
        "_long_poll",
        "_policy",
        "_poll",
        "_requests_left",
        "bucket",
        "deadline",
        "errors",
        "polls",
        "record",
        "session",
        "transient_error",
    )

    def __init__(
        self,
        session: Session,
        record: Record[S, R],
        policy: Policy,
        deadline: Deadline,
        *,
        polls: int = 0,
        errors: int = 0,
    ) -> None:
        self.session = session
        self.record = record
        self.deadline = deadline
        self._policy = policy
        self.polls = polls
        self.errors = errors
        """Transient errors in a row."""
        self.transient_error: ClientError | None = None
        # In a batch a long poll would keep a connection from the other jobs.
        self._long_poll = None if session.coalesces else record.kind.lifecycle.long_poll
        self._poll: Outgoing | None = None
        """The request of every poll, if the address is always the same."""
        method, at = record.kind.lifecycle.poll_method, record.kind.lifecycle.poll
        self.bucket = None if session.is_coalesced(record) else bucket_of(method, at)
        """The rate limit bucket of the polls; `None` if they are coalesced."""
        self._requests_left = 2 if isinstance(record.kind.lifecycle.result, ResultAt) else 1
        """The least number of requests until the result."""

    def until_final(self, now: float) -> Flow[float]:
        """Poll until the job is final; returns the time then.

        If the submit reply said that the job failed, and no poll for the reason succeeds before the deadline, the wait
        ends without a reason.

        Raises `JobTimeout`, and at once any error that is not transient.
        """
        due = self.first_poll(now)
        inbox = self.session.inbox
        inbox.begin(self.record)
        try:
            while not self.record.is_settled:
                if due is None:
                    if self.record.ended_without_result:
                        break
                    self.time_out()
                while now < due and not self.record.is_settled:
                    now = (yield Sleep(due)).now
                if not self.record.is_settled:
                    now, due = yield from self.poll_once(now)
                else:
                    yield from self._told_elsewhere(now)
        finally:
            inbox.end(self.record)
        return now

    def note_transient_error(self, error: ClientError, *, is_expected: bool = False) -> None:
        """Note a transient error. One that *is_expected* does not start the backoff."""
        error = self.session.account.provider.own_errors.of(error)
        error.about(self.record.id, self.record.token)
        self.transient_error = error
        if not is_expected:
            self.errors += 1

    def note_success(self) -> None:
        """Reset the count of transient errors: a request succeeded."""
        self.errors, self.transient_error = 0, None

    def delay(self, now: float) -> float:
        """Seconds until the next request: from the policy, or backoff after transient errors.

        Raises `InvalidArgument` if the policy returns a number that is negative or not finite.
        """
        jitter = self.session.account.jitter()
        age = self.record.age(now, self.session.account.wall())
        regular = self._policy.delay(
            polls=self.polls, age=now - self.deadline.began if age is None else age, jitter=jitter
        )
        if not 0 <= regular < inf:
            raise InvalidArgument(f"the policy returned a delay of {regular!r} s; it must be finite and not negative")
        if not self.errors:
            return regular
        retry = backoff(self.errors, jitter=jitter)
        is_slow_down = isinstance(self.transient_error, ApiError) and self.transient_error.status in _SLOW_DOWN
        return max(regular, retry) if is_slow_down else retry

    def time_out(self) -> NoReturn:
        """Raise `JobTimeout` with the last status and the last transient error."""
        record, error = self.record, self.transient_error
        facts = [f"{self.polls} poll{'' if self.polls == 1 else 's'}"]
        facts.append(f"last status {record.status!r}" if record.status is not None else "no status received")
        if error is not None:
            facts.append(f"last error: {error.message}")
        is_done = record.state.is_final
        raise JobTimeout(
            f"job {record.id} {'is done, but has no result' if is_done else 'not finished'}"
            f" after {self.deadline.timeout:g} s ({', '.join(facts)})",
            snapshot=record.snapshot,
            transient_error=error,
            advice=f"{'To fetch it,' if is_done else 'It is still running:'} call wait() again, or resume(error.token)",
        ) from error

    def first_poll(self, now: float) -> float | None:
        """When the first poll is due; `None` if the deadline comes first.

        At once if the age is unknown, because the job may be done already.
        """
        age = self.record.age(now, self.session.account.wall())
        if age is None or self.record.state.is_final:
            return self._next_poll(now, 0.0)
        if self._long_poll is not None:
            # The server holds the poll.
            return self._next_poll(now, max(self.record.kind.polling.initial_delay - age, 0.0))
        return self._next_poll(now, self.delay(now))

    def poll_once(self, now: float) -> Flow[tuple[float, float | None]]:
        """Poll once and read the reply; returns the time, and when the next poll is due."""
        record, deadline = self.record, self.deadline
        state_before, status_before = record.state, record.status
        received = yield from send(
            self.session,
            self._request(),
            timeout=self.session.account.timeout,
            deadline=deadline.at,
            attempt=self.errors + 1,
            polled=record,
            now=now,
        )
        if received is None:
            return now, None
        now = received.now
        if received.took >= received.held:
            deadline.note_request_time(received.took - received.held)
        self.polls += 1
        # A webhook, or another wait, may have told of the end while this poll was under way: nothing else matters then.
        polled = Polled() if record.is_settled else (yield from read_poll(self.session, record, received.reply, now))
        error = polled.transient_error
        if error is not None:
            self.note_transient_error(error, is_expected=isinstance(error, ApiError) and error.status == 404)
        elif self.transient_error is not None:
            self.note_success()
        if polled.retry_after:
            record.note_retry_after(now, polled.retry_after)
        if record.state is not state_before or not record.is_status_known or self.transient_error is not None:
            yield from self._log(state_before)
        due = None
        if not record.is_settled:
            delay = self.delay(now)
            if received.held and self.transient_error is None:
                # If the server held the poll to the end, or until the status changed, poll again at once.
                # Otherwise it does not hold polls, or not for that long, so the policy's delay applies.
                has_news = status_before is not None and status_before != record.status
                was_held = has_news or received.took >= received.held
                delay = 0.0 if was_held else max(delay - received.took, 0.0)
            due = self._next_poll(now, delay)
        yield Notify(self._update(now, due, polled.warnings))
        return now, due

    def _told_elsewhere(self, now: float) -> Flow[None]:
        """Pass on how the job ended: another wait polled it during a sleep, or a webhook told of it."""
        yield Notify(self._update(now, None, ()))

    def _request(self) -> Outgoing:
        """The request of the next poll."""
        if isinstance(self.record.kind.lifecycle.poll, Link):
            return poll_of(self.session, self.record, self._long_poll_until)
        if self._poll is None:
            self._poll = poll_of(self.session, self.record)
        return self._poll if self._long_poll is None else replace(self._poll, long_poll_until=self._long_poll_until)

    @property
    def _long_poll_until(self) -> LongPollUntil | None:
        """How long the next poll may be held. `None` after errors: a proxy may cut off held requests."""
        if self._long_poll is None or self.errors >= _ERRORS_TO_NO_LONG_POLL:
            return None
        # Leaves time for one more poll before the deadline.
        last = self.deadline.last_start(self._requests_left)
        return LongPollUntil(self._long_poll, last - self.record.kind.polling.min_interval)

    def _next_poll(self, now: float, delay: float) -> float | None:
        return next_poll(
            now=now,
            delay=delay,
            not_before=max(
                self.record.not_before,
                self.session.min_interval.free_at(self.record),
                -inf if self.bucket is None else self.session.limiter.closed_until(self.bucket),
            ),
            last=self.deadline.last_start(self._requests_left),
            deadline=self.deadline.at,
        )

    def _log(self, state_before: State) -> Flow[None]:
        record, status, error = self.record, self.record.status, self.transient_error
        is_expected = record.is_status_known or record.state.is_final or status in record.logged_statuses
        if status is not None and not is_expected:
            record.logged_statuses |= {status}
            yield Log(WARNING, "job %s: the spec does not list the status %r; still waiting", (record.id, status))
        if error is not None:
            yield Log(INFO, "job %s: poll %d failed: %s", (record.id, self.polls, error.message))
        elif record.state is not state_before:
            yield Log(DEBUG, "job %s: %s (%s)", (record.id, record.state, status))

    def _update(self, now: float, due: float | None, warnings: tuple[DecodeError, ...]) -> Update[S]:
        record = self.record
        return Update(
            job_id=record.id,
            status=record.status,
            state=record.state,
            elapsed=now - self.deadline.began,
            polls=self.polls,
            next_poll_in=None if due is None else due - now,
            transient_error=self.transient_error,
            snapshot=record.snapshot,
            warnings=warnings,
        )


def next_poll(*, now: float, delay: float, not_before: float, last: float, deadline: float) -> float | None:
    """When to poll next; `None` if the deadline comes first.

    The poll is due after *delay*, and never before *not_before* (min_interval, retry_after, a 429). One due later than
    *last*, after which a reply may come too late, is moved to *last*, so that a job that finishes during the last delay
    is not reported as timed out.
    """
    due = max(now + delay, not_before)
    if due > last > now + SAME_TIME:
        due = max(last, not_before)
    return due if due < deadline else None

"""Looking at one job until it is done: when, how often, and what a look means.

Sans-IO; the one polling engine of the house.
"""

from __future__ import annotations

from math import inf
from types import NoneType
from typing import Any, Generic, NoReturn, TypeVar

from msgspec.structs import replace

from ..calls.link import Link
from ..errors.client import ClientError, InvalidArgument
from ..errors.decode import DecodeError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.long_poll import LongPollUntil
from ..http.request import Response
from ..jobs.errors import JobTimeout
from ..jobs.lifecycle import ResultAt
from ..jobs.record import Record
from ..jobs.snapshot import Update
from ..jobs.state import State
from ..models.codec import NotJson, decode
from .deadline import SAME_TIME, Deadline
from .flow import DEBUG, INFO, WARNING, Flow, Log, Notify, Sleep
from .links import bucket_of, keep_links, url_of
from .policy import Policy, backoff
from .retry import TRANSIENT
from .session import Outgoing, Session, sent

S = TypeVar("S")
R = TypeVar("R")

_SLOW_DOWN = frozenset({429})
"""Statuses after which asking again sooner than usual would not help."""

_ERRORS_TO_NO_LONG_POLL = 2
"""After so many failures in a row a poll does not ask to be held."""


class Poller(Generic[S, R]):
    """One wait for one job: its deadline, its pace, and what went wrong last."""

    __slots__ = (
        "_bucket",
        "_failures",
        "_long_poll",
        "_policy",
        "_poll",
        "_polls",
        "_requests_left",
        "_transient_error",
        "deadline",
        "record",
        "session",
    )

    def __init__(self, session: Session, record: Record[S, R], policy: Policy, deadline: Deadline) -> None:
        self.session = session
        self.record = record
        self.deadline = deadline
        self._policy = policy
        self._polls = 0
        self._failures = 0
        """Failures in a row."""
        self._transient_error: ClientError | None = None
        # In a batch a poll that is held would keep a connection from the other jobs.
        self._long_poll = None if session.coalesces else record.kind.lifecycle.long_poll
        self._poll: Outgoing | None = None
        """The request of every poll, if the address is always the same."""
        method, at = record.kind.lifecycle.poll_method, record.kind.lifecycle.poll
        self._bucket = None if session.is_coalesced(record) else bucket_of(method, at)
        """What each poll counts against, if it goes by itself."""
        self._requests_left = 2 if isinstance(record.kind.lifecycle.result, ResultAt) else 1
        """How many requests it takes to the result, at the least."""

    def until_final(self, now: float) -> Flow[float]:
        """Look until the job is final; the time then.

        A submit may have said that the job failed: if no poll that says why comes in time, that is all that is known.

        Raises `JobTimeout`, and any error that does not pass by itself.
        """
        due = self._first_poll(now)
        while not self.record.is_settled:
            if due is None:
                if self.record.is_hopeless:
                    break
                self.time_out()
            while now < due:
                now = (yield Sleep(due)).now
            # Somebody else may have looked meanwhile.
            if not self.record.is_settled:
                now, due = yield from self._poll_once(now)
        return now

    def failed_transiently(self, transient_error: ClientError, *, is_expected: bool = False) -> None:
        """Take note of a failure that may pass. One that *is_expected* does not slow down what comes next."""
        transient_error = self.session.account.provider.own_errors.of(transient_error)
        transient_error.about(self.record.id, self.record.token)
        self._transient_error = transient_error
        if not is_expected:
            self._failures += 1

    def went_well(self) -> None:
        """Take note that the provider can be reached."""
        self._failures, self._transient_error = 0, None

    def pause(self, now: float) -> float:
        """Seconds until the next try by ourselves: by the policy, or by what went wrong."""
        jitter = self.session.account.jitter()
        age = self.record.age(self.session.account.wall())
        regular = self._policy.pause(
            polls=self._polls, age=now - self.deadline.began if age is None else age, jitter=jitter
        )
        if not 0 <= regular < inf:
            raise InvalidArgument(f"the policy asks for a pause of {regular!r} seconds, which nobody can make")
        if not self._failures:
            return regular
        retry = backoff(self._failures, jitter=jitter)
        is_slow_down = isinstance(self._transient_error, ApiError) and self._transient_error.status in _SLOW_DOWN
        return max(regular, retry) if is_slow_down else retry

    def time_out(self) -> NoReturn:
        """Say that the deadline came, and all that is known of the job."""
        record = self.record
        polls = f"{self._polls} poll{'' if self._polls == 1 else 's'}"
        seen = f"last seen {record.status!r}" if record.status is not None else "no status seen"
        failed_transiently = (
            f"; the last request went wrong: {self._transient_error.message}" if self._transient_error else ""
        )
        goes_on = "the job is done, but its result did not come in time" if record.state.is_final else "the job goes on"
        raise JobTimeout(
            f"no result within {self.deadline.timeout:g} s ({polls}, {seen}{failed_transiently})",
            snapshot=record.snapshot,
            transient_error=self._transient_error,
            advice=f"{goes_on}: wait() again, or resume(error.token)",
        ) from self._transient_error

    def _first_poll(self, now: float) -> float | None:
        # A job of unknown age may be done by now, and a poll that is held waits in the right place.
        age = self.record.age(self.session.account.wall())
        is_due = age is None or self.record.state.is_final or self._long_poll is not None
        return self._next_poll(now, 0.0 if is_due else self.pause(now))

    def _poll_once(self, now: float) -> Flow[tuple[float, float | None]]:
        """Poll once and take in what came; the time, and when the next look is due."""
        record, deadline, before = self.record, self.deadline, self.record.state
        word = record.status
        seen = yield from sent(
            self.session,
            self._asking(),
            patience=self.session.account.timeout,
            deadline=deadline.at,
            attempt=self._failures + 1,
            polled=record,
            now=now,
        )
        if seen is None:
            return now, None
        now = seen.now
        if seen.took >= seen.held:
            deadline.took(seen.took - seen.held)
        self._polls += 1
        if retry_after := self._take_in(seen.reply):
            record.asked_to_wait(now, retry_after)
        has_news = word is not None and word != record.status
        if record.state is not before or not record.is_known or self._transient_error is not None:
            yield from self._noted(before)
        due = None
        if not record.is_settled:
            pause = self.pause(now)
            if seen.held and self._transient_error is None:
                # One that was held to the end, or until there was news, is followed by the next. Else the server does
                # not hold, or not for so long: it is asked as often as any other.
                pause = 0.0 if has_news or seen.took >= seen.held else max(pause - seen.took, 0.0)
            due = self._next_poll(now, pause)
        yield Notify(self._update(now, due))
        return now, due

    def _asking(self) -> Outgoing:
        """The request of the next poll."""
        if isinstance(self.record.kind.lifecycle.poll, Link):
            return poll_of(self.session, self.record, self._long_poll_until)
        if self._poll is None:
            self._poll = poll_of(self.session, self.record)
        return self._poll if self._long_poll is None else replace(self._poll, long_poll_until=self._long_poll_until)

    @property
    def _long_poll_until(self) -> LongPollUntil | None:
        """What the next poll asks for. After faults that is nothing: somebody in between may break off what is held."""
        if self._long_poll is None or self._failures >= _ERRORS_TO_NO_LONG_POLL:
            return None
        # After it there has to be time for the last look.
        last = self.deadline.last_chance(self._requests_left)
        return LongPollUntil(self._long_poll, last - self.record.kind.polling.min_interval)

    def _next_poll(self, now: float, pause: float) -> float | None:
        return next_poll(
            now=now,
            pause=pause,
            not_before=max(
                self.record.not_before,
                self.session.min_interval.free_at(self.record),
                -inf if self._bucket is None else self.session.limiter.closed_until(self._bucket),
            ),
            last=self.deadline.last_chance(self._requests_left),
            deadline=self.deadline.at,
        )

    def _take_in(self, reply: Response | ClientError | None) -> float:
        """Read what a poll brought: into the record, or as a fault. The seconds to wait that the provider asks for."""
        assert reply is not None
        account, record = self.session.account, self.record
        if isinstance(reply, ClientError):
            if not isinstance(reply, TransportError | NotJson):
                raise reply
            self.failed_transiently(reply)
            return 0.0
        retry_after = account.retry_after(reply)
        not_visible_yet = reply.status == 404 and may_not_be_visible_yet(self.session, record)
        if reply.status in TRANSIENT or not_visible_yet:
            self.failed_transiently(account.api_error(reply), is_expected=not_visible_yet)
            return retry_after
        try:
            retry_after = max(read_poll(self.session, record, reply), retry_after)
        except NotJson as error:
            self.failed_transiently(error)
        else:
            if self._transient_error is not None:
                self.went_well()
        return retry_after

    def _noted(self, before: State) -> Flow[None]:
        record, status = self.record, self.record.status
        if status is not None and not (record.is_known or record.state.is_final or status in record.unknown):
            record.unknown |= {status}
            yield Log(WARNING, "job %s: the status %r is unknown to this package; waiting on", (record.id, status))
        if self._transient_error is not None:
            yield Log(INFO, "job %s: poll %d went wrong: %s", (record.id, self._polls, self._transient_error.message))
        elif record.state is not before:
            yield Log(DEBUG, "job %s: %s (%s)", (record.id, record.state.value, status))

    def _update(self, now: float, due: float | None) -> Update[S]:
        record = self.record
        return Update(
            job_id=record.id,
            status=record.status,
            state=record.state,
            elapsed=now - self.deadline.began,
            polls=self._polls,
            next_poll_in=None if due is None else due - now,
            transient_error=self._transient_error,
            snapshot=record.snapshot,
        )


def next_poll(*, now: float, pause: float, not_before: float, last: float, deadline: float) -> float | None:
    """When to look again, or `None` if there is nothing left to wait for.

    The look is due after *pause*, never before *not_before* (the floor, a hint, a 429). One that would come after
    *last*, from when on an answer may come too late, is made then, so that a job that ended in the pause is not missed.
    """
    due = max(now + pause, not_before)
    if due > last > now + SAME_TIME:
        due = max(last, not_before)
    return due if due < deadline else None


def may_not_be_visible_yet(session: Session, record: Record[Any, Any]) -> bool:
    """Whether a 404 can mean that the job is too new to be found."""
    age = record.age(session.account.wall())
    return age is not None and age <= record.kind.polling.not_found_grace


def poll_of(session: Session, record: Record[Any, Any], long_poll_until: LongPollUntil | None = None) -> Outgoing:
    """The request that asks how a job is, and may be held."""
    method, at = record.kind.lifecycle.poll_method, record.kind.lifecycle.poll
    url = url_of(session.account, record, "poll", at)
    return Outgoing(
        request=session.account.request_to(method, url),
        bucket=bucket_of(method, at),
        long_poll_until=long_poll_until,
        timeout=record.kind.lifecycle.timeouts.get("poll"),
    )


def read_poll(session: Session, record: Record[S, R], reply: Response) -> float:
    """Read a poll reply into the record; the seconds it asks us to wait.

    Raises `ApiError` for a status that is no answer, `NotJson` for a body that was cut, and `DecodeError`.
    """
    lifecycle = record.kind.lifecycle
    if lifecycle.link:
        asked = url_of(session.account, record, "poll", lifecycle.poll)
    if reply.status in lifecycle.codes:
        retry_after = _told_by_code(session, record, reply)
    elif reply.status in lifecycle.accepts:
        body = decode(record.kind.snapshot, reply.body)
        record.saw(lifecycle.read(body), body, reply)
        retry_after = lifecycle.retry_after_in(body) if lifecycle.retry_after else 0.0
    else:
        raise session.account.api_error(reply)
    if lifecycle.link:
        keep_links(record, reply, asked)
    return retry_after


def _told_by_code(session: Session, record: Record[S, R], reply: Response) -> float:
    """The same for a reply that tells by its HTTP status. Its body is only read as far as it is the result.

    Raises `NotJson` for a result that was cut, and `DecodeError`.
    """
    kind, state = record.kind, record.kind.lifecycle.codes[reply.status]
    body: Any = None
    if state.has_result and kind.lifecycle.result == ():
        decode(kind.result, reply.body)
    if kind.snapshot is not NoneType:
        try:
            body = decode(kind.snapshot, reply.body)
        except DecodeError:
            if state.has_result and isinstance(kind.lifecycle.result, tuple) and kind.lifecycle.result:
                raise
    reading = kind.lifecycle.read(body, reply.status)
    has_failed = state.is_final and not state.has_result
    is_told = kind.lifecycle.error_in(body)[1] is not None
    record.saw(reading, body, reply, session.account.said(reply) if has_failed and not is_told else None)
    return kind.lifecycle.retry_after_in(body)

"""Waiting for one job: when to look, what a look means, when to stop. Sans-IO; the one polling engine of the house."""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

import msgspec

from .account import Account
from .codec import NotJson, decode, follow
from .errors import (
    ApiError,
    ClientError,
    DecodeError,
    InvalidArgument,
    JobCancelled,
    JobExpired,
    JobFailed,
    JobNotDone,
    JobTimeout,
    TransportError,
)
from .exchange import PASSING, exchange
from .flow import DEBUG, INFO, WARNING, Flow, Note, Pause, Seen, Send, Tell
from .handle import Floor, Record, Snapshot, Update
from .lifecycle import ResultAt
from .request import Request, Response, path
from .schedule import Policy, backoff
from .state import State

S = TypeVar("S")
R = TypeVar("R")


class Desk(msgspec.Struct, frozen=True):
    """What every wait of one client shares."""

    account: Account
    floor: Floor


def deadline_of(timeout: float | None, now: float) -> float | None:
    """The end of a wait of *timeout* seconds that begins *now*; `None`: it has none."""
    return None if timeout is None else now + timeout


def wait(
    desk: Desk, record: Record[S, R], policy: Policy, *, timeout: float | None, began: float, now: float
) -> Flow[R]:
    """Look at the job until it is done, and return its result.

    The whole takes at most *timeout* seconds from *began*. Raises `JobTimeout` at the deadline, `JobFailed`,
    `JobCancelled` and `JobExpired` for how the job ended, and at once any error that will not pass by itself.
    """
    watch = _Watch(desk, record, policy, timeout=timeout, began=began)
    try:
        now = yield from watch.until_final(now)
        return (yield from watch.conclude(now))
    except ClientError as error:
        error.about(record.id, record.token)
        raise


def watch(
    desk: Desk, record: Record[S, R], policy: Policy, *, timeout: float | None, began: float, now: float
) -> Flow[None]:
    """Look at the job until it is done, like `wait`, but leave its result alone."""
    try:
        yield from _Watch(desk, record, policy, timeout=timeout, began=began).until_final(now)
    except ClientError as error:
        error.about(record.id, record.token)
        raise


def poll(desk: Desk, record: Record[S, R], *, now: float) -> Flow[Snapshot[S]]:
    """Look at the job once, trying again after a fault. A job that was seen to be final is not asked about again."""
    lifecycle = record.kind.lifecycle
    try:
        if not (record.state.is_final and record.snapshot is not None):
            request = _poll_request(desk.account, record)
            reply = yield from _polled(desk, record, request, now=now)
            if reply.status not in lifecycle.accepts:
                raise desk.account.api_error(reply)
            take_in(record, reply)
        assert record.snapshot is not None
        return record.snapshot
    except ClientError as error:
        error.about(record.id, record.token)
        raise


def result(desk: Desk, record: Record[S, R], *, now: float) -> Flow[R]:
    """The result of a job that is done, looking at the job once if that is not known yet.

    Raises `JobNotDone` if it is still going, and what `wait` raises for how it ended.
    """
    try:
        if not record.state.is_final:
            yield from poll(desk, record, now=now)
        if not record.state.is_final:
            raise JobNotDone(
                f"the job is still {record.status or record.state.value!r}, so there is no result yet; use wait()",
                snapshot=record.snapshot,
            )
        if record.snapshot is None and _is_inline(record):
            yield from poll(desk, record, now=now)
        ending = _Watch(desk, record, policy=None, timeout=desk.account.timeout, began=now)
        return (yield from ending.conclude(now))
    except ClientError as error:
        error.about(record.id, record.token)
        raise


def cancel(desk: Desk, record: Record[S, R], *, now: float) -> Flow[None]:
    """Ask the provider to cancel the job. A job that is over already stays as it is, and that is no error."""
    assert record.kind.lifecycle.cancel is not None
    method, template = record.kind.lifecycle.cancel
    request = desk.account.request_to(method, desk.account.base_url + path(template, {"job_id": record.id}))
    try:
        # Cancelling twice is cancelling once.
        yield from exchange(desk.account, request, repeatable=True, now=now)
    except ClientError as error:
        error.about(record.id, record.token)
        raise
    yield Note(INFO, "job %s: asked the provider to cancel it", (record.id,))


def take_in(record: Record[S, R], reply: Response) -> float:
    """Read a poll reply into the record; the seconds it asks us to wait. Raises `DecodeError`."""
    body = decode(record.kind.snapshot, reply.body)
    reading = record.kind.lifecycle.read(body)
    record.saw(reading, body, reply)
    return reading.hint


def next_look(*, now: float, pause: float, not_before: float, last: float | None, looked_last: bool) -> float | None:
    """When to look again, or `None` if there is nothing left to wait for.

    The look is due after *pause*, never before *not_before* (the floor, a hint), and not after *last*, the latest
    moment at which a look can still bring something: there it is made once, so that a job that ended in the pause is
    not missed.
    """
    due = max(now + pause, not_before)
    if last is None or due <= last:
        return due
    if looked_last or not_before > last:
        return None
    return last


class _Watch(Generic[S, R]):
    """One wait under way: its deadline, and what went wrong so far."""

    def __init__(
        self, desk: Desk, record: Record[S, R], policy: Policy | None, *, timeout: float | None, began: float
    ) -> None:
        self._desk = desk
        self._account = desk.account
        self._record = record
        self._policy = policy
        self._began = began
        self._deadline = deadline_of(timeout, began)
        self._timeout = timeout
        self._now = began
        self._due: float | None = None
        """When the next look is due; `None`: never."""
        self._polls = 0
        self._faults = 0
        """Failures in a row."""
        self._fault: ClientError | None = None
        self._slowest = 0.125
        """The longest request so far, in seconds; what a look needs at the least."""

    # --- looking ---------------------------------------------------------------------------------------------------

    def until_final(self, now: float) -> Flow[float]:
        """Look until the job is final; the time at which it was. Raises `JobTimeout` and whatever does not pass."""
        record = self._record
        if record.state.is_final and record.snapshot is None and _is_inline(record):
            # The submit reply was final, but does not hold the result: the first poll does.
            record.state = State.RUNNING
            yield from self._look(now, due=now)
        elif not record.state.is_final:
            yield from self._look(now, due=self._first_look(now))
        while not record.state.is_final:
            now, due = self._now, self._due
            if due is None:
                self._time_out(now)
            yield from self._look(now, due=due)
        return max(now, self._now) if self._polls else now

    def _first_look(self, now: float) -> float:
        age = self._record.age(self._account.wall())
        # A job of unknown age may be done by now.
        pause = 0.0 if age is None else self._pause(age)
        due = next_look(
            now=now,
            pause=pause,
            not_before=self._desk.floor.free_at(self._record),
            last=self._last_look(),
            looked_last=False,
        )
        return now if due is None else due

    def _look(self, now: float, *, due: float) -> Flow[None]:
        """Wait until *due*, poll once, take in what came, and set when the next look is due."""
        record = self._record
        now = yield from _until(due, now)
        free_at = self._desk.floor.claim(record, now)
        if self._deadline is not None and max(now, free_at) >= self._deadline:
            self._time_out(now)
        now = yield from _until(free_at, now)
        looked_last = (last := self._last_look()) is not None and now >= last - 1e-9
        request = _poll_request(self._account, record)
        seen = yield Send(request, self._patience(now))
        self._desk.floor.polled(record, seen.now)
        self._slowest = max(self._slowest, seen.now - now)
        self._polls += 1
        before = record.state
        hint = self._take_in(seen, now)
        self._now = now = seen.now
        if (record.status is not None) and not record.kind.lifecycle.state_of(record.status):
            yield from self._note_unknown(record.status)
        if self._fault is not None:
            yield Note(INFO, "job %s: poll %d went wrong: %s", (record.id, self._polls, self._fault.message))
        elif record.state is not before:
            yield Note(DEBUG, "job %s: %s (%s)", (record.id, record.state.value, record.status))
        self._due = None
        if not record.state.is_final:
            self._due = next_look(
                now=now,
                pause=self._pause(record.age(self._account.wall()) or now - self._began),
                not_before=max(now + hint, self._desk.floor.free_at(record)),
                last=self._last_look(),
                looked_last=looked_last,
            )
        yield Tell(self._update(now))

    def _take_in(self, seen: Seen, sent_at: float) -> float:
        """Read what a poll brought: into the record, or as a fault. The seconds to wait that the server asked for."""
        reply, lifecycle = seen.reply, self._record.kind.lifecycle
        assert reply is not None
        if isinstance(reply, TransportError):
            return self._went_wrong(reply, 0.0)
        hint = self._account.hint(reply)
        if reply.status in PASSING:
            return self._went_wrong(self._account.api_error(reply), hint)
        if reply.status == 404 and self._may_not_be_visible_yet():
            return self._went_wrong(self._account.api_error(reply), hint)
        if reply.status not in lifecycle.accepts:
            raise self._account.api_error(reply)
        try:
            hint = max(take_in(self._record, reply), hint)
        except NotJson as error:
            return self._went_wrong(error, hint)
        self._faults, self._fault = 0, None
        return hint

    def _went_wrong(self, fault: ClientError, hint: float) -> float:
        fault.about(self._record.id, self._record.token)
        self._faults += 1
        self._fault = fault
        return hint

    def _may_not_be_visible_yet(self) -> bool:
        age = self._record.age(self._account.wall())
        return age is not None and age <= self._record.kind.polling.not_found_grace

    def _note_unknown(self, status: str) -> Flow[None]:
        if status not in self._record.unknown:
            self._record.unknown.add(status)
            text = "job %s: the status %r is unknown to this package; waiting on"
            yield Note(WARNING, text, (self._record.id, status))

    # --- ending ----------------------------------------------------------------------------------------------------

    def conclude(self, now: float) -> Flow[R]:
        """The result of a job that is final, or the exception for how it ended."""
        record = self._record
        if not record.state.has_result:
            self._raise_ending()
        if isinstance(record.result, msgspec.UnsetType):
            at = record.kind.lifecycle.result
            if isinstance(at, ResultAt):
                record.result = yield from self._fetched(at, now)
            else:
                record.result = _inline_result(record, at)
            yield Note(INFO, "job %s: %s", (record.id, record.state.value))
        return record.result

    def _fetched(self, at: ResultAt, now: float) -> Flow[R]:
        """The result from its own address: asked for until it is there, and then never again."""
        record = self._record
        request = self._account.request_to("GET", self._account.base_url + path(at.path, {"job_id": record.id}))
        while True:
            if self._deadline is not None and now >= self._deadline:
                self._time_out(now)
            looked_last = (last := self._last_look(requests=1)) is not None and now >= last - 1e-9
            seen = yield Send(request, self._patience(now))
            self._slowest = max(self._slowest, seen.now - now)
            now, reply, hint = seen.now, seen.reply, 0.0
            assert reply is not None
            if isinstance(reply, TransportError):
                self._went_wrong(reply, 0.0)
            elif 200 <= reply.status < 300:
                try:
                    found: R = decode(record.kind.result, reply.body)
                    return found
                except NotJson as error:
                    self._went_wrong(error, 0.0)
            elif reply.status in at.not_ready or reply.status in PASSING:
                hint = self._account.hint(reply)
                self._went_wrong(self._account.api_error(reply), hint)
            elif reply.status in at.gone:
                raise JobExpired(
                    "the job is done, but its result is no longer kept by the provider", snapshot=record.snapshot
                ) from self._account.api_error(reply)
            else:
                raise self._account.api_error(reply)
            yield Note(INFO, "job %s: no result yet: %s", (record.id, self._fault and self._fault.message))
            due = next_look(
                now=now,
                pause=max(self._pause(now - self._began), record.kind.polling.floor),
                not_before=now + max(hint, record.kind.polling.floor),
                last=self._last_look(requests=1),
                looked_last=looked_last,
            )
            if due is None:
                self._time_out(now)
            now = yield from _until(due, now)

    def _raise_ending(self) -> NoReturn:
        record, snapshot = self._record, self._record.snapshot
        code = snapshot.error_code if snapshot else None
        reason = snapshot.error_message if snapshot else None
        match record.state:
            case State.CANCELLED:
                raise JobCancelled("the job was cancelled", snapshot=snapshot)
            case State.EXPIRED:
                raise JobExpired("the job is no longer kept by the provider", snapshot=snapshot)
            case _:
                coded = f" [{code}]" if code else ""
                raise JobFailed(
                    f"the job failed{coded}: {reason or 'the provider gives no reason'}",
                    snapshot=snapshot,
                    code=code,
                    reason=reason,
                )

    def _time_out(self, now: float) -> NoReturn:
        record = self._record
        assert self._timeout is not None
        seen = f"last seen {record.status!r}" if record.status is not None else "no status seen"
        polls = f"{self._polls} poll{'' if self._polls == 1 else 's'}"
        went_wrong = f"; the last one went wrong: {self._fault.message}" if self._fault else ""
        done = "it is done, and its result was not had in time" if record.state.is_final else "it goes on"
        raise JobTimeout(
            f"no result within {self._timeout:g} s ({polls}, {seen}{went_wrong}); {done}: "
            "wait() again, or resume(error.token)",
            snapshot=record.snapshot,
            fault=self._fault,
        ) from self._fault

    # --- time ------------------------------------------------------------------------------------------------------

    def _pause(self, age: float) -> float:
        """How long to wait for the next look by ourselves: by the policy, or by what went wrong."""
        chance = self._account.chance()
        regular = self._policy.pause(polls=self._polls, age=age, chance=chance) if self._policy else 1.0
        if not 0 <= regular < float("inf"):
            raise InvalidArgument(f"the policy asks for a pause of {regular!r} seconds, which nobody can make")
        if not self._faults:
            return regular
        retry = backoff(self._faults, chance=chance)
        is_limit = isinstance(self._fault, ApiError) and self._fault.status in (404, 409, 429)
        return max(regular, retry) if is_limit else retry

    def _last_look(self, requests: int | None = None) -> float | None:
        """The latest moment to send something that shall still bring an answer before the deadline."""
        if self._deadline is None or self._timeout is None:
            return None
        if requests is None:
            requests = 2 if isinstance(self._record.kind.lifecycle.result, ResultAt) else 1
        return self._deadline - min(2 * requests * self._slowest, self._timeout / 4)

    def _patience(self, now: float) -> float:
        patience = self._account.timeout
        return patience if self._deadline is None else min(patience, self._deadline - now)

    def _update(self, now: float) -> Update[S]:
        record = self._record
        return Update(
            job_id=record.id,
            status=record.status,
            state=record.state,
            progress=record.snapshot.progress if record.snapshot else None,
            elapsed=now - self._began,
            polls=self._polls,
            next_poll_in=None if self._due is None else max(self._due - now, 0.0),
            fault=self._fault,
            snapshot=record.snapshot,
        )


def _poll_request(account: Account, record: Record[Any, Any]) -> Request:
    return account.request_to("GET", account.base_url + path(record.kind.lifecycle.poll, {"job_id": record.id}))


def _polled(desk: Desk, record: Record[Any, Any], request: Request, *, now: float) -> Flow[Response]:
    """One poll of `poll()`, tried again as any call that may be repeated, at the floor's pace."""
    account, due, tries = desk.account, now, 0
    while True:
        now = yield from _until(max(due, desk.floor.claim(record, now)), now)
        seen = yield Send(request, account.timeout)
        desk.floor.polled(record, seen.now)
        now, reply, tries = seen.now, seen.reply, tries + 1
        assert reply is not None
        if isinstance(reply, Response) and reply.status not in PASSING:
            return reply
        failure = reply if isinstance(reply, TransportError) else account.api_error(reply)
        hint = failure.retry_after if isinstance(failure, ApiError) else 0.0
        if tries > account.max_retries or hint > account.timeout:
            raise failure
        due = now + max(backoff(tries, chance=account.chance()), hint)


def _until(due: float, now: float) -> Flow[float]:
    """Pause until *due*, however often the driver wakes up early; the time then."""
    while now < due:
        now = (yield Pause(due)).now
    return now


def _is_inline(record: Record[Any, Any]) -> bool:
    return not isinstance(record.kind.lifecycle.result, ResultAt)


def _inline_result(record: Record[S, R], at: tuple[str, ...]) -> R:
    """The result out of the last poll reply. Raises `DecodeError` if it is not there."""
    snapshot, kind = record.snapshot, record.kind
    assert snapshot is not None
    if not at:
        found = snapshot.body if kind.result is kind.snapshot else decode(kind.result, snapshot.reply.body)
    else:
        found = follow(snapshot.body, at)
        if found is None:
            where = "$." + ".".join(at)
            raise DecodeError(
                f"the job is {record.status!r}, but its result is missing at {where}",
                path=where,
                body=snapshot.reply.body,
            )
    return found  # type: ignore[return-value]  # `at` leads to what the spec says the result is

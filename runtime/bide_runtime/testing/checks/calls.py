"""The trace of one call of a client, and the promises that hold for it. Reads only the trace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import isawaitable
from math import inf
from typing import Any, Literal, TypeAlias

from ...errors.client import ClientError
from ...errors.transport import TransportError
from ...http.errors import ApiError
from ...http.statuses import Arrival, arrival_of
from ...jobs.errors import JobCancelled, JobExpired, JobFailed, JobTimeout, SubmitUncertain
from ...jobs.state import State
from ...models.lenient import NotJson
from ...waiting.deadline import SAME_TIME
from ..fake.promises import broken_promises
from ..fake.provider import FakeProvider
from ..fake.transport import Sent

Mode: TypeAlias = Literal["sync", "async"]


@dataclass
class Told:
    """The trace of one call."""

    fake: FakeProvider[Any, Any]
    began: float
    timeout: float | None
    outcome: Any = None
    """Its return value, or the error that it raised."""
    ended: float = 0.0
    updates: list[Any] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    """Tasks and threads that were still running after it."""

    @property
    def requests(self) -> list[Sent]:
        """The requests that it sent."""
        return [sent for sent in self.fake.requests if sent.at >= self.began - SAME_TIME]

    def arrival(self, status: int) -> Arrival | None:
        """Whether the request of a transient status was processed; `None` for other statuses."""
        return arrival_of(status, self.fake.trace.provider.transient)

    def may_have_arrived(self, sent: Sent) -> bool:
        """Whether the provider may have acted on a request that got no complete and valid reply."""
        reply = sent.reply
        if reply is None or reply.lost is not None:
            return reply is None or reply.lost is None or reply.lost.may_have_arrived
        return self.arrival(reply.status) is Arrival.UNKNOWN or not reply.is_proper

    @property
    def deadline(self) -> float:
        return inf if self.timeout is None else self.began + self.timeout

    @property
    def error(self) -> ClientError | None:
        return self.outcome if isinstance(self.outcome, ClientError) else None

    @property
    def trace(self) -> tuple[object, ...]:
        """The part of the trace that must be the same for blocking and asyncio clients."""
        outcome = repr(self.outcome) if self.error is None else (type(self.error).__name__, str(self.error))
        return (
            outcome,
            [(round(sent.at, 6), sent.line, round(sent.timeout, 6), sent.request.body) for sent in self.requests],
            [(round(nap.at, 6), round(nap.seconds, 6)) for nap in self.fake.time.naps if nap.seconds > SAME_TIME],
            [(update.status, update.state, update.polls) for update in self.updates],
        )


def play(
    fake: FakeProvider[Any, Any],
    mode: Mode,
    call: Callable[[Any, Told], Any],
    *,
    timeout: float | None = None,
    **arguments: Any,
) -> Told:
    """Run *call* with a new client of *fake*; returns its trace."""
    told = Told(fake, fake.now, timeout)
    threads = threading.active_count()
    if mode == "sync":
        with fake.client(**arguments) as client:
            try:
                told.outcome = _whole(call(client, told))
            except ClientError as error:
                told.outcome = error
            told.ended = fake.now
    else:
        asyncio.run(_awaited(fake, call, told, arguments))
    told.left_behind += [f"{threading.active_count() - threads} threads"] * (threading.active_count() > threads)
    return told


async def _awaited(
    fake: FakeProvider[Any, Any], call: Callable[[Any, Told], Any], told: Told, arguments: dict[str, Any]
) -> None:
    async with fake.async_client(**arguments) as client:
        try:
            value = call(client, told)
            if isawaitable(value):
                value = await value
            told.outcome = [each async for each in value] if hasattr(value, "__anext__") else value
        except ClientError as error:
            told.outcome = error
        told.ended = fake.now
    left = asyncio.all_tasks() - {asyncio.current_task()}
    told.left_behind += [str(task) for task in left]


def _whole(value: Any) -> Any:
    return list(value) if hasattr(value, "__next__") else value


# --- promises that hold for every call that submits one job and waits for it ------------------------------------------


def in_time(told: Told) -> Iterator[str]:
    """W1, W10: the call ends by its deadline, and the timeout of each request is at most the time left."""
    if told.ended > told.deadline + SAME_TIME:
        yield f"it ended at {told.ended:.3f} s, after its deadline at {told.deadline:.3f} s"
    for sent in told.requests:
        if sent.at >= told.deadline:
            yield f"{sent} was sent after the deadline"
        if sent.timeout > told.deadline - sent.at + SAME_TIME:
            yield f"{sent} may take {sent.timeout:.3f} s, which is more than is left"


def no_useless_sleep(told: Told) -> Iterator[str]:
    """W4: a retry_after past the deadline ends the call at once."""
    last = told.requests[-1] if told.requests else None
    if last is None or last.reply is None or last.ended + last.reply.retry_after < told.deadline:
        return
    if told.ended > last.ended + SAME_TIME:
        yield f"it slept {told.ended - last.ended:.3f} s after {last}, whose retry_after is past the deadline"


def no_early_end(told: Told) -> Iterator[str]:
    """W5: a call that times out polled shortly before its deadline, unless min_interval or retry_after forbid that."""
    if (
        not isinstance(told.outcome, JobTimeout)
        or told.timeout is None
        or told.ended >= told.deadline - told.timeout / 4
    ):
        return
    polls = [sent for sent in told.requests if sent.role in ("poll", "result", "submit")]
    min_intervals = told.fake.trace.min_intervals
    free_at = max(
        [sent.ended + (sent.reply.retry_after if sent.reply else 0.0) for sent in polls]
        + [
            sent.ended + min_intervals.get(job_id, 0.0)
            for sent in polls
            if sent.role != "submit"
            for job_id in sent.job_ids
        ],
        default=0.0,
    )
    if free_at < told.deadline:
        yield f"it timed out at {told.ended:.3f} s, although it was free to poll again from {free_at:.3f} s"


def transient_errors_do_not_end_it(told: Told) -> Iterator[str]:
    """W6: once the job exists, no transient error ends the wait."""
    if not _exists(told):
        return
    if isinstance(told.outcome, TransportError | NotJson):
        yield f"a transient error ended the wait: {told.outcome!r}"
    if isinstance(told.outcome, ApiError) and told.outcome.is_transient:
        yield f"a transient HTTP error ended the wait: {told.outcome!r}"


def permanent_errors_end_it(told: Told) -> Iterator[str]:
    """W7: an error that is not transient ends the wait at once, and is raised."""
    asked = [sent for sent in told.requests if sent.role in ("poll", "result")]
    for sent in asked:
        if _is_refusal(told, sent):
            if sent is not asked[-1]:
                yield f"it continued after {sent}"
            elif not isinstance(told.outcome, ApiError | JobExpired):
                yield f"{sent} ended it, but its outcome is {told.outcome!r}"


def paid_once(told: Told) -> Iterator[str]:
    """W11: a submit that may have arrived is sent again only with the same idempotency key."""
    submits = [sent for sent in told.requests if sent.role == "submit"]
    uncertain = [sent for sent in submits[:-1] if told.may_have_arrived(sent)]
    keys = {sent.key for sent in submits}
    if uncertain and (len(keys) > 1 or None in keys):
        yield f"{uncertain[0]} may have arrived, and was sent again with the keys {keys}"
    made = sum(len(kind.jobs) for kind in told.fake.kinds)
    if made > 1:
        yield f"{made} jobs were made"
    if isinstance(told.outcome, SubmitUncertain) and not any(map(told.may_have_arrived, submits)):
        yield "it raised SubmitUncertain, although no submit may have arrived"


def errors_carry_the_job(told: Told) -> Iterator[str]:
    """Once a job exists, every error has its id and its token."""
    if told.error is not None and _exists(told):
        job_id = next(sent.job_ids[0] for sent in told.requests if sent.role == "submit" and sent.job_ids)
        if told.fake.id_of(told.error.job_id or "") != job_id or not told.error.token:
            yield f"{told.error!r} does not have the job {job_id} and a token"


def outcome_matches_provider(told: Told) -> Iterator[str]:
    """W2, W9, W13: the outcome matches the last state that the provider sent."""
    states = [state for sent in told.requests for state in (sent.reply.told.values() if sent.reply else ())]
    last = states[-1] if states else State.PENDING
    match told.outcome:
        case JobFailed():
            wanted = {State.FAILED}
        case JobCancelled():
            wanted = {State.CANCELLED}
        case JobExpired():
            wanted = {State.EXPIRED, State.SUCCEEDED, State.PARTIAL}
        case JobTimeout():
            wanted = {State.PENDING, State.RUNNING, State.SUCCEEDED, State.PARTIAL}
        case ClientError():
            return
        case _:
            wanted = {State.SUCCEEDED, State.PARTIAL}
    if last not in wanted:
        yield f"its outcome is {told.outcome!r}, but the last state that the provider sent is {last.value}"


def nothing_left_behind(told: Told) -> Iterator[str]:
    """W16: no task or thread is still running after the call."""
    yield from told.left_behind


OF_A_CALL = (
    in_time,
    no_useless_sleep,
    no_early_end,
    transient_errors_do_not_end_it,
    permanent_errors_end_it,
    paid_once,
    errors_carry_the_job,
    outcome_matches_provider,
    nothing_left_behind,
)


def broken_by(told: Told) -> list[str]:
    """Descriptions of all promises that the call broke."""
    of_the_call = [f"{promise.__name__}: {what}" for promise in OF_A_CALL for what in promise(told)]
    return of_the_call + broken_promises(told.fake.trace, one_handle=True)


def _exists(told: Told) -> bool:
    """Whether a reply to a submit created a job."""
    return any(sent.role == "submit" and sent.is_answered for sent in told.requests)


def _is_refusal(told: Told, sent: Sent) -> bool:
    reply = sent.reply
    if reply is None or reply.lost is not None or reply.status < 300 or told.arrival(reply.status) is not None:
        return False
    return not reply.is_expected

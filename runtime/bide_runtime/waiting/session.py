"""What all calls of one client share, and the one place where a request leaves the core."""

from __future__ import annotations

from math import inf
from typing import Any

import msgspec
from msgspec.structs import replace

from ..calls.account import Account
from ..errors.client import ClientError
from ..http.errors import ApiError
from ..http.long_poll import LongPollUntil
from ..http.rate_limit import RateLimiter
from ..http.request import Request, Response
from ..jobs.min_interval import MinIntervals
from ..jobs.record import Record
from .flow import Flow, Received, Send, Sleep
from .policy import backoff

_LONGEST_CLOSURE = 300.0
"""No reply closes a bucket for longer than this, in seconds: one strange hint must not stop a whole client."""


class Session(msgspec.Struct, frozen=True):
    """The account of a client, and what keeps its calls from asking too often."""

    account: Account
    min_interval: MinIntervals
    limiter: RateLimiter
    coalesces: bool = False
    """Whether polls are handed over as `Send.polled`, to be sent together with those of other jobs."""

    @property
    def coalescing(self) -> Session:
        """The same, for flows that run side by side under a `Coalescer`."""
        return replace(self, coalesces=True)

    def is_coalesced(self, record: Record[Any, Any]) -> bool:
        """Whether a poll of this job is sent together with those of other jobs."""
        address = record.kind.lifecycle.poll_many
        return self.coalesces and address is not None and address.takes(record.id)

    def heed(self, bucket: str, seen: Received) -> None:
        """Close the bucket of a request for everybody if a 429 came.

        It is closed for as long as the provider says, or for about half a second if it says nothing.
        """
        if isinstance(seen.reply, Response) and seen.reply.status == 429:
            retry_after = self.account.retry_after(seen.reply) or backoff(1, jitter=self.account.jitter())
            self.limiter.close(bucket, seen.now + min(retry_after, _LONGEST_CLOSURE))


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request, and the bucket of the provider's rate limits that it counts against."""

    request: Request
    bucket: str
    long_poll_until: LongPollUntil | None = None
    """Asks the server to hold it, where that may be done."""
    timeout: float | None = None
    """How long it may take, in seconds, where the spec says that."""

    def leaving(self, now: float) -> tuple[Request, int]:
        """The request as it leaves now, and for how many seconds it asks to be held."""
        if self.long_poll_until is None:
            return self.request, 0
        held = self.long_poll_until.by.seconds(self.long_poll_until.until - now)
        return self.long_poll_until.by.asked(self.request, held), held


def sent(
    session: Session,
    outgoing: Outgoing,
    *,
    patience: float,
    deadline: float = inf,
    attempt: int,
    polled: Record[Any, Any] | None = None,
    has_slot: bool = False,
    now: float,
) -> Flow[Received | None]:
    """Send a request when the budget allows it; what came, or `None` if that would be at *deadline* or later.

    If it is a poll, *polled* is the job: its floor is kept as well, and `None` also means that nothing is left to ask.
    With *has_slot* the budget has allowed the request already. *patience* is for the request itself, beside the time
    for which it is held.
    """
    if polled is not None and session.is_coalesced(polled):
        seen = yield from _sent_coalesced(session, outgoing, polled, deadline=deadline, attempt=attempt, now=now)
        if seen.reply is not None:
            return seen
        now = seen.now
    while True:
        free_at = now if polled is None else max(session.min_interval.free_at(polled), now)
        slot = now if has_slot else session.limiter.claim(outgoing.bucket, free_at, before=deadline)
        if slot is None:
            return None
        if slot > now:
            now = yield from until(slot, now)
        if now >= deadline or (polled is not None and polled.is_settled):
            return None
        held_until = session.limiter.closed_until(outgoing.bucket)
        if polled is not None and held_until <= now:
            held_until = session.min_interval.claim(polled, now)
        if held_until > now:
            # Somebody else has been told to slow down meanwhile, or has asked about this job: the slot has gone by.
            if held_until >= deadline:
                return None
            has_slot = False
            now = yield from until(held_until, now)
            continue
        request, held = outgoing.leaving(now)
        patience_now = min((outgoing.timeout or patience) + held, deadline - now)
        seen = yield Send(request, patience_now, attempt, deadline, bucket=outgoing.bucket)
        if seen.reply is not None:
            break
        # It waited for others of its batch, and was not sent when one of them was told to slow down.
        has_slot, now = False, seen.now
    if polled is not None:
        session.min_interval.polled(polled, seen.now)
    session.heed(outgoing.bucket, seen)
    return replace(seen, held=held) if held else seen


def _sent_coalesced(
    session: Session, outgoing: Outgoing, polled: Record[Any, Any], *, deadline: float, attempt: int, now: float
) -> Flow[Received]:
    """Poll a job together with others; without a reply, it has to be polled by itself.

    Whoever gathers the polls claims floor and budget when they leave.
    """
    free_at = session.min_interval.free_at(polled)
    if free_at >= deadline:
        return Received(now)
    now = yield from until(free_at, now)
    if now >= deadline or polled.is_settled:
        return Received(now)
    seen = yield Send(outgoing.request, deadline - now, attempt, deadline, polled)
    if seen.reply is not None:
        session.min_interval.polled(polled, seen.now)
    return seen


def until(due: float, now: float) -> Flow[float]:
    """Pause until *due*, however often the driver wakes up early; the time then."""
    while now < due:
        now = (yield Sleep(due)).now
    return now


def failure_in(account: Account, reply: Response | ClientError | None) -> ClientError | None:
    """What went wrong with a request, if it did."""
    assert reply is not None
    if isinstance(reply, ClientError):
        return reply
    return None if 200 <= reply.status < 300 else account.api_error(reply)


def retry_after_of(failure: ClientError) -> float:
    """Seconds that a failure asks us to wait."""
    return failure.retry_after if isinstance(failure, ApiError) else 0.0

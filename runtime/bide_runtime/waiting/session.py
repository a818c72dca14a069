"""The state that all calls of one client share, and the only place where the core sends requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace

from ..calls.account import Account, Auth
from ..calls.download import Download
from ..errors.client import ClientError
from ..http.errors import ApiError
from ..http.keys import Keys
from ..http.long_poll import LongPollUntil
from ..http.rate_limit import RateLimiter
from ..http.request import Request, Response
from ..jobs.min_interval import MinIntervals
from ..jobs.record import Record
from .flow import INFO, About, AboutToSend, Flow, Log, NothingMade, Received, Send, Sleep
from .keys import keys_of, ready, renewed
from .policies.policy import backoff
from .webhooks.inbox import Inbox

_MAX_CLOSURE = 300.0
"""Seconds. No reply closes a bucket for longer: one wrong retry_after must not stop a whole client."""


class Session(msgspec.Struct, frozen=True):
    """The account of a client, its min_intervals and its rate limits."""

    account: Account
    min_interval: MinIntervals
    limiter: RateLimiter
    coalesces: bool = False
    """Whether polls are sent as `Send.polled`, so that they can be coalesced."""
    inbox: Inbox = msgspec.field(default_factory=Inbox)
    """The waits that a webhook may end."""

    @property
    def coalescing(self) -> Session:
        """The same session, for flows that run side by side under a `Coalescer`."""
        return replace(self, coalesces=True)

    def is_coalesced(self, record: Record[Any, Any]) -> bool:
        """Whether polls of this job are coalesced with those of other jobs."""
        address = record.kind.lifecycle.poll_many
        return self.coalesces and address is not None and address.takes(record.id)

    def note_rate_limit(self, bucket: str, received: Received) -> None:
        """Close a bucket for all calls if the reply is a 429, for retry_after or else for about 0.5 s."""
        if isinstance(received.reply, Response) and received.reply.status == 429:
            retry_after = self.account.retry_after(received.reply) or backoff(1, jitter=self.account.jitter())
            self.limiter.close(bucket, received.now + min(retry_after, _MAX_CLOSURE))


class Outgoing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request, and the rate limit bucket that it counts against."""

    request: Request
    bucket: str
    long_poll_until: LongPollUntil | None = None
    """How to ask the server to hold the request, if it is a long poll."""
    timeout: float | None = None
    """The timeout from the spec in seconds, if there is one."""
    auth: Auth = None
    """The secrets that it needs, by the client's arguments; `None`: the usual ones."""
    download: Download | None = None
    """Where the body goes, if it is that of a file."""
    about: About = About()
    announces: ClassVar[bool] = False
    """Whether `AboutToSend` comes before it, and `NothingMade` if it made no job."""

    def request_at(self, now: float) -> tuple[Request, int]:
        """The request as it is sent at *now*, and for how many seconds it asks the server to hold it."""
        if self.download is not None:
            return self.download.ranged(self.request), 0
        if self.long_poll_until is None:
            return self.request, 0
        held = self.long_poll_until.by.seconds(self.long_poll_until.until - now)
        return self.long_poll_until.by.apply(self.request, held), held


class Announced(Outgoing, frozen=True, kw_only=True, gc=False):
    """A submit that is announced before it leaves."""

    announces: ClassVar[bool] = True


def send(
    session: Session,
    outgoing: Outgoing,
    *,
    timeout: float,
    deadline: float = inf,
    attempt: int,
    polled: Record[Any, Any] | None = None,
    has_slot: bool = False,
    now: float,
) -> Flow[Received | None]:
    """Send a request as soon as its rate limit allows; `None` if that is at *deadline* or later.

    For a poll, *polled* is the job: its min_interval holds too, and `None` may also mean that the job is settled. With
    *has_slot* the rate limiter has allowed the request already. *timeout* is for the request in seconds, without the
    time for which the server holds it.

    If the secrets change, it gets those of this moment, and is sent again with new ones if the reply is a 401: once.
    """
    once = partial(_send_once, session, outgoing, timeout=timeout, deadline=deadline, attempt=attempt, polled=polled)
    account = session.account
    keys = None if account.keys is None else keys_of(account, outgoing.request, outgoing.auth)
    if keys is None:
        return once(has_slot=has_slot, now=now)
    tells = outgoing.announces and attempt == 1  # an attempt before this one may have arrived
    return _send_keyed(keys, once, outgoing.bucket, tells=tells, deadline=deadline, has_slot=has_slot, now=now)


def _send_keyed(
    keys: Keys,
    once: Callable[..., Flow[Received | None]],
    bucket: str,
    *,
    tells: bool,
    deadline: float,
    has_slot: bool,
    now: float,
) -> Flow[Received | None]:
    """Send a request with secrets that change: new ones if they are due, and a second time if it gets a 401.

    With *tells*, the 401 is announced: it made no job.
    """
    asked = yield from ready(keys, now, deadline)
    if asked is not None:
        if asked.reply is not None:
            return asked
        now, has_slot = asked.now, False
    received = yield from once(has_slot=has_slot, now=now)
    if received is None:
        return None
    asked = yield from renewed(keys, received, deadline)
    if asked is None or asked.reply is not None:
        return asked or received
    yield Log(INFO, "%s: answered 401; asked for a new key", (bucket,))
    if tells:
        yield NothingMade()
    return (yield from once(has_slot=False, now=asked.now))


def _send_once(
    session: Session,
    outgoing: Outgoing,
    *,
    timeout: float,
    deadline: float,
    attempt: int,
    polled: Record[Any, Any] | None,
    has_slot: bool,
    now: float,
) -> Flow[Received | None]:
    """Send a request as `send` does, with the secrets that there are now."""
    if polled is not None and session.is_coalesced(polled):
        received = yield from _send_coalesced(session, outgoing, polled, deadline=deadline, attempt=attempt, now=now)
        if received.reply is not None:
            return received
        now = received.now
    while True:
        free_at = now if polled is None else max(session.min_interval.free_at(polled), now)
        slot = now if has_slot else session.limiter.claim(outgoing.bucket, free_at, before=deadline)
        if slot is None:
            return None
        if slot > now:
            now = yield from sleep_until(slot, now)
        if now >= deadline or (polled is not None and polled.is_settled):
            return None
        closed_until = session.limiter.closed_until(outgoing.bucket)
        if polled is not None and closed_until <= now:
            closed_until = session.min_interval.claim(polled, now)
        if closed_until > now:
            # During the sleep another call got a 429, or another wait polled this job. The slot is lost.
            if closed_until >= deadline:
                return None
            has_slot = False
            now = yield from sleep_until(closed_until, now)
            continue
        if outgoing.announces:
            now = (yield AboutToSend()).now
            if now >= deadline:
                if attempt == 1:
                    yield NothingMade()
                return None
        request, held = outgoing.request_at(now)
        request_timeout = min((outgoing.timeout or timeout) + held, deadline - now)
        keys = session.account.keys
        asked = 0 if keys is None else keys.asked
        if keys is not None:
            request = session.account.keyed(request, outgoing.auth)
        received = yield Send(
            request,
            request_timeout,
            attempt,
            deadline,
            bucket=outgoing.bucket,
            download=outgoing.download,
            about=outgoing.about if polled is None else About("poll", polled.kind.name, (polled.id,)),
        )
        if received.reply is not None:
            break
        # It was queued behind other requests of its batch, one of them got a 429, and so it was not sent.
        has_slot, now = False, received.now
        if outgoing.announces and attempt == 1:
            # An attempt before this one may have arrived.
            yield NothingMade()
    if polled is not None:
        session.min_interval.note_poll(polled, received.now)
    session.note_rate_limit(outgoing.bucket, received)
    return replace(received, held=held, asked=asked) if held or asked else received


def _send_coalesced(
    session: Session, outgoing: Outgoing, polled: Record[Any, Any], *, deadline: float, attempt: int, now: float
) -> Flow[Received]:
    """Poll a job together with others. Without a reply in the answer, it has to be polled on its own.

    The coalescer claims min_interval and the rate limit when it sends the polls, and notes when they were answered.
    """
    free_at = session.min_interval.free_at(polled)
    if free_at >= deadline:
        return Received(now)
    now = yield from sleep_until(free_at, now)
    if now >= deadline or polled.is_settled:
        return Received(now)
    return (yield Send(outgoing.request, deadline - now, attempt, deadline, polled))


def sleep_until(due: float, now: float) -> Flow[float]:
    """Sleep until *due*, also if the driver wakes up early; returns the time then."""
    while now < due:
        now = (yield Sleep(due)).now
    return now


def error_in(account: Account, reply: Response | ClientError | None) -> ClientError | None:
    """The error of a request; `None` if it succeeded."""
    assert reply is not None
    if isinstance(reply, ClientError):
        return reply
    return None if 200 <= reply.status < 300 else account.api_error(reply)


def retry_after_of(error: ClientError) -> float:
    """The retry_after of an error in seconds; 0 if it has none."""
    return error.retry_after if isinstance(error, ApiError) else 0.0

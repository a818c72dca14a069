"""Send one call, with retries after transient errors where they are safe. Sans-IO."""

from __future__ import annotations

from math import inf

from ..errors.client import ClientError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.request import Response
from ..jobs.errors import JobTimeout
from .flow import INFO, Flow, Log, NothingMade, Received
from .policies.policy import backoff
from .session import Outgoing, Session, error_in, retry_after_of, send, sleep_until

_MAX_RETRY_AFTER = 60.0
"""Seconds. Without a deadline, a longer retry_after ends the call with its error."""


def send_with_retries(
    session: Session,
    outgoing: Outgoing,
    *,
    idempotent: bool,
    timeout: float | None = None,
    deadline: float = inf,
    has_slot: bool = False,
    now: float,
) -> Flow[tuple[Response, Received]]:
    """Send a request, with up to `max_retries` retries; returns the first successful reply, and how it was received.

    It is sent again only if it is *idempotent* or if it certainly did not arrive.

    Raises the last `ApiError` or `TransportError`; its `may_have_arrived` covers all attempts. Raises `JobTimeout` if
    the rate limit leaves no time for it before *deadline*.
    """
    account = session.account
    error: ClientError | None = None
    may_have_arrived, attempts = False, 0
    try:
        while True:
            received = yield from send(
                session,
                outgoing,
                timeout=timeout or account.timeout,
                deadline=deadline,
                attempt=attempts + 1,
                has_slot=has_slot and not attempts,
                now=now,
            )
            if received is None:
                raise error or JobTimeout(f"the rate limit of {outgoing.bucket} allows no request before the deadline")
            now, attempts = received.now, attempts + 1
            error = error_in(account, received.reply)
            if error is None:
                assert isinstance(received.reply, Response)
                return received.reply, received
            may_have_arrived = may_have_arrived or error.may_have_arrived
            if outgoing.announces and not may_have_arrived:
                now = (yield NothingMade()).now
            if attempts > account.max_retries or not may_send_again(error, idempotent=idempotent):
                raise error
            retry_after = retry_after_of(error)
            due = now + max(backoff(attempts, jitter=account.jitter()), retry_after)
            if due >= deadline or (deadline == inf and retry_after > _MAX_RETRY_AFTER):
                raise error
            yield Log(INFO, "%s: %s; trying again in %.1f s", (outgoing.bucket, error, due - now))
            now = yield from sleep_until(due, now)
    except ClientError as last:
        # Covers an error that ends a sleep between two attempts, too.
        last.may_have_arrived = may_have_arrived or last.may_have_arrived
        raise


def may_send_again(error: ClientError, *, idempotent: bool) -> bool:
    """Whether the request that failed so may be sent again: it is *idempotent*, or it certainly did not arrive."""
    if isinstance(error, ApiError):
        return error.is_not_processed or (idempotent and error.is_transient)
    return isinstance(error, TransportError) and (idempotent or not error.may_have_arrived)

"""One call, tried until there is an answer, by the rules of what may be sent twice. Sans-IO."""

from __future__ import annotations

from math import inf

from ..errors.client import ClientError
from ..errors.transport import TransportError
from ..http.errors import ApiError
from ..http.request import Response
from ..jobs.errors import JobTimeout
from .flow import INFO, Flow, Log, Received
from .policy import backoff
from .session import Outgoing, Session, failure_in, retry_after_of, sent, until

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses of errors that may pass."""

_NEVER_BEGUN = frozenset({429})
"""HTTP statuses with which a server says that it did not begin with the request."""

_LONGEST_RETRY_AFTER = 60.0
"""A server that wants more patience than this, in seconds, gets its error raised; with a deadline, that decides."""


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
    """Send a request until a reply comes that is no error, at most `max_retries` times more; the reply,
    and when it came.

    After a failure it is sent again only if it is *repeatable*, or certainly did not arrive. Raises the last error: an
    `ApiError` or a `TransportError`, whose `may_have_arrived` speaks for all tries.
    """
    account = session.account
    failure: ClientError | None = None
    may_have_arrived, tries = False, 0
    try:
        while True:
            seen = yield from sent(
                session,
                outgoing,
                patience=timeout or account.timeout,
                deadline=deadline,
                attempt=tries + 1,
                has_slot=has_slot and not tries,
                now=now,
            )
            if seen is None:
                raise failure or JobTimeout(
                    f"the rate limit of {outgoing.bucket} leaves no time for it before the deadline"
                )
            now, tries = seen.now, tries + 1
            failure = failure_in(account, seen.reply)
            if failure is None:
                assert isinstance(seen.reply, Response)
                return seen.reply, seen
            may_have_arrived = may_have_arrived or failure.may_have_arrived
            if tries > account.max_retries or not _may_send_again(failure, idempotent=idempotent):
                raise failure
            retry_after = retry_after_of(failure)
            due = now + max(backoff(tries, jitter=account.jitter()), retry_after)
            if due >= deadline or (deadline == inf and retry_after > _LONGEST_RETRY_AFTER):
                raise failure
            yield Log(INFO, "%s: %s; trying again in %.1f s", (outgoing.bucket, failure, due - now))
            now = yield from until(due, now)
    except ClientError as error:
        # Also one that ends a pause between two tries.
        error.may_have_arrived = may_have_arrived or error.may_have_arrived
        raise


def _may_send_again(failure: ClientError, *, idempotent: bool) -> bool:
    if isinstance(failure, ApiError):
        return failure.status in _NEVER_BEGUN or (idempotent and failure.status in TRANSIENT)
    return isinstance(failure, TransportError) and (idempotent or not failure.may_have_arrived)

"""One call, tried until there is an answer, by the rules of what may be sent twice. Sans-IO."""

from __future__ import annotations

from .account import Account
from .errors import ApiError, ClientError, TransportError
from .flow import INFO, Flow, Note, Pause, Send
from .request import Request, Response
from .schedule import backoff

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses of errors that may pass."""

_NEVER_ARRIVED = frozenset({429})
"""HTTP statuses with which a server says that it did not begin with the request."""

_LONGEST_HINT = 60.0
"""A server that wants more patience than this, in seconds, gets its error raised; with a deadline, that decides."""


def exchange(
    account: Account,
    request: Request,
    *,
    repeatable: bool,
    timeout: float | None = None,
    deadline: float | None = None,
    now: float,
) -> Flow[tuple[Response, float]]:
    """Send *request* until a reply comes that is no error, at most `max_retries` times more; the reply and the time.

    After a failure it is sent again only if it is *repeatable*, or certainly did not arrive. Raises the last error: an
    `ApiError` or a `TransportError`, whose `may_have_arrived` speaks for all tries.
    """
    tries, may_have_arrived = 0, False
    while True:
        patience = timeout or account.timeout
        if deadline is not None:
            patience = min(patience, deadline - now)
        seen = yield Send(request, patience)
        now, tries = seen.now, tries + 1
        failure = _failure(account, seen.reply)
        if isinstance(failure, Response):
            return failure, now
        failure.may_have_arrived = may_have_arrived = may_have_arrived or failure.may_have_arrived
        hint = failure.retry_after if isinstance(failure, ApiError) else 0.0
        if tries > account.max_retries or not _may_repeat(failure, repeatable=repeatable):
            raise failure
        pause = max(backoff(tries, chance=account.chance()), hint)
        if (hint > _LONGEST_HINT) if deadline is None else (now + pause >= deadline):
            raise failure
        yield Note(INFO, "%s %s: %s; trying again in %.1f s", (request.method, _path(request), failure, pause))
        due = now + pause
        while now < due:
            now = (yield Pause(due)).now


def _failure(account: Account, reply: Response | TransportError | None) -> Response | ClientError:
    """The reply if it is no error, else the error."""
    assert reply is not None
    if isinstance(reply, TransportError) or 200 <= reply.status < 300:
        return reply
    return account.api_error(reply)


def _may_repeat(failure: ClientError, *, repeatable: bool) -> bool:
    if isinstance(failure, ApiError):
        return failure.status in _NEVER_ARRIVED or (repeatable and failure.status in PASSING)
    return repeatable or not failure.may_have_arrived


def _path(request: Request) -> str:
    return request.url.partition("?")[0].partition("://")[2].partition("/")[2]

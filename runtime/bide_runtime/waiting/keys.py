"""Secrets that change: when a request needs new ones. The driver asks for them. Sans-IO."""

from __future__ import annotations

from math import inf

from ..calls.account import Account, Auth
from ..errors.client import ClientError
from ..errors.transport import RequestTimeout
from ..http.errors import ApiError
from ..http.keys import Keys
from ..http.oauth import IssuedToken, token_in
from ..http.request import Request, Response
from ..models.codec import json_in
from .flow import About, Flow, NewKey, Received, Send

_TOKEN = About("token")


def keys_of(account: Account, request: Request, auth: Auth) -> Keys | None:
    """The secrets of a client, if *request* needs some that change."""
    return account.keys if account.changes(auth) and account.is_theirs(request.url) else None


def fetch_token(account: Account, before: float, now: float) -> Flow[IssuedToken | None]:
    """A new access token; `None` if the client needs none. One attempt: the request that needs it has the retries.

    Raises `TransportError`, `ApiError` and `DecodeError`, after which that request was certainly not sent.
    """
    if not account.token_url:
        return None
    timeout = min(account.timeout, before - now)
    if timeout <= 0:
        raise missed_token()
    received = yield Send(account.token_request(), timeout, before=before, is_private=True, about=_TOKEN)
    reply = received.reply
    try:
        if isinstance(reply, Response):
            if not 200 <= reply.status < 300:
                raise account.token_error(reply)
            return token_in(json_in(reply), received.now)
        raise reply or missed_token()
    except ClientError as error:
        error.may_have_arrived = False
        if isinstance(error, ApiError):
            error.is_not_processed = error.is_transient
        raise


def missed_token() -> RequestTimeout:
    """The error if there is no time to get a token."""
    return RequestTimeout("no access token came before the deadline", may_have_arrived=False)


def ready(keys: Keys | None, now: float, deadline: float = inf) -> Flow[Received | None]:
    """Ask for secrets if a request cannot be sent without; returns the answer, or `None` if there was no need."""
    if keys is None or not keys.are_due(now):
        return None
    return (yield NewKey(keys.asked, deadline))


def renewed(keys: Keys | None, received: Received, deadline: float = inf) -> Flow[Received | None]:
    """Ask for new secrets after a 401; returns the answer, or `None` if the request must not be sent again.

    With the same secrets it would be refused again.
    """
    is_refused = isinstance(received.reply, Response) and received.reply.status == 401
    if keys is None or not is_refused:
        return None
    answer = yield NewKey(received.asked, deadline)
    return answer if answer.reply is not None or keys.changed_at > received.asked else None


def opening(keys: Keys | None, now: float) -> Flow[int]:
    """Before the request of a stream: ask for secrets if it needs them; returns how often they were asked for.

    Raises the error of asking.
    """
    _check((yield from ready(keys, now)))
    return 0 if keys is None else keys.asked


def reopening(keys: Keys | None, refused: Received) -> Flow[bool]:
    """After the request of a stream was answered: whether to send it again with new secrets. Raises like `opening`."""
    answer = yield from renewed(keys, refused)
    _check(answer)
    return answer is not None


def _check(answer: Received | None) -> None:
    if answer is not None and isinstance(answer.reply, ClientError):
        raise answer.reply

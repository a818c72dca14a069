"""Secrets that change: when a request needs new ones. The driver asks for them. Sans-IO."""

from __future__ import annotations

from math import inf

from ..calls.account import Account
from ..errors.client import ClientError
from ..http.keys import Keys
from ..http.request import Request, Response
from .flow import Flow, NewKey, Received


def keys_of(account: Account, request: Request) -> Keys | None:
    """The secrets that *request* needs, if they change."""
    return account.keys if account.keys is not None and account.is_theirs(request.url) else None


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

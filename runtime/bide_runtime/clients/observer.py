"""Observers: called with every request and its outcome, for metrics and traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

from ..calls.provider import Provider
from ..errors.client import ClientError
from ..http.request import Response
from ..waiting.flow import Send


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request and its outcome, without key, query and body."""

    method: str
    path: str
    """Of the URL, without the query."""
    status: int | None
    """The HTTP status; `None` if no complete reply arrived."""
    seconds: float
    """From sending to the end of the reply."""
    attempt: int
    """The number of this attempt, from 1."""
    error: str | None
    """The class of the error, such as `RequestTimeout`, if no complete reply arrived."""


def exchange_of(send: Send, reply: Response | ClientError, seconds: float) -> Exchange:
    """The exchange for a request and its reply or error."""
    came = isinstance(reply, Response)
    return Exchange(
        method=send.request.method,
        path=urlsplit(send.request.url).path,
        status=reply.status if isinstance(reply, Response) else None,
        seconds=seconds,
        attempt=send.attempt,
        error=None if came else type(reply).__name__,
    )


def observe(observer: Observer, provider: Provider, send: Send, reply: Response | ClientError, seconds: float) -> None:
    """Call an observer. One with a method `replied` gets the reply too, unless it is secret or a file."""
    observer(exchange_of(send, reply, seconds))
    replied = getattr(observer, "replied", None)
    if replied is not None and isinstance(reply, Response) and not send.is_private and send.download is None:
        replied(provider, send.bucket, reply)


Observer: TypeAlias = Callable[[Exchange], None]

"""What an observer of a client sees: every request and what came of it, for metrics and traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

from ..errors.client import ClientError
from ..http.request import Response
from ..waiting.flow import Send


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request and what came of it. It holds no key, no query and no body."""

    method: str
    path: str
    """Of the URL, without the query."""
    status: int | None
    """The HTTP status; `None` if no whole reply came."""
    seconds: float
    """From sending to the end of the reply."""
    attempt: int
    """How often this request was sent, with this one."""
    error: str | None
    """The name of what went wrong, such as `RequestTimeout`, if no whole reply came."""


def exchange_of(send: Send, reply: Response | ClientError, seconds: float) -> Exchange:
    """What an observer is told of a request and what came of it."""
    came = isinstance(reply, Response)
    return Exchange(
        method=send.request.method,
        path=urlsplit(send.request.url).path,
        status=reply.status if isinstance(reply, Response) else None,
        seconds=seconds,
        attempt=send.attempt,
        error=None if came else type(reply).__name__,
    )


Observer: TypeAlias = Callable[[Exchange], None]

"""The protocol that a client needs of an HTTP engine, and what all engines have in common.

A transport sends one request and returns the reply, whatever its status. It follows no redirects, does not retry, keeps
no cookies, uses the proxies of the environment and the system's certificates, decompresses gzip and deflate, and reads
no more than its limit. `timeout` is for the whole request, from the first byte sent to the last byte received, however
slowly they arrive.

It raises `ConnectionFailed`, `RequestTimeout` and `ReplyTooLarge`; `ClientClosed` after it was closed; and, before
anything is sent, `InvalidArgument` for a request that HTTP cannot carry and `ConfigurationError` for a proxy that it
cannot use. It raises no exceptions of the engine. `may_have_arrived` is false only if the request certainly did not
reach the server: it got no connection in time.

In a child process after a fork, a transport makes new connections. It does not touch those of the parent.

An engine that the caller passes in is used as it is, but without redirects and retries, and is not closed. Its proxies,
certificates and cookies are the caller's. After a fork it raises `ConfigurationError` if it was used before: its
connections are those of the parent. One limit: a blocking engine of the caller applies the timeout to each read,
so headers that arrive very slowly can take longer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

from ..http.request import Request, Response

BODY_LIMIT = 64 * 2**20
"""The largest reply body in bytes, decompressed."""

MAX_CONNECTIONS = 100
"""The largest number of connections of a transport. A request that needs another one waits, within its timeout."""

KEEP_ALIVE = 15.0
"""How long an idle connection is kept, in seconds, by engines with such an option."""


class StreamReply(Protocol):
    """A reply whose body is read in chunks. The timeout of `open` is for the time without data, not for the whole."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Close the connection. May be called twice."""
        ...


class Transport(Protocol):
    """A blocking HTTP engine; may be shared between threads."""

    def send(self, request: Request, *, timeout: float) -> Response: ...

    def open(self, request: Request, *, timeout: float) -> StreamReply: ...

    def close(self) -> None: ...


class AsyncStreamReply(Protocol):
    """`StreamReply` for asyncio."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self) -> AsyncIterator[bytes]: ...

    async def close(self) -> None: ...


class AsyncTransport(Protocol):
    """An asyncio HTTP engine, for one event loop."""

    async def send(self, request: Request, *, timeout: float) -> Response: ...

    async def open(self, request: Request, *, timeout: float) -> AsyncStreamReply: ...

    async def close(self) -> None: ...

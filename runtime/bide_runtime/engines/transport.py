"""What the clients need of an HTTP engine, and the conduct that all engines share.

A transport sends one request and returns whatever comes back: any status is an answer. It follows no redirect and
tries nothing twice, keeps no cookie, honours the proxies of the environment and the system's certificates, unpacks gzip
and deflate, and reads no more than its limit. `timeout` is for the whole, from the first byte out to the last byte in,
however slowly they drip.

It raises `ConnectionFailed`, `RequestTimeout` and `ReplyTooLarge`; `ClientClosed` once it is closed; and, before
anything is sent, `InvalidArgument` for a request that HTTP cannot carry and `ConfigurationError` for a proxy that it
cannot use. Nothing of the engine's own gets out. `may_have_arrived` is false only if the request certainly did not
reach the server: no connection could be made in time, or none was free.

An engine handed in by the user is used as it is, but for redirects and retries, and is not closed. Its proxies,
certificates and cookies are the user's affair. One thing is beyond us: a blocking engine of the user's bounds each read
by the timeout, so that headers which drip can outlast it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Protocol

from ..http.request import Request, Response

BODY_LIMIT = 64 * 2**20
"""The largest reply that is read, in bytes, unpacked."""

MAX_CONNECTIONS = 100
"""How many connections a transport holds at most; a request that needs one more waits, within its timeout."""

KEEP_ALIVE = 15.0
"""How long an idle connection is kept, in seconds, by the engines that can be told."""


class StreamReply(Protocol):
    """A reply whose body is read as it comes. The timeout of `open` bounds each silence, not the whole."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def chunks(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Give the connection up. May be called twice."""
        ...


class Transport(Protocol):
    """A blocking HTTP engine; may be shared between threads."""

    def send(self, request: Request, *, timeout: float) -> Response: ...

    def open(self, request: Request, *, timeout: float) -> StreamReply: ...

    def close(self) -> None: ...


class AsyncStreamReply(Protocol):
    """The same, awaited."""

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

"""The transports over httpx2, blocking and asyncio, for those who already use it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from functools import cached_property
from math import inf
from typing import Any, NamedTuple, TypeAlias

import httpcore2
import httpx2

from ..errors.client import ClientClosed, ClientError, ConfigurationError
from ..http.headers import joined, sendable, sent_headers
from ..http.request import Request, Response
from ..process import OfOneProcess, reset_after_fork
from .attempt import Attempt
from .bodies.sent import async_body_of, body_of
from .hooks.httpcore2 import CURRENT, core_request, is_sending, new_async_pool, new_pool
from .inherited import Given
from .proxies.proxy import Proxies, Proxy
from .reply import AsyncOpenReply, OpenReply, async_read_whole, read_whole
from .timeouts import Timeouts
from .transport import BODY_LIMIT, MAX_CONNECTIONS

# A client of the caller raises errors of httpx2; our own pools raise errors of httpcore2.
_ERRORS = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    OSError,
    ValueError,
)
_TIMEOUTS = (httpx2.TimeoutException, httpcore2.TimeoutException)
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.PoolTimeout,
    httpcore2.ProxyError,
)


class HttpxTransport(OfOneProcess):
    """Sends requests through httpx2, with its own pools or with *client*. May be shared between threads."""

    def __init__(
        self,
        client: httpx2.Client | None = None,
        *,
        proxy: str | None = None,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = None if client is None else Given(client)
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies(proxy, engine=client)
        self._closed = False
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._own: dict[Proxy | None, httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()

    def _reset_in_child(self) -> None:
        """Drop the connections of the parent process."""
        self._begin_empty()

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        return read_whole(self._begin(request, timeout), limit=self._body_limit)

    def open(self, request: Request, *, timeout: float) -> OpenReply:
        """The reply after its headers; its body is read in chunks."""
        return OpenReply.of(self._begin(request, timeout))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            pools, self._own = list(self._own.values()), {}
        for pool in pools:
            pool.close()

    def _begin(self, request: Request, timeout: float) -> _Reply:
        if self._closed or (self._given is not None and self._given.engine.is_closed):
            raise ClientClosed("the client is closed")
        request = sendable(request)
        body = body_of(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = Attempt(request.url, proxy and proxy.name, timeout, connected=self._given is not None)
        token = CURRENT.set(attempt)
        try:
            if self._given is not None:
                raw = _send_by(self._given.use(), request, body, attempt)
            else:
                raw = _send_through(self._pool(proxy), request, body, attempt)
        except _ERRORS as error:
            raise self._error(attempt, error) from error
        finally:
            CURRENT.reset(token)
        return _Reply(self, attempt, raw)

    def _pool(self, proxy: Proxy | None) -> httpcore2.ConnectionPool:
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed")
            if proxy not in self._own:
                self._own[proxy] = new_pool(proxy, self._max_connections)
            return self._own[proxy]

    def _error(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


_SentBody: TypeAlias = bytes | Iterator[bytes] | None
_AsyncSentBody: TypeAlias = bytes | AsyncIterator[bytes] | None


class _Raw(NamedTuple):
    """A reply of httpx2 or of httpcore2, which have different names for the same."""

    status: int
    headers: Iterable[tuple[bytes, bytes]]
    chunks: Iterator[bytes]
    close: Callable[[], None]


class _Reply:
    is_over = False  # the pool gets a connection back only after the end was read

    def __init__(self, transport: HttpxTransport, attempt: Attempt, raw: _Raw) -> None:
        self.status = raw.status
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    @cached_property
    def headers(self) -> Mapping[str, str]:
        return _joined(self._raw.headers)

    def read(self) -> bytes:
        try:
            self.attempt.remaining()  # a client of the caller bounds only each step
            return next(self._raw.chunks, b"")
        except _ERRORS as error:
            raise self._transport._error(self.attempt, error) from error

    def close(self) -> None:
        self._raw.close()


def _send_by(client: httpx2.Client, request: Request, body: _SentBody, attempt: Attempt) -> _Raw:
    built = client.build_request(**_arguments(request), content=body, timeout=attempt.remaining())
    reply = client.send(built, stream=True, follow_redirects=False)
    return _Raw(reply.status_code, reply.headers.raw, reply.iter_raw(), reply.close)


def _send_through(pool: httpcore2.ConnectionPool, request: Request, body: _SentBody, attempt: Attempt) -> _Raw:
    def trace(event: str, info: object) -> None:
        if is_sending(event, info):
            attempt.connected = True

    reply = pool.handle_request(core_request(request, body, trace, attempt=attempt))
    return _Raw(reply.status, reply.headers, reply.iter_stream(), reply.close)


class AsyncHttpxTransport(OfOneProcess):
    """Sends requests through httpx2, with its own pools or with *client*. For one event loop."""

    def __init__(
        self,
        client: httpx2.AsyncClient | None = None,
        *,
        proxy: str | None = None,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = None if client is None else Given(client)
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies(proxy, engine=client)
        self._closed = False
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._timeouts = Timeouts()
        self._own: dict[Proxy | None, httpcore2.AsyncConnectionPool] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def _reset_in_child(self) -> None:
        """Drop the connections of the parent process, and its event loop."""
        self._begin_empty()

    @property
    def max_connections(self) -> float:
        """The largest number of requests in flight."""
        return self._max_connections if self._given is None else inf

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        return await async_read_whole(await self._begin(request, timeout), limit=self._body_limit)

    async def open(self, request: Request, *, timeout: float) -> AsyncOpenReply:
        """The reply after its headers; its body is read in chunks."""
        return await AsyncOpenReply.of(await self._begin(request, timeout))

    async def close(self) -> None:
        """Close all connections. A call that waits for a reply raises `ClientClosed`."""
        self._closed = True
        await self._timeouts.expire_all()
        pools, self._own = list(self._own.values()), {}
        for pool in pools:
            await pool.aclose()

    async def _begin(self, request: Request, timeout: float) -> _AsyncReply:
        if self._closed or (self._given is not None and self._given.engine.is_closed):
            raise ClientClosed("the client is closed")
        request = sendable(request)
        body = await async_body_of(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = Attempt(request.url, proxy and proxy.name, timeout, connected=self._given is not None)
        token = CURRENT.set(attempt)
        try:
            with self._timeouts.within(attempt.remaining()):
                if self._given is not None:
                    raw = await _async_send_by(self._given.use(), request, body)
                else:
                    raw = await _async_send_through(self._pool(proxy), request, body, attempt)
        except _ERRORS as error:
            raise self._error(attempt, error) from error
        finally:
            CURRENT.reset(token)
        return _AsyncReply(self, attempt, raw)

    def _pool(self, proxy: Proxy | None) -> httpcore2.AsyncConnectionPool:
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop):
            raise ConfigurationError("an async client belongs to the event loop of its first call; make another one")
        self._loop = loop
        if proxy not in self._own:
            self._own[proxy] = new_async_pool(proxy, self._max_connections)
        return self._own[proxy]

    def _error(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


class _AsyncRaw(NamedTuple):
    status: int
    headers: Iterable[tuple[bytes, bytes]]
    chunks: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


class _AsyncReply:
    is_over = False

    def __init__(self, transport: AsyncHttpxTransport, attempt: Attempt, raw: _AsyncRaw) -> None:
        self.status = raw.status
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    @cached_property
    def headers(self) -> Mapping[str, str]:
        return _joined(self._raw.headers)

    async def read(self) -> bytes:
        try:
            with self._transport._timeouts.within(self.attempt.remaining()):
                return await anext(self._raw.chunks, b"")
        except _ERRORS as error:
            raise self._transport._error(self.attempt, error) from error

    async def close(self) -> None:
        await self._raw.close()


async def _async_send_by(client: httpx2.AsyncClient, request: Request, body: _AsyncSentBody) -> _AsyncRaw:
    built = client.build_request(**_arguments(request), content=body, timeout=None)
    reply = await client.send(built, stream=True, follow_redirects=False)
    return _AsyncRaw(reply.status_code, reply.headers.raw, reply.aiter_raw(), reply.aclose)


async def _async_send_through(
    pool: httpcore2.AsyncConnectionPool, request: Request, body: _AsyncSentBody, attempt: Attempt
) -> _AsyncRaw:
    async def trace(event: str, info: object) -> None:
        if is_sending(event, info):
            attempt.connected = True

    reply = await pool.handle_async_request(core_request(request, body, trace))
    return _AsyncRaw(reply.status, reply.headers, reply.aiter_stream(), reply.aclose)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return joined(((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers), "latin-1")


def _arguments(request: Request) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": request.url,
        "headers": sent_headers(request),
    }

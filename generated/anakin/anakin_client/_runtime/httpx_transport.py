"""The transports over httpx2, blocking and asyncio: for those who use it already, or have a client of their own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import httpcore2
import httpx2

from .attempt import Attempt, dial, joined, peer, sendable
from .body import READ_SIZE, Body, Unpacker
from .errors import ClientClosed, ClientError, ConfigurationError
from .proxies import Proxies, Proxy
from .request import Request, Response
from .transport import BODY_LIMIT, KEEP_ALIVE, MAX_CONNECTIONS

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


class HttpxTransport:
    """Sends requests through httpx2, with a pool of its own or with *client*. May be shared between threads."""

    def __init__(
        self,
        client: httpx2.Client | None = None,
        *,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = client
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies()
        self._own: dict[Proxy | None, httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()
        self._closed = False

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, whole."""
        reply = self._begin(request, timeout)
        try:
            body = Body(reply.headers, limit=self._body_limit)
            while data := reply.read():
                body.add(data)
            return Response(status=reply.status, headers=reply.headers, body=body.whole())
        finally:
            reply.close()

    def open(self, request: Request, *, timeout: float) -> HttpxStream:
        """The reply as far as its headers; its body is read as it comes."""
        return HttpxStream(self._begin(request, timeout))

    def close(self) -> None:
        """Give up all connections."""
        with self._lock:
            self._closed = True
            pools, self._own = list(self._own.values()), {}
        for pool in pools:
            pool.close()

    def _begin(self, request: Request, timeout: float) -> _Reply:
        request = sendable(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = Attempt(peer(request.url, proxy and proxy.url), timeout, connected=self._given is not None)

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if _is_sending(event, info):
                attempt.connected = True

        try:
            if self._given is not None:
                raw = _sent_by(self._given, request, attempt)
            else:
                raw = _sent_through(self._pool(proxy), request, attempt, trace)
        except _ERRORS as error:
            raise self._failure(attempt, error) from error
        return _Reply(self, attempt, raw)

    def _pool(self, proxy: Proxy | None) -> httpcore2.ConnectionPool:
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed")
            if proxy not in self._own:
                self._own[proxy] = _new_pool(proxy, self._max_connections)
            return self._own[proxy]

    def _failure(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call")
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


class _Raw(NamedTuple):
    """A reply as httpx2 or httpcore2 has it, not unpacked."""

    status: int
    headers: Iterable[tuple[bytes, bytes]]
    chunks: Iterator[bytes]
    close: Callable[[], None]


class _Reply:
    """A reply whose body has not been read, nor unpacked."""

    def __init__(self, transport: HttpxTransport, attempt: Attempt, raw: _Raw) -> None:
        self.status = raw.status
        self.headers = joined(raw.headers)
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    def read(self) -> bytes:
        """What came next, and `b""` at the end."""
        try:
            self.attempt.left()  # a client of the user's knows nothing of it
            return next(self._raw.chunks, b"")
        except _ERRORS as error:
            raise self._transport._failure(self.attempt, error) from error

    def close(self) -> None:
        """Give the connection back, or up if there is more to come. May be called twice."""
        self._raw.close()


class HttpxStream:
    """A reply whose body is read as it comes."""

    def __init__(self, reply: _Reply) -> None:
        self._reply = reply

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    def chunks(self) -> Iterator[bytes]:
        """The body, unpacked, as it comes."""
        unpacker = Unpacker(self.headers)
        try:
            while True:
                self._reply.attempt.renew()
                if not (data := self._reply.read()):
                    break
                yield from unpacker.feed(data)
            unpacker.finish()
        finally:
            self.close()

    def close(self) -> None:
        self._reply.close()


class AsyncHttpxTransport:
    """Sends requests through httpx2, with a pool of its own or with *client*. For one event loop."""

    def __init__(
        self,
        client: httpx2.AsyncClient | None = None,
        *,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = client
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies()
        self._own: dict[Proxy | None, httpx2.AsyncHTTPTransport] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, whole."""
        request, proxy, attempt = self._prepared(request, timeout)
        try:
            async with asyncio.timeout(timeout):
                raw = await self._begun(request, proxy, attempt)
                try:
                    headers = joined(raw.headers.raw)
                    body = Body(headers, limit=self._body_limit)
                    async for data in raw.aiter_raw():
                        body.add(data)
                    return Response(status=raw.status_code, headers=headers, body=body.whole())
                finally:
                    await raw.aclose()
        except _ERRORS as error:
            raise self._failure(attempt, error) from error

    async def open(self, request: Request, *, timeout: float) -> AsyncHttpxStream:
        """The reply as far as its headers; its body is read as it comes."""
        request, proxy, attempt = self._prepared(request, timeout)
        try:
            async with asyncio.timeout(timeout):
                raw = await self._begun(request, proxy, attempt)
        except _ERRORS as error:
            raise self._failure(attempt, error) from error
        return AsyncHttpxStream(self, attempt, raw)

    async def close(self) -> None:
        """Give up all connections."""
        self._closed = True
        pools, self._own = list(self._own.values()), {}
        for pool in pools:
            await pool.aclose()

    def _prepared(self, request: Request, timeout: float) -> tuple[Request, Proxy | None, Attempt]:
        request = sendable(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = Attempt(peer(request.url, proxy and proxy.url), timeout, connected=self._given is not None)
        return request, proxy, attempt

    async def _begun(self, request: Request, proxy: Proxy | None, attempt: Attempt) -> httpx2.Response:
        if self._closed or (self._given is not None and self._given.is_closed):
            raise ClientClosed("the client is closed")
        if self._given is not None:
            theirs = self._given.build_request(**_arguments(request), timeout=None)
            return await self._given.send(theirs, stream=True, follow_redirects=False)

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            if _is_sending(event, info):
                attempt.connected = True

        ours = httpx2.Request(**_arguments(request), extensions={"trace": trace})
        return await self._pool(proxy).handle_async_request(ours)

    def _pool(self, proxy: Proxy | None) -> httpx2.AsyncHTTPTransport:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        if self._loop is not loop:
            raise ConfigurationError("an async client belongs to the event loop of its first call; make another one")
        if proxy not in self._own:
            self._own[proxy] = _new_async_pool(proxy, self._max_connections)
        return self._own[proxy]

    def _failure(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call")
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


class AsyncHttpxStream:
    """A reply whose body is read as it comes."""

    def __init__(self, transport: AsyncHttpxTransport, attempt: Attempt, raw: httpx2.Response) -> None:
        self._transport = transport
        self._attempt = attempt
        self._raw = raw
        self._headers = joined(raw.headers.raw)
        self._incoming = raw.aiter_raw()

    @property
    def status(self) -> int:
        return self._raw.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, unpacked, as it comes."""
        unpacker = Unpacker(self._headers)
        try:
            while data := await self._read():
                for piece in unpacker.feed(data):
                    yield piece
            unpacker.finish()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._raw.aclose()

    async def _read(self) -> bytes:
        try:
            async with asyncio.timeout(self._attempt.timeout):
                return await anext(self._incoming, b"")
        except _ERRORS as error:
            raise self._transport._failure(self._attempt, error) from error


def _arguments(request: Request) -> dict[str, Any]:
    return {"method": request.method, "url": request.url, "headers": request.headers, "content": request.body}


def _is_sending(event: str, info: Mapping[str, Any]) -> bool:
    """Whether an event of httpcore2 means that the request goes out now: not that we ask a proxy to connect us."""
    return event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT"


def _sent_by(client: httpx2.Client, request: Request, attempt: Attempt) -> _Raw:
    if client.is_closed:
        raise ClientClosed("the client is closed")
    theirs = client.build_request(**_arguments(request), timeout=attempt.left())
    reply = client.send(theirs, stream=True, follow_redirects=False)
    return _Raw(reply.status_code, reply.headers.raw, reply.iter_raw(), reply.close)


def _sent_through(
    pool: httpcore2.ConnectionPool, request: Request, attempt: Attempt, trace: Callable[[str, Mapping[str, Any]], None]
) -> _Raw:
    ours = httpx2.Request(**_arguments(request))  # it adds Host and Content-Length
    reply = pool.handle_request(
        httpcore2.Request(
            ours.method,
            httpcore2.URL(
                scheme=ours.url.raw_scheme, host=ours.url.raw_host, port=ours.url.port, target=ours.url.raw_path
            ),
            headers=ours.headers.raw,
            content=request.body,
            # httpcore2 hands these on to the backend as they are, and so the backend gets the attempt itself.
            extensions={
                "timeout": {"pool": attempt.left(), "connect": attempt, "write": attempt, "read": attempt},
                "trace": trace,
            },
        )
    )
    return _Raw(reply.status, reply.headers, reply.iter_stream(), reply.close)


def _new_pool(proxy: Proxy | None, max_connections: int) -> httpcore2.ConnectionPool:
    backend = _TimedBackend()
    context = ssl.create_default_context()
    if proxy is None:
        return httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=max_connections,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=backend,
        )
    return httpcore2.HTTPProxy(
        proxy.address,
        proxy_headers=list(proxy.headers.items()),
        proxy_ssl_context=ssl.create_default_context() if proxy.address.startswith("https") else None,
        ssl_context=context,
        max_connections=max_connections,
        keepalive_expiry=KEEP_ALIVE,
        network_backend=backend,
    )


def _new_async_pool(proxy: Proxy | None, max_connections: int) -> httpx2.AsyncHTTPTransport:
    secure = proxy is not None and proxy.address.startswith("https")
    return httpx2.AsyncHTTPTransport(
        verify=ssl.create_default_context(),
        limits=httpx2.Limits(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=KEEP_ALIVE,
        ),
        proxy=proxy
        and httpx2.Proxy(
            proxy.address, headers=proxy.headers, ssl_context=ssl.create_default_context() if secure else None
        ),
    )


class _TimedBackend(httpcore2.SyncBackend):
    """Opens connections of which every step keeps to the time of an attempt; the attempt comes as the timeout."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        def connect(address: str, seconds: float) -> httpcore2.NetworkStream:
            return open_stream(address, port, seconds, local_address, socket_options)

        open_stream = super().connect_tcp
        return _TimedStream(dial(host, port, cast(Attempt, timeout), connect))


class _TimedStream(httpcore2.NetworkStream):
    """A connection that waits no longer than is left of the attempt that comes as the timeout."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, cast(Attempt, timeout).left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), READ_SIZE):
            self._stream.write(buffer[start : start + READ_SIZE], cast(Attempt, timeout).left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, cast(Attempt, timeout).left()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

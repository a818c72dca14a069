"""Hooks into httpcore2, the engine of httpx2: blocking pools that keep to a timeout, asyncio pools that do not leak."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, cast

import httpcore2
import httpx2

from ...http.headers import HEADERS_LIMIT, sent_headers
from ...http.request import Request
from ...process import reset_after_fork
from ..attempt import Attempt
from ..bodies.received import READ_SIZE
from ..certificates import tls_context
from ..dial import dial, resolve
from ..inherited import disconnect
from ..proxies.async_dial import async_resolve
from ..proxies.proxy import Proxy
from ..proxies.socks import async_converse, converse, talk
from ..transport import KEEP_ALIVE
from .logs import mask_queries

CURRENT: ContextVar[Attempt] = ContextVar("attempt")
"""The attempt that is sent."""

_LOGGERS = ("connection", "http11", "http2", "proxy", "socks")

mask_queries("httpx2", *(f"httpcore2.{name}" for name in _LOGGERS), during=CURRENT)

# Of all pools of this process, because httpcore2 has no option for it. h11 would refuse headers of 100 kB in all.
for _connection in (httpcore2.HTTP11Connection, httpcore2.AsyncHTTP11Connection):
    _connection.MAX_INCOMPLETE_EVENT_SIZE = max(_connection.MAX_INCOMPLETE_EVENT_SIZE, 2 * HEADERS_LIMIT)


def new_pool(proxy: Proxy | None, max_connections: int) -> httpcore2.ConnectionPool:
    """A blocking pool, for requests made with `core_request(..., attempt=...)`."""
    if proxy is None or proxy.is_socks:
        return httpcore2.ConnectionPool(network_backend=_TimedBackend(proxy), **_options(max_connections))
    return httpcore2.HTTPProxy(network_backend=_TimedBackend(), **_proxy_options(proxy), **_options(max_connections))


def new_async_pool(proxy: Proxy | None, max_connections: int) -> httpcore2.AsyncConnectionPool:
    """An asyncio pool. Its requests are timed out by cancelling them."""
    if proxy is None or proxy.is_socks:
        return httpcore2.AsyncConnectionPool(network_backend=_CancellableBackend(proxy), **_options(max_connections))
    return httpcore2.AsyncHTTPProxy(
        network_backend=_CancellableBackend(), **_proxy_options(proxy), **_options(max_connections)
    )


def core_request(
    request: Request,
    body: bytes | Iterator[bytes] | AsyncIterator[bytes] | None,
    trace: Callable[[str, Any], Any],
    *,
    attempt: Attempt | None = None,
) -> httpcore2.Request:
    """The request as a value of httpcore2, which calls *trace* with its events."""
    built = httpx2.Request(request.method, request.url, headers=sent_headers(request), content=body)
    extensions: dict[str, object] = {"trace": trace}
    if attempt is not None:
        # The pool needs a number of seconds. The other timeouts reach our backend unchanged, so they may be objects.
        by_step = dict.fromkeys(("connect", "write", "read"), attempt)
        extensions["timeout"] = {"pool": attempt.remaining(), **by_step}
    url = built.url
    return httpcore2.Request(
        built.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=built.headers.raw,
        content=body,
        extensions=extensions,
    )


def is_sending(event: str, info: Any) -> bool:
    """Whether an event of a trace means that the request is sent now. A CONNECT request to a proxy does not count."""
    return event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT"


def _options(max_connections: int) -> dict[str, Any]:
    return {
        "ssl_context": tls_context("httpcore2"),
        "max_connections": max_connections,
        "keepalive_expiry": KEEP_ALIVE,
    }


def _proxy_options(proxy: Proxy) -> dict[str, Any]:
    secure = proxy.address.startswith("https:")
    return {
        "proxy_url": proxy.address,
        "proxy_headers": proxy.headers,
        "proxy_ssl_context": tls_context("httpcore2, to the proxy") if secure else None,
    }


class _TimedBackend(httpcore2.SyncBackend):
    """Opens connections that keep to the timeout of an attempt. The attempt is passed in place of the timeout.

    With a proxy, which is one of SOCKS, all connections go through it.
    """

    def __init__(self, proxy: Proxy | None = None) -> None:
        super().__init__()
        self._proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        def connect(address: str, seconds: float) -> httpcore2.NetworkStream:
            return open_stream(address, at_port, seconds, local_address, socket_options)

        open_stream, attempt, proxy = super().connect_tcp, cast(Attempt, timeout), self._proxy
        at, at_port = (host, port) if proxy is None else (proxy.host, proxy.port)
        if proxy is not None and not proxy.resolves:
            host = resolve(host, port, attempt)[0]
        stream = _TimedStream(dial(at, at_port, attempt, connect))
        if proxy is None:
            return stream
        try:
            converse(
                talk(proxy.login, host, port),
                lambda data: stream.write(data, timeout=timeout),
                lambda size: stream.read(size, timeout=timeout),
            )
        except BaseException:
            stream.close()
            raise
        return stream


class _TimedStream(httpcore2.NetworkStream):
    """A connection that keeps to the timeout of the attempt that is passed in place of a timeout."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream
        reset_after_fork(self)

    def _reset_in_child(self) -> None:
        disconnect([self.get_extra_info("socket").fileno()])
        self.close()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, cast(Attempt, timeout).remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), READ_SIZE):
            self._stream.write(buffer[start : start + READ_SIZE], cast(Attempt, timeout).remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, cast(Attempt, timeout).remaining()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _CancellableBackend(httpcore2.AnyIOBackend):
    """Opens connections that are closed when a TLS handshake is cancelled. httpcore2 leaks them.

    With a proxy, which is one of SOCKS, all connections go through it.
    """

    def __init__(self, proxy: Proxy | None = None) -> None:
        super().__init__()
        self._proxy = proxy

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        proxy = self._proxy
        if proxy is None:
            return _CancellableStream(await super().connect_tcp(host, port, timeout, local_address, socket_options))
        if not proxy.resolves:
            host = await async_resolve(host, port)
        opened = await super().connect_tcp(proxy.host, proxy.port, timeout, local_address, socket_options)
        stream = _CancellableStream(opened)
        try:
            await async_converse(talk(proxy.login, host, port), stream.write, stream.read)
        except BaseException:
            await stream.aclose()
            raise
        return stream


class _CancellableStream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        reset_after_fork(self)

    def _reset_in_child(self) -> None:
        disconnect([self.get_extra_info("socket").fileno()])

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return _CancellableStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

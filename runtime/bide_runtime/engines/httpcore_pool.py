"""Pools of httpcore2, the engine below httpx2: blocking ones that keep to a deadline, asyncio ones that do not leak."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any, cast

import httpcore2
import httpx2

from ..http.headers import with_codings
from ..http.request import Request
from .attempt import Attempt
from .body import READ_SIZE
from .certificates import verifying
from .dial import dial
from .proxies import Proxy
from .transport import KEEP_ALIVE


def new_pool(proxy: Proxy | None, max_connections: int) -> httpcore2.ConnectionPool:
    """A blocking pool. It takes requests made with `core_request(..., bounded_by=...)`."""
    if proxy is None:
        return httpcore2.ConnectionPool(network_backend=_TimedBackend(), **_options(max_connections))
    return httpcore2.HTTPProxy(network_backend=_TimedBackend(), **_proxying(proxy), **_options(max_connections))


def new_async_pool(proxy: Proxy | None, max_connections: int) -> httpcore2.AsyncConnectionPool:
    """An asyncio pool. Its requests are bounded from outside, by cancelling them."""
    if proxy is None:
        return httpcore2.AsyncConnectionPool(network_backend=_CancellableBackend(), **_options(max_connections))
    return httpcore2.AsyncHTTPProxy(
        network_backend=_CancellableBackend(), **_proxying(proxy), **_options(max_connections)
    )


def core_request(
    request: Request, trace: Callable[[str, Any], Any], *, bounded_by: Attempt | None = None
) -> httpcore2.Request:
    """The request as httpcore2 has it. *trace* is told what becomes of it."""
    whole = httpx2.Request(request.method, request.url, headers=with_codings(request.headers), content=request.body)
    extensions: dict[str, object] = {"trace": trace}
    if bounded_by is not None:
        # The pool wants to know a number of seconds; the others come to our backend as they are.
        by_step = dict.fromkeys(("connect", "write", "read"), bounded_by)
        extensions["timeout"] = {"pool": bounded_by.left(), **by_step}
    url = whole.url
    return httpcore2.Request(
        whole.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=whole.headers.raw,
        content=request.body,
        extensions=extensions,
    )


def is_sending(event: str, info: Any) -> bool:
    """Whether what a trace is told means that the request goes out now: not that a proxy is asked to connect us."""
    return event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT"


def _options(max_connections: int) -> dict[str, Any]:
    return {
        "ssl_context": verifying("httpcore2"),
        "max_connections": max_connections,
        "keepalive_expiry": KEEP_ALIVE,
    }


def _proxying(proxy: Proxy) -> dict[str, Any]:
    secure = proxy.address.startswith("https:")
    return {
        "proxy_url": proxy.address,
        "proxy_headers": proxy.headers,
        "proxy_ssl_context": verifying("httpcore2, to the proxy") if secure else None,
    }


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


class _CancellableBackend(httpcore2.AnyIOBackend):
    """Opens connections that are closed when a TLS handshake is cancelled. httpcore2 forgets to."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return _CancellableStream(await super().connect_tcp(host, port, timeout, local_address, socket_options))


class _CancellableStream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

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

"""The transports over pyqwest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bide_runtime.engines.proxies.proxy import Proxy
from bide_runtime.engines.transport import KEEP_ALIVE
from bide_runtime.http.request import Request
from pyqwest import (
    Headers,
    HTTPTransport,
    HTTPVersion,
    ReadError,
    RemoteProtocolError,
    SyncHTTPTransport,
    SyncRequest,
    WriteError,
)
from pyqwest import Proxy as TheirProxy
from pyqwest import Request as TheirRequest
from pyqwest._pyqwest import set_sync_timeout  # the only way to give one request a timeout

from evidence.rust_engines.adapters.awaited import AsyncRaw, Awaited
from evidence.rust_engines.adapters.blocking import Blocking, Raw

_ERRORS = (ReadError, WriteError, RemoteProtocolError, RuntimeError, OSError, ValueError)
_NOWHERE = TheirProxy("http://127.0.0.1:9", no_proxy="*,0.0.0.0/0,::/0")
"""A proxy for no host. Without any, pyqwest reads the environment by itself."""


class PyqwestTransport(Blocking):
    """Blocking, over pyqwest."""

    errors = _ERRORS

    def _client(self, proxy: Proxy | None, max_connections: int, read_timeout: float | None) -> Any:
        return SyncHTTPTransport(**_options(proxy, max_connections), read_timeout=read_timeout)

    def _start(
        self, client: Any, request: Request, headers: dict[str, str], body: Any, seconds: float, whole: bool
    ) -> Raw:
        sent = SyncRequest(request.method, request.url, Headers(headers), body)
        if whole:
            with set_sync_timeout(seconds):
                reply = client.execute_sync(sent)
        else:
            reply = client.execute_sync(sent)
        content = iter(reply.content)
        return Raw(reply.status, lambda: _pairs(reply.headers), lambda: _filled(content), reply.close)


class AsyncPyqwestTransport(Awaited):
    """For asyncio, over pyqwest."""

    errors = _ERRORS

    def _client(self, proxy: Proxy | None, max_connections: int) -> Any:
        return HTTPTransport(**_options(proxy, max_connections))

    async def _start(self, client: Any, request: Request, headers: dict[str, str], body: Any) -> AsyncRaw:
        reply = await client.execute(TheirRequest(request.method, request.url, Headers(headers), body))
        content = aiter(reply.content)

        async def read() -> bytes:
            async for chunk in content:
                if chunk:
                    return bytes(chunk)
            return b""

        return AsyncRaw(reply.status, lambda: _pairs(reply.headers), read, reply.aclose)

    async def _end(self, client: Any) -> None:
        await client.aclose()


def _options(proxy: Proxy | None, max_connections: int) -> dict[str, Any]:
    return {
        "tls_include_system_certs": True,
        "http_version": HTTPVersion.HTTP1,
        "proxy": _NOWHERE if proxy is None else TheirProxy(proxy.url),
        "connect_timeout": None,
        "pool_idle_timeout": KEEP_ALIVE,
        "pool_max_idle_per_host": max_connections,
        "max_connections_per_address": max_connections,
        "enable_gzip": False,
        "enable_brotli": False,
        "enable_zstd": False,
        "use_system_dns": True,
        "follow_redirects": False,
        "enable_otel": False,
    }


def _pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    return ((str(name), value) for name, value in headers.items())


def _filled(content: Any) -> bytes:
    """The next chunk that is not empty; nothing at the end."""
    return next((bytes(chunk) for chunk in content if chunk), b"")

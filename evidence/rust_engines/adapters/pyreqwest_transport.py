"""The transports over pyreqwest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bide_runtime.engines.proxies.proxy import Proxy
from bide_runtime.engines.transport import KEEP_ALIVE
from bide_runtime.http.request import Request
from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.proxy import ProxyBuilder

from evidence.rust_engines.adapters.awaited import AsyncRaw, Awaited
from evidence.rust_engines.adapters.blocking import Blocking, Raw

_BUFFER = 0
"""Bytes. It returns a reply only after it has read so many of its body."""


class PyreqwestTransport(Blocking):
    """Blocking, over pyreqwest."""

    errors = (PyreqwestError, OSError, ValueError)

    def _client(self, proxy: Proxy | None, max_connections: int, read_timeout: float | None) -> Any:
        builder = _configured(SyncClientBuilder(), proxy, max_connections)
        if read_timeout is not None:
            builder = builder.read_timeout(timedelta(seconds=read_timeout))
        return builder.build()

    def _start(
        self, client: Any, request: Request, headers: dict[str, str], body: Any, seconds: float, whole: bool
    ) -> Raw:
        builder = _with_body(client.request(request.method, request.url).headers(headers), body)
        if whole:
            builder = builder.timeout(timedelta(seconds=seconds))
        sent = builder.streamed_read_buffer_limit(_BUFFER).build_streamed()
        reply = sent.__enter__()
        reader = reply.body_reader
        return Raw(
            reply.status,
            reply.headers.items,
            lambda: bytes(reader.read_chunk() or b""),
            lambda: sent.__exit__(None, None, None),
        )


class AsyncPyreqwestTransport(Awaited):
    """For asyncio, over pyreqwest."""

    errors = (PyreqwestError, OSError, ValueError)

    def _client(self, proxy: Proxy | None, max_connections: int) -> Any:
        return _configured(ClientBuilder(), proxy, max_connections).build()

    async def _start(self, client: Any, request: Request, headers: dict[str, str], body: Any) -> AsyncRaw:
        builder = _with_body(client.request(request.method, request.url).headers(headers), body)
        sent = builder.streamed_read_buffer_limit(_BUFFER).build_streamed()
        reply = await sent.__aenter__()
        reader = reply.body_reader

        async def read() -> bytes:
            return bytes(await reader.read_chunk() or b"")

        return AsyncRaw(reply.status, reply.headers.items, read, lambda: sent.__aexit__(None, None, None))

    async def _end(self, client: Any) -> None:
        await client.close()


def _configured(builder: Any, proxy: Proxy | None, max_connections: int) -> Any:
    builder = builder.no_proxy() if proxy is None else builder.proxy(ProxyBuilder.all(proxy.url))
    for coding in ("gzip", "brotli", "zstd", "deflate"):
        builder = getattr(builder, coding)(False)
    return (
        builder.follow_redirects(False)
        .referer(False)
        .http1_only()
        .max_connections(max_connections)
        .pool_idle_timeout(timedelta(seconds=KEEP_ALIVE))
    )


def _with_body(builder: Any, body: Any) -> Any:
    if body is None:
        return builder
    return builder.body_bytes(body) if isinstance(body, bytes) else builder.body_stream(body)

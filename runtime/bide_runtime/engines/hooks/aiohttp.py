"""Hooks into aiohttp: which connection a request uses, and the middlewares of a session."""

from __future__ import annotations

import asyncio
import socket
from contextvars import ContextVar
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult

from ..attempt import Attempt
from ..inherited import disconnect
from ..proxies.async_dial import async_dial, async_resolve
from ..proxies.proxy import Proxy
from ..proxies.socks import async_converse, talk
from .logs import mask_queries


class AiohttpAttempt(Attempt):
    """An attempt with the connection that it uses."""

    transport: asyncio.Transport | None = None
    socks: Proxy | None = None
    """The SOCKS proxy through which a new connection is made. It is the same for all requests to an origin."""

    def abort(self) -> None:
        """Abort the connection. aiohttp would close it, and TLS waits long for the other side's close."""
        if self.transport is not None:
            self.transport.abort()


CURRENT: ContextVar[AiohttpAttempt] = ContextVar("attempt")
"""The attempt that a connection is opened for: aiohttp cannot pass it down."""

mask_queries("aiohttp.client", "aiohttp.internal", during=CURRENT)


class Connector(aiohttp.TCPConnector):
    """A connector that notes in the current attempt which connection it got."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        attempt = CURRENT.get()
        attempt.connected, attempt.transport = True, connection.transport
        return connection

    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        if CURRENT.get().socks is None:
            return await super()._resolve_host(host, port, traces)
        family = socket.AF_INET  # of no importance: the proxy gets the host
        return [{"hostname": host, "host": host, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def _wrap_create_connection(self, *args: Any, req: aiohttp.ClientRequest, **kwargs: Any) -> Any:
        proxy = CURRENT.get().socks
        if proxy is None:
            return await super()._wrap_create_connection(*args, req=req, **kwargs)
        options = {name: each for name, each in kwargs.items() if name not in ("addr_infos", "timeout", "client_error")}
        sock = await _through(proxy, req.url.raw_host or "", req.url.port or 0)
        return await self._loop.create_connection(*args, **options, sock=sock)


async def _through(proxy: Proxy, host: str, port: int) -> socket.socket:
    """A socket that a SOCKS proxy has connected to the server."""
    if not proxy.resolves:
        host = await async_resolve(host, port)
    sock, loop = await async_dial(proxy.host, proxy.port), asyncio.get_running_loop()
    try:
        await async_converse(
            talk(proxy.login, host, port), partial(loop.sock_sendall, sock), partial(loop.sock_recv, sock)
        )
    except BaseException:
        sock.close()
        raise
    return sock


def abandon(session: aiohttp.ClientSession) -> None:
    """Let go of a session of the parent process, whose event loop does not run in this one."""
    connector = session.connector
    if connector is not None:
        idle = [protocol for connections in connector._conns.values() for protocol, _ in connections]
        transports = [protocol.transport for protocol in (*idle, *connector._acquired)]
        disconnect(each.get_extra_info("socket").fileno() for each in transports if each is not None)
        connector._conns.clear()  # otherwise freeing it reports an error to that loop
    session.detach()


def middlewares_of(session: aiohttp.ClientSession) -> tuple[aiohttp.ClientMiddlewareType, ...]:
    """The middlewares of a session. Middlewares of a request replace them, and there is no public way to read them."""
    found: tuple[aiohttp.ClientMiddlewareType, ...] = getattr(session, "_middlewares", ())
    return found

"""Hooks into aiohttp: which connection a request uses, and the middlewares of a session."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import aiohttp

from ..attempt import Attempt
from ..inherited import disconnect
from .logs import mask_queries


class AiohttpAttempt(Attempt):
    """An attempt with the connection that it uses."""

    transport: asyncio.Transport | None = None

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

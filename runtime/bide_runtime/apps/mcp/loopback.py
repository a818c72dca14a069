"""Serve HTTP on this machine alone."""

from __future__ import annotations

import signal
import socket
import sys
from typing import Any

import uvicorn
from mcp.server import Server

HOST = "127.0.0.1"

_GRACE = 5
"""Seconds that requests under way get at the end."""


async def serve(server: Server[Any], title: str, listener: socket.socket) -> None:
    """Serve until a signal. Requests that name another host are refused: the library checks `Host` and `Origin`."""
    # uvicorn ends first, and then repeats its signal.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    app = server.streamable_http_app(host=HOST)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_GRACE)
    await _Announced(config, f"{title} on http://{HOST}:{listener.getsockname()[1]}/mcp").serve(sockets=[listener])


class _Announced(uvicorn.Server):
    """Says where it is, once it is there."""

    def __init__(self, config: uvicorn.Config, said: str) -> None:
        super().__init__(config)
        self._said = said

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._said, file=sys.stderr, flush=True)

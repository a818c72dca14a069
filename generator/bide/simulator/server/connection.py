"""A uvicorn connection that the application can close. ASGI has no message for that."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_KEY = "bide.close"


class Connection(H11Protocol):
    """An HTTP/1.1 connection; the scope of its requests has a function that closes it."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        # Each request gets a copy of this state, the only part of a scope that a server may extend.
        super().__init__(config, server_state, {**app_state, _KEY: self._close}, _loop)

    def _close(self) -> None:
        self.transport.close()


def close(scope: Scope) -> None:
    """Close the connection of a request after the bytes that were sent. The rest of the reply is never sent."""
    scope["state"][_KEY]()

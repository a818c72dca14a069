"""A uvicorn server that stops at once: uvicorn looks ten times a second whether to stop, and whether all is sent."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

_PAUSE_SECONDS = 0.002
"""Between two looks at the connections of a server that stops."""


class PromptServer(uvicorn.Server):
    """Serves an application until `stop` is called or the process is interrupted."""

    _serving: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Stop at once. Any thread may call this."""
        self.should_exit = True
        if self._serving is not None and not (loop := self._serving.get_loop()).is_closed():
            loop.call_soon_threadsafe(self._serving.cancel)

    async def main_loop(self) -> None:
        self._serving = asyncio.create_task(super().main_loop())
        await asyncio.wait({self._serving})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let replies that have begun end, for the configured grace; then end the connections."""
        for listener in self.servers:
            listener.close()
        state, loop = self.server_state, asyncio.get_running_loop()
        for connection in list(state.connections):
            connection.shutdown()
        end = loop.time() + (self.config.timeout_graceful_shutdown or 0)
        while (state.connections or state.tasks) and loop.time() < end and not self.force_exit:
            await asyncio.sleep(_PAUSE_SECONDS)
        for task in state.tasks:
            task.cancel()

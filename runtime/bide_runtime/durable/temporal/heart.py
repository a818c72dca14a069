"""Heartbeats of activities: that the worker is alive, and what the next attempt has to know."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from temporalio import activity

from .steps import BEAT


class Heart:
    """Heartbeats that the server has stored when they return."""

    def __init__(self, details: Sequence[Any]) -> None:
        self._details = tuple(details)
        self._handle = activity.client().get_async_activity_handle(task_token=activity.info().task_token)
        # A heartbeat under way must not undo a later one.
        self._lock = asyncio.Lock()

    async def tell(self, *details: str) -> None:
        """Store these details. Raises an error of Temporal if the server has given this attempt up."""
        async with self._lock:
            await self._handle.heartbeat(*details)
            self._details = details

    async def beat(self) -> None:
        """Tell the server that the worker is alive."""
        async with self._lock:
            await self._handle.heartbeat(*self._details)


@asynccontextmanager
async def beating(beat: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Let the server know that the worker is alive, for as long as the block runs."""

    async def beats() -> None:
        while True:
            await asyncio.sleep(BEAT)
            with suppress(Exception):  # the server may be away for a while
                await beat()

    task = asyncio.ensure_future(beats())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])

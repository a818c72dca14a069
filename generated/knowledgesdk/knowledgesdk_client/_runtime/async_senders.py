"""Requests of a batch under way side by side: one asyncio task for each, none for a job that only waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from .clock import AsyncClock
from .errors import ClientClosed
from .flow import Seen, Send

K = TypeVar("K")


class AsyncSenders(Generic[K]):
    """Sends for a batch. Whoever leaves it early takes the `rest`."""

    def __init__(self, send: Callable[[Send], Awaitable[Seen]], clock: AsyncClock, bell: asyncio.Event) -> None:
        self._send = send
        self._clock = clock
        self._bell = bell
        """Rung when a reply has come."""
        self._arrived: deque[tuple[K, asyncio.Task[Seen]]] = deque()
        self._under_way: set[asyncio.Task[Seen]] = set()

    @property
    def are_busy(self) -> bool:
        """Whether a request is under way."""
        return bool(self._under_way)

    def dispatch(self, key: K, send: Send) -> None:
        """Send it, without waiting for the reply."""
        task = asyncio.ensure_future(self._send(send))
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._came(key, done))

    def arrived(self) -> Iterator[tuple[K, Seen]]:
        """What has come since this was last asked."""
        self._bell.clear()
        while self._arrived:
            key, task = self._arrived.popleft()
            self._under_way.discard(task)
            if task.cancelled():
                gone = ClientClosed("the client was closed during the call", may_have_arrived=True)
                yield key, Seen(self._clock.now(), gone)
            else:
                yield key, task.result()

    async def wait(self, seconds: float) -> None:
        """Sleep until a reply comes, or for so long."""
        await self._clock.sleep(seconds, self._bell)

    def _came(self, key: K, task: asyncio.Task[Seen]) -> None:
        self._arrived.append((key, task))
        self._bell.set()

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def rest(self) -> list[tuple[K, Seen]]:
        """Send nothing more; what comes of the requests that are under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.sleep(0)  # the callbacks of the last tasks
        return list(self.arrived())

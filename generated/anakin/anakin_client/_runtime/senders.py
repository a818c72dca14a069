"""Requests under way side by side: one asyncio task for each, none for a job that only waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Generic, Self, TypeVar

from .clock import AsyncClock
from .flow import Seen, Send

K = TypeVar("K")


class Senders(Generic[K]):
    """Sends for a batch. Leaving it cancels what is under way and waits until that is over."""

    def __init__(self, send: Callable[[Send], Awaitable[Seen]], clock: AsyncClock) -> None:
        self._send = send
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrived: deque[tuple[K, Seen]] = deque()
        self._bell = asyncio.Event()

    @property
    def are_busy(self) -> bool:
        """Whether a request is under way."""
        return bool(self._tasks)

    def dispatch(self, key: K, send: Send) -> None:
        """Send it, without waiting for the reply."""
        task = asyncio.ensure_future(self._sent(key, send))
        self._tasks.add(task)

    def arrived(self) -> Iterator[tuple[K, Seen]]:
        """What has come since this was last asked."""
        self._bell.clear()
        while self._arrived:
            yield self._arrived.popleft()
        for task in [task for task in self._tasks if task.done()]:
            self._tasks.discard(task)
            task.result()

    async def wait(self, until: float | None) -> None:
        """Sleep until a reply comes, or until *until*."""
        bell = asyncio.ensure_future(self._bell.wait())
        alarms = [] if until is None else [asyncio.ensure_future(self._clock.sleep(until - self._clock.now()))]
        try:
            await asyncio.wait([bell, *alarms], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancelled(bell, *alarms)

    async def _sent(self, key: K, send: Send) -> None:
        try:
            self._arrived.append((key, await self._send(send)))
        finally:
            self._bell.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await _cancelled(*self._tasks)


async def _cancelled(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

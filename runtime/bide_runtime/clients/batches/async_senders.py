"""Send the requests of a batch: one asyncio task for each in flight, none for a job that only waits."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from math import inf
from typing import Any, Generic, TypeVar

from ...errors.client import ClientClosed
from ...waiting.flow import NewKey, Received, Send, missed, withdrawn
from ..clock import AsyncClock

K = TypeVar("K")

_BURST = 8
"""Requests started before control returns to the event loop. 100 at once would delay replies and load the garbage
collector.
"""


class AsyncSenders(Generic[K]):
    """Sends for a batch, at most *most* requests at a time. Call `rest` to end early.

    More requests would only wait for a connection of the engine, each in a task of its own.
    """

    def __init__(
        self,
        send: Callable[[Send | NewKey], Coroutine[Any, Any, Received]],
        clock: AsyncClock,
        wakeup: asyncio.Event,
        *,
        most: float = inf,
    ) -> None:
        self._send = send
        self._clock = clock
        self._wakeup = wakeup
        """Set when a reply has arrived."""
        self._most = most
        self._dispatched = 0
        self._queue: deque[tuple[K, Send | NewKey]] = deque()
        self._unsent: list[K] = []
        """The requests that were queued when the batch was left."""
        self._too_late_at = inf
        """The earliest deadline in the queue, or earlier."""
        self._under_way: dict[asyncio.Future[Received], K] = {}
        self._arrived: deque[tuple[K, asyncio.Future[Received]]] = deque()

    @property
    def are_busy(self) -> bool:
        """Whether a request is in flight."""
        return bool(self._under_way or self._queue or self._arrived)

    async def dispatch(self, key: K, send: Send | NewKey) -> None:
        """Send a request without waiting for the reply. Returns control to the event loop every `_BURST` requests."""
        if len(self._under_way) < self._most:
            self._begin(key, send)
        else:
            self._enqueue(key, send)
        self._dispatched += 1
        if self._dispatched % _BURST == 0:
            await asyncio.sleep(0)

    def arrived(self) -> Iterator[tuple[K, Received]]:
        """The replies since the last call."""
        self._wakeup.clear()
        if self._too_late_at < inf:
            yield from self._missed()
        while self._arrived:
            key, task = self._arrived.popleft()
            if task.cancelled():
                gone = ClientClosed("the client was closed during the call", may_have_arrived=True)
                yield key, Received(self._clock.now(), gone)
            else:
                yield key, task.result()

    async def wait(self, seconds: float) -> None:
        """Sleep until a reply arrives, at most for *seconds*."""
        await self._clock.sleep(min(seconds, self._too_late_at - self._clock.now()), self._wakeup)

    async def stop(self) -> None:
        """Cancel the requests in flight."""
        self._withdraw()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def rest(self) -> list[tuple[K, Received]]:
        """Send nothing more; return the replies to the requests in flight, and an error for each that was not sent."""
        self._withdraw()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await asyncio.sleep(0)  # runs the callbacks of the last tasks
        return [*self.arrived(), *((key, withdrawn(self._clock.now())) for key in self._unsent)]

    def _withdraw(self) -> None:
        """Send nothing of what is queued."""
        self._unsent += [key for key, _ in self._queue]
        self._queue.clear()

    def _begin(self, key: K, send: Send | NewKey) -> None:
        task = asyncio.create_task(self._send(send))
        self._under_way[task] = key
        task.add_done_callback(self._came)

    def _came(self, task: asyncio.Future[Received]) -> None:
        self._arrived.append((self._under_way.pop(task), task))
        self._wakeup.set()
        if self._queue:
            self._begin(*self._queue.popleft())

    def _enqueue(self, key: K, send: Send | NewKey) -> None:
        self._queue.append((key, send))
        self._too_late_at = min(self._too_late_at, send.before)

    def _missed(self) -> list[tuple[K, Received]]:
        """The queued requests whose deadline has passed."""
        now = self._clock.now()
        if now < self._too_late_at:
            return []
        queue, self._queue, self._too_late_at = self._queue, deque(), inf
        for key, send in queue:
            if send.before > now:
                self._enqueue(key, send)
        return [(key, missed(now)) for key, send in queue if send.before <= now]

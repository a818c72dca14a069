"""The timeouts of all requests of an asyncio transport. Independent of the engine."""

from __future__ import annotations

import asyncio
from math import inf
from types import TracebackType


class Timeouts:
    """Timeouts for blocks of code; all blocks can be ended at once.

    They share one timer: most blocks end long before their timeout, and a timer for each would cost more.
    """

    def __init__(self) -> None:
        self._open: set[_Timeout] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = inf
        """When the timer fires; never later than the first timeout."""
        self._over = asyncio.Event()

    def within(self, seconds: float) -> _Timeout:
        """A context manager that raises `TimeoutError` after *seconds*."""
        return _Timeout(self, seconds)

    async def expire_all(self) -> None:
        """Time out all blocks now, and wait until they have ended."""
        for timeout in self._open:
            timeout.expire()
        while self._open:
            self._over.clear()
            await self._over.wait()

    def _wake_at(self, end: float, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None and loop is self._loop:
            self._timer.cancel()
        self._loop, self._wakes_at = loop, end
        self._timer = loop.call_at(end, self._wake, loop)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        now = max(loop.time(), self._wakes_at)  # a loop may call a little early
        for timeout in self._open:
            if timeout.end <= now:
                timeout.expire()
        self._timer, self._wakes_at = None, inf
        if (first := min((timeout.end for timeout in self._open if timeout.end > now), default=inf)) < inf:
            self._wake_at(first, loop)


class _Timeout:
    end = inf

    def __init__(self, timeouts: Timeouts, seconds: float) -> None:
        self._timeouts = timeouts
        self._seconds = seconds
        self._expired = False

    def expire(self) -> None:
        """Cancel the block, unless that was done already."""
        if not self._expired:
            self._expired = True
            self._task.cancel()

    def __enter__(self) -> None:
        task, timeouts = asyncio.current_task(), self._timeouts
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        loop = task.get_loop()
        self.end = loop.time() + self._seconds
        timeouts._open.add(self)
        if self.end < timeouts._wakes_at or loop is not timeouts._loop:
            timeouts._wake_at(self.end, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        timeouts = self._timeouts
        timeouts._open.discard(self)
        if not timeouts._open:
            timeouts._over.set()
        # Like `asyncio.timeout`: if the task was also cancelled by others, `CancelledError` takes precedence.
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

"""The timeouts of all that an asyncio transport has under way. Knows no engine."""

from __future__ import annotations

import asyncio
from math import inf
from types import TracebackType


class Timeouts:
    """Bounds steps in time, and can end them all at once.

    One timer serves all: most steps are over long before their time, and a timer for each would cost more than they do.
    """

    def __init__(self) -> None:
        self._open: set[_Step] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = inf
        """When the timer looks for steps whose time is over; never later than the first of them."""
        self._over = asyncio.Event()

    def within(self, seconds: float) -> _Step:
        """A context in which to do what may take that long; then it raises `TimeoutError`."""
        return _Step(self, seconds)

    async def end(self) -> None:
        """Let the time of all be over now, and wait until they have ended."""
        for step in self._open:
            step.expire()
        while self._open:
            self._over.clear()
            await self._over.wait()

    def _wake_at(self, end: float, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is not None and loop is self._loop:
            self._timer.cancel()
        self._loop, self._wakes_at = loop, end
        self._timer = loop.call_at(end, self._wake, loop)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        now = max(loop.time(), self._wakes_at)  # a loop may wake up a little early
        for step in self._open:
            if step.end <= now:
                step.expire()
        self._timer, self._wakes_at = None, inf
        if (first := min((step.end for step in self._open if step.end > now), default=inf)) < inf:
            self._wake_at(first, loop)


class _Step:
    end = inf

    def __init__(self, timeouts: Timeouts, seconds: float) -> None:
        self._timeouts = timeouts
        self._seconds = seconds
        self._expired = False

    def expire(self) -> None:
        """Let the time be over."""
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
        # As `asyncio.timeout` does it: whoever else cancels the task has the last word.
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

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

    def _began(self, step: _Step, seconds: float) -> float:
        """When this step has to be over."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._timer, self._wakes_at = loop, None, inf
        end = loop.time() + seconds
        self._open.add(step)
        if end < self._wakes_at:
            if self._timer is not None:
                self._timer.cancel()
            self._wake_at(end, loop)
        return end

    def _ended(self, step: _Step) -> None:
        self._open.discard(step)
        self._over.set()

    def _wake_at(self, end: float, loop: asyncio.AbstractEventLoop) -> None:
        self._wakes_at = end
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
        task = asyncio.current_task()
        assert task is not None
        self._task, self._cancelling = task, task.cancelling()
        self.end = self._timeouts._began(self, self._seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timeouts._ended(self)
        # As `asyncio.timeout` does it: whoever else cancels the task has the last word.
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

"""The source of time of a client. Replace it to speed up time, or to test without waiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    import threading

LONGEST_SLEEP = 86_400.0
"""Seconds. Longer sleeps end early, which is harmless: operating systems refuse sleeps of many years."""


class Clock(Protocol):
    """The time of a blocking client."""

    def now(self) -> float:
        """Monotonic seconds; only differences are meaningful."""
        ...

    def wall(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        """Sleep, at most until *wakeup* is set. Waking early is harmless."""
        ...


class AsyncClock(Protocol):
    """The time of an asyncio client."""

    def now(self) -> float: ...

    def wall(self) -> float: ...

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None: ...


class _SystemTime:
    """The real time, or *speed* times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._made = time.time() - self.now()

    def now(self) -> float:
        return time.monotonic() * self._speed

    def wall(self) -> float:
        return time.time() if self._speed == 1.0 else self._made + self.now()

    def _real(self, seconds: float) -> float:
        return min(max(seconds, 0.0), LONGEST_SLEEP) / self._speed


class SystemClock(_SystemTime):
    """The real time for a blocking client, or *speed* times as fast."""

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        wakeup.wait(self._real(seconds))


class AsyncSystemClock(_SystemTime):
    """The real time for an asyncio client, or *speed* times as fast."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:
        import asyncio  # 49 ms of start-up that a blocking client never needs

        try:
            async with asyncio.timeout(self._real(seconds)):
                await wakeup.wait()
        except TimeoutError:
            pass

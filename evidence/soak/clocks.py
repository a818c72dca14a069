"""Virtual time in which the time of day may jump, and in which something may happen during a sleep."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from bide_runtime.testing.fake.clock import VirtualSenders
from bide_runtime.waiting.flow import Received, Send
from tests.runtime.fakes import AsyncFakeClock, FakeClock, LoopClock

Jumps = tuple[tuple[float, float], ...]
"""When the time of day jumps, in seconds since the script began, and how far."""

AT_ONCE = 100
"""Requests of a blocking batch at the same time: more than a batch of the soak has."""


def jumped(jumps: Jumps, now: float) -> float:
    """How far the time of day has jumped by *now*."""
    return sum(by for at, by in jumps if at <= now)


class StormClock(FakeClock):
    """Moves only when somebody sleeps. *on_nap* gets the number of each nap and returns whether to sleep."""

    jumps: Jumps = ()
    on_nap: Callable[[int], bool] = staticmethod(lambda number: True)

    def wall(self) -> float:
        return super().wall() + jumped(self.jumps, self.now())

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        self.nap(seconds)

    def nap(self, seconds: float) -> None:
        length = self.time.note(seconds)
        if self.on_nap(len(self.time.naps)):
            self.advance(length)
        else:
            self.time.naps.pop()

    def new_senders(self, send: Callable[[Send], Received], wakeup: threading.Event) -> VirtualSenders[Any]:
        return VirtualSenders(send, self, wakeup, self.time, threads=AT_ONCE)


class AsyncStormClock(StormClock, AsyncFakeClock):
    """The same, awaited."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        self.nap(seconds)


class StormLoop(LoopClock):
    """Many tasks side by side, and a time of day that may jump."""

    jumps: Jumps = ()

    def wall(self) -> float:
        return super().wall() + jumped(self.jumps, self.now())

"""Virtual time in which the time of day may jump, and sleeps may be interrupted."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from bide_runtime.testing.fake.clock import VirtualSenders
from bide_runtime.waiting.flow import NewKey, Received, Send
from tests.runtime.fakes import AsyncFakeClock, FakeClock, LoopClock

Jumps = tuple[tuple[float, float], ...]
"""The times of jumps of the time of day, in seconds since the start of the script, and their sizes."""

AT_ONCE = 100
"""Concurrent requests of a blocking batch: more than a batch of the soak has."""


def jumped(jumps: Jumps, now: float) -> float:
    """The seconds by which the time of day has jumped by *now*."""
    return sum(by for at, by in jumps if at <= now)


class StormClock(FakeClock):
    """Only sleeps advance it. *on_nap* is called with the number of each sleep and returns whether to sleep."""

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

    def new_senders(self, send: Callable[[Send | NewKey], Received], wakeup: threading.Event) -> VirtualSenders[Any]:
        return VirtualSenders(send, self, wakeup, self.time, threads=AT_ONCE)


class AsyncStormClock(StormClock, AsyncFakeClock):
    """The same for asyncio."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        self.nap(seconds)


class StormLoop(LoopClock):
    """Virtual time for many tasks, with a time of day that may jump."""

    jumps: Jumps = ()

    def wall(self) -> float:
        return super().wall() + jumped(self.jumps, self.now())

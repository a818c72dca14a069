"""Virtual time in which the time of day may jump, and in which something may happen during a sleep."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

from bide_runtime.waiting.flow import Received, Send
from tests.runtime.fakes import FakeClock, LoopClock

Jumps = tuple[tuple[float, float], ...]
"""When the time of day jumps, in seconds since the script began, and how far."""

BEGAN = 5_000.0
"""What every clock of the tests shows at the beginning."""


def jumped(jumps: Jumps, now: float) -> float:
    """How far the time of day has jumped by *now*."""
    return sum(by for at, by in jumps if BEGAN + at <= now)


class StormClock(FakeClock):
    """Moves only when somebody sleeps. *on_nap* is told the number of each nap, and whether to sleep comes back."""

    jumps: Jumps = ()
    on_nap: Callable[[int], bool] = staticmethod(lambda number: True)
    number = 0

    def wall(self) -> float:
        return super().wall() + jumped(self.jumps, self.time)

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        self.nap(seconds)

    def nap(self, seconds: float) -> None:
        self.number += 1
        if self.on_nap(self.number):
            self.jump(seconds)


class AsyncStormClock(StormClock):
    """The same, awaited."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        self.nap(seconds)


class StormLoop(LoopClock):
    """Many tasks side by side, and a time of day that may jump."""

    jumps: Jumps = ()

    def wall(self) -> float:
        return super().wall() + jumped(self.jumps, self.now())


class SideBySide:
    """What a blocking batch sends with, in virtual time and without a thread.

    Each request is played to its end at once, then time goes back to when it was sent, and the reply is kept until its
    own time comes.
    """

    def __init__(self, send: Callable[[Send], Received], clock: StormClock, wakeup: threading.Event) -> None:
        self._send = send
        self._clock = clock
        self._under_way: list[tuple[float, int, Any, Received]] = []
        self._sent = 0

    @property
    def are_busy(self) -> bool:
        return bool(self._under_way)

    def dispatch(self, key: Any, send: Send) -> None:
        now = self._clock.time
        seen = self._send(send)
        self._clock.time = now
        self._sent += 1
        self._under_way.append((seen.now, self._sent, key, seen))

    def arrived(self) -> Iterator[tuple[Any, Received]]:
        self._under_way.sort(key=lambda one: one[:2])
        while self._under_way and self._under_way[0][0] <= self._clock.time:
            *_, key, seen = self._under_way.pop(0)
            yield key, seen

    def wait(self, seconds: float) -> None:
        assert self._clock.number < 100_000, "it spins"
        self._clock.number += 1
        next_at = min((at for at, *_ in self._under_way), default=self._clock.time + seconds)
        self._clock.time = max(self._clock.time, min(next_at, self._clock.time + seconds))

    def rest(self) -> list[tuple[Any, Received]]:
        self._clock.time = max([self._clock.time, *(at for at, *_ in self._under_way)])
        return list(self.arrived())

"""Virtual time: it advances when a client sleeps or a reply takes time. No real time passes."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, TypeVar

import msgspec

from ...clients.batches.senders import THREADS, Senders
from ...clients.clock import Clock
from ...waiting.flow import NewKey, Received, Send, withdrawn

K = TypeVar("K")

MORNING = 1_790_000_000.0
"""The time of day at which virtual time starts, in seconds since 1970."""

_MAX_NAPS = 100_000
"""The number of sleeps after which a wait is taken to be endless."""

_HOPS = 200
"""The number of turns of an event loop after which time advances even if the loop is not idle."""


class Nap(msgspec.Struct, frozen=True):
    """One sleep."""

    at: float
    seconds: float
    """The length that was asked for."""


class VirtualTime:
    """Virtual time, which the clocks of a blocking and of an asyncio client may share."""

    def __init__(self) -> None:
        self.now = 0.0
        """Seconds since it was made."""
        self.naps: list[Nap] = []
        self.drift = 1.0
        """The factor of every sleep: less than 1 wakes up early, more is a machine that was suspended."""
        self._lock = threading.Lock()

    def advance(self, seconds: float) -> None:
        """Advance the time by *seconds*."""
        with self._lock:
            self.now += seconds

    def forget(self, before: float) -> None:
        """Drop the naps that began before this time."""
        self.naps = [nap for nap in self.naps if nap.at >= before]

    def note(self, seconds: float) -> float:
        """Record a nap; returns its length after drift."""
        if len(self.naps) >= _MAX_NAPS:
            raise AssertionError(f"slept {_MAX_NAPS:,} times, up to {self.now:,.0f} s: nothing ends this wait")
        self.naps.append(Nap(self.now, seconds))
        # Very short naps are not shortened further, so that time advances.
        return max(seconds, 0.0) if seconds <= 0.001 else max(seconds * self.drift, 0.001)


class _VirtualClock:
    def __init__(self, time: VirtualTime | None = None) -> None:
        self.time = time or VirtualTime()

    def now(self) -> float:
        return self.time.now

    def wall(self) -> float:
        return MORNING + self.time.now

    def advance(self, seconds: float) -> None:
        """Advance the time by *seconds*."""
        self.time.advance(seconds)

    @property
    def naps(self) -> list[float]:
        """The requested length of each sleep, in seconds."""
        return [nap.seconds for nap in self.time.naps]


class FakeClock(_VirtualClock):
    """Virtual time for a blocking client. A sleep advances it and returns at once."""

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        if wakeup.is_set():
            return
        if seconds == inf:
            raise AssertionError("this would wait for ever: no request is in flight that could end it")
        self.time.advance(self.time.note(seconds))

    def new_senders(self, send: Callable[[Send | NewKey], Received], wakeup: threading.Event) -> VirtualSenders[Any]:
        """The senders of a batch: in virtual time, without threads."""
        return VirtualSenders(send, self, wakeup, self.time)


class _Sleeper:
    """A task that sleeps until its time, or until it is woken."""

    def __init__(self, due: float, scope: asyncio.Timeout, *, is_reply: bool) -> None:
        self.due = due
        self.scope = scope
        self.is_reply = is_reply
        """Whether it waits for a reply that takes time."""
        self.is_awake = False


class AsyncFakeClock(_VirtualClock):
    """Virtual time for an asyncio client, on any event loop. It advances to the next sleeper when the loop is idle."""

    def __init__(self, time: VirtualTime | None = None) -> None:
        super().__init__(time)
        self._sleepers: list[tuple[float, bool, int, _Sleeper]] = []
        """By the time when each is due; at one time replies first."""
        self._turn = count()
        self._moving: asyncio.AbstractEventLoop | None = None
        """The loop that will advance time as soon as it is idle."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:
        if not wakeup.is_set():
            await self._sleep(seconds if seconds == inf else self.time.note(seconds), wakeup)

    async def spend(self, seconds: float) -> None:
        """Sleep for the whole time: nothing wakes it up."""
        if seconds > 0:
            await self._sleep(seconds, asyncio.Event(), is_reply=True)

    async def _sleep(self, seconds: float, wakeup: asyncio.Event, *, is_reply: bool = False) -> None:
        try:
            async with asyncio.timeout(None) as scope:
                sleeper = _Sleeper(self.time.now + seconds, scope, is_reply=is_reply)
                heappush(self._sleepers, (sleeper.due, not is_reply, next(self._turn), sleeper))
                self._move_when_quiet()
                try:
                    await wakeup.wait()
                finally:
                    sleeper.is_awake = True
        except TimeoutError:
            pass

    def _move_when_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        if self._moving is not loop:
            self._moving = loop
            loop.call_soon(self._move, loop, 0)

    def _move(self, loop: asyncio.AbstractEventLoop, hops: int) -> None:
        # asyncio's own loops have a list of ready callbacks. Other loops are taken to be idle after some turns.
        if getattr(loop, "_ready", True) and hops < _HOPS:
            loop.call_soon(self._move, loop, hops + 1)
            return
        self._moving = None
        first = self._next()
        if first is None:
            return
        self.time.now = max(self.time.now, first.due)
        # As on other clocks, all replies that arrive at one time are read before anything is sent at that time.
        while (sleeper := self._next()) and sleeper.due <= self.time.now and sleeper.is_reply == first.is_reply:
            heappop(self._sleepers)
            sleeper.scope.reschedule(loop.time())
        self._move_when_quiet()

    def _next(self) -> _Sleeper | None:
        """The next sleeper that will wake up by itself, if there is one."""
        while self._sleepers and self._sleepers[0][-1].is_awake:
            heappop(self._sleepers)
        return self._sleepers[0][-1] if self._sleepers and self._sleepers[0][-1].due < inf else None


class VirtualSenders(Senders[K]):
    """Sends for a batch of a blocking client: as many requests at a time as with threads, but in virtual time."""

    def __init__(
        self,
        send: Callable[[Send | NewKey], Received],
        clock: Clock,
        wakeup: threading.Event,
        time: VirtualTime,
        *,
        threads: int = THREADS,
    ) -> None:
        super().__init__(send, clock, wakeup)
        self._time = time
        self._room = threads
        self._turn = count()
        self._queue: deque[tuple[K, Send | NewKey]] = deque()
        self._coming: list[tuple[float, int, K, Received | BaseException]] = []

    def dispatch(self, key: K, send: Send | NewKey) -> None:
        self._under_way += 1
        self._queue.append((key, send))
        self._begin()

    def arrived(self) -> Iterator[tuple[K, Received]]:
        if self._wakeup.is_set():  # its lock costs more
            self._wakeup.clear()
        while self._coming and self._coming[0][0] <= self._time.now:
            _, _, key, seen = heappop(self._coming)
            self._under_way -= 1
            self._begin()
            if isinstance(seen, BaseException):
                raise seen
            yield key, seen

    def wait(self, seconds: float) -> None:
        arrives_in = self._coming[0][0] - self._time.now if self._coming else inf
        if arrives_in > seconds:
            super().wait(seconds)
        else:
            self._time.advance(max(arrives_in, 0.0))

    def rest(self) -> list[tuple[K, Received]]:
        unsent, self._queue = self._queue, deque()
        self._under_way -= len(unsent)
        self._time.now = max([self._time.now, *(at for at, *_ in self._coming)])
        return [*self.arrived(), *((key, withdrawn(self._time.now)) for key, _ in unsent)]

    def _begin(self) -> None:
        """Send as many queued requests as *threads* allows. The time of one reply does not delay the others."""
        while self._queue and len(self._coming) < self._room:
            key, send = self._queue.popleft()
            began, seen = self._time.now, self._outcome(send)
            heappush(self._coming, (self._time.now, next(self._turn), key, seen))
            self._time.now = began

    def _outcome(self, send: Send | NewKey) -> Received | BaseException:
        try:
            return self._send(send)
        except BaseException as error:
            return error

"""Clocks and transports of the runtime's tests, built on those that packages offer. No real time passes."""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Coroutine
from math import inf
from typing import Any, TypeVar

from bide_runtime.clients.clock import Clock
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.request import Request
from bide_runtime.testing import (
    AsyncFakeTransport,
    FakeTransport,
    Reply,
    Sent,
    Server,
    VirtualTime,
    script,
)
from bide_runtime.testing import FakeClock as _FakeClock

__all__ = ["AsyncFakeTransport", "FakeTransport", "Reply", "Sent", "Server", "script"]

T = TypeVar("T")


class FakeClock(_FakeClock):
    """A clock that only sleeps and scripted replies advance.

    A blocking batch sends its requests on threads, as it does in production.
    """

    grace: float = 0.0
    """Real seconds for which other threads may set the event before time jumps."""
    new_senders: Any = None  # threads

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        if not wakeup.wait(10.0 if seconds == inf else self.grace):
            self.time.advance(self.time.note(seconds))


class AsyncFakeClock(FakeClock):
    """The same for asyncio; it never returns control to the event loop."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        self.time.advance(self.time.note(seconds))

    async def spend(self, seconds: float) -> None:
        self.time.advance(seconds)


class TimedTransport:
    """A blocking transport on a real clock. Subclasses implement `take`."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.requests: list[Sent] = []
        self._server = server
        self._clock = clock
        self._began = clock.now()

    def take(self, request: Request, timeout: float) -> Reply:
        """The reply to a request."""
        self.requests.append(Sent(self._clock.now() - self._began, request, timeout))
        return self._server(self.requests[-1])

    def close(self) -> None:
        """Do nothing."""


def unreachable() -> Reply:
    """No connection could be made: the request certainly did not arrive."""
    return Reply(lost=ConnectionFailed("could not connect: connection refused", may_have_arrived=False))


def cut_off() -> Reply:
    """The connection was lost before the reply was complete."""
    return Reply(lost=ConnectionFailed("lost the connection", may_have_arrived=True))


def finish(value: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends to its end, without an event loop."""
    try:
        value.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits for something that is not of these fakes")


class _Jump(selectors.DefaultSelector):
    """A selector that advances the loop's time instead of waiting."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self.time = time

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "every task waits for another one"
        self.time.advance(max(timeout, 0.0))
        return super().select(0)


class LoopClock(AsyncFakeClock):
    """Virtual time for many tasks and their event loop: `run` jumps from one wake-up to the next."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        target = self.now() + seconds
        try:
            async with asyncio.timeout(None if seconds == inf else seconds):
                await wakeup.wait()
        except TimeoutError:
            # The loop's sums of floats may be slightly less than the due time.
            self.time.now = max(self.time.now, target)

    async def spend(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run *main* on a loop of this time; no task may be left over."""
        loop = asyncio.SelectorEventLoop(_Jump(self.time))
        loop.time = self.now  # type: ignore[method-assign]  # the whole point
        loop._clock_resolution = 1e-6  # type: ignore[attr-defined]  # after 30 years a float is no finer
        try:
            result = loop.run_until_complete(main)
            loop.run_until_complete(loop.shutdown_asyncgens())
            assert not asyncio.all_tasks(loop), "a task was left behind"
            return result
        finally:
            loop.close()

"""The clocks of the system, real or sped up."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from bide_runtime.clients.clock import AsyncSystemClock, SystemClock


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.5])
def test_the_systems_clocks_sleep_about_as_long_as_asked(seconds: float) -> None:
    """In real time, sped up: a negative sleep returns at once, and a wakeup ends a sleep."""
    clock = SystemClock(speed=50)
    before = clock.now()
    clock.sleep(seconds, threading.Event())
    assert clock.now() - before >= seconds - 0.01

    async def main() -> float:
        awaited = AsyncSystemClock(speed=50)
        start = awaited.now()
        await awaited.sleep(seconds, asyncio.Event())
        return awaited.now() - start

    assert asyncio.run(main()) >= seconds - 0.1


def test_a_wakeup_ends_a_sleep() -> None:
    """Setting the event ends a sleep of years; a sleep too long for the system is shortened."""
    wakeup = threading.Event()
    wakeup.set()
    SystemClock().sleep(1e300, wakeup)

    async def main() -> None:
        rung = asyncio.Event()
        rung.set()
        await AsyncSystemClock().sleep(float("inf"), rung)

    asyncio.run(main())


@pytest.mark.parametrize("clock", [SystemClock(), AsyncSystemClock()])
def test_the_systems_clocks_run_as_fast_as_time(clock: SystemClock | AsyncSystemClock) -> None:
    """By default, a second of the clock is a second."""
    outer = time.monotonic()
    inner = clock.now()
    threading.Event().wait(0.05)
    inner = clock.now() - inner
    outer = time.monotonic() - outer

    assert inner <= outer
    assert abs(clock.wall() - time.time()) < 3.0


@pytest.mark.parametrize("kind", [SystemClock, AsyncSystemClock])
def test_the_time_of_day_follows_the_systems(
    kind: type[SystemClock] | type[AsyncSystemClock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after someone set it; a token from another process says when its job was submitted by that clock."""
    clock = kind()
    monkeypatch.setattr(time, "time", lambda: 12.0)

    assert 12.0 == clock.wall()


@pytest.mark.parametrize("kind", [SystemClock, AsyncSystemClock])
def test_the_time_of_day_of_a_sped_up_clock_goes_on_as_fast(kind: type[SystemClock] | type[AsyncSystemClock]) -> None:
    """It begins with the real one, and runs with the clock."""
    clock = kind(speed=100)
    assert abs(clock.wall() - time.time()) < 1000.0
    before, now = clock.wall(), clock.now()
    threading.Event().wait(0.05)

    assert clock.wall() - before == pytest.approx(clock.now() - now, abs=2.0)
    assert clock.wall() - before >= 4.0


@pytest.mark.parametrize("seconds", [-1.0, 0.0])
def test_no_time_is_slept_for_no_seconds(seconds: float) -> None:
    """A pause that is over already takes no time."""
    began = time.monotonic()
    for _ in range(20):
        SystemClock().sleep(seconds, threading.Event())

    assert time.monotonic() - began < 5.0

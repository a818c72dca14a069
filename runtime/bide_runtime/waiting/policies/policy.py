"""When to poll: the default schedule, made from the spec, and policies for callers. Pure."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ...errors.client import InvalidArgument
from ...jobs.polling import Polling
from .pace import pace

_JITTER = 0.05
"""The largest share of a delay that `Adaptive` adds to it."""


class Policy(Protocol):
    """When to poll a job again. min_interval, retry_after and the deadline hold for every policy."""

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        """Seconds until the next poll, after *polls* polls of a job submitted *age* seconds ago.

        *jitter* is a new random number in [0, 1) for each call.
        """
        ...


class Adaptive(msgspec.Struct, frozen=True):
    """The default policy. Polls cluster around the time jobs usually finish.

    Without a typical time in the spec, delays grow from the minimum to the maximum interval. Up to 5 % jitter is added,
    so that jobs submitted together are not polled together.
    """

    polling: Polling

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        least = self.polling.initial_delay - age if polls == 0 else 0.0
        return max(self._without_jitter(polls, age), least) * (1 + _JITTER * jitter)

    def _without_jitter(self, polls: int, age: float) -> float:
        shortest, longest = self.polling.interval
        if self.polling.typical is None:
            return _exponential(shortest, 1.25, polls - 1, longest) if polls else max(shortest - age, 0.0)
        schedule = pace(self.polling.typical, self.polling.interval)
        if polls == 0:
            return max(schedule.first - age, 0.0)
        return schedule.delay(age)


class Fixed(msgspec.Struct, frozen=True):
    """A delay of *seconds* before each poll, the first one included."""

    seconds: float

    def __post_init__(self) -> None:
        _check_delays(self.seconds)

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return self.seconds


class Exponential(msgspec.Struct, frozen=True, kw_only=True):
    """Exponential backoff: the delay is `initial` seconds and grows by `multiplier`, up to `max_delay` seconds.

    Up to `jitter` of each delay is added to it, a share from 0 to 1.
    """

    initial: float = 1.0
    multiplier: float = 1.5
    max_delay: float = 30.0
    jitter: float = 0.1

    def __post_init__(self) -> None:
        _check_delays(self.initial, self.max_delay)
        if not 1 <= self.multiplier <= 100 or not 0 <= self.jitter <= 1:
            raise InvalidArgument("multiplier must be between 1 and 100, and jitter between 0 and 1")

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return _exponential(self.initial, self.multiplier, polls, self.max_delay) * (1 + self.jitter * jitter)


def backoff(failures: int, *, jitter: float, max_delay: float = 30.0) -> float:
    """Seconds to sleep after *failures* failures in a row: 0.5, 1, 2, 4, ... up to *max_delay*, minus up to 50 %."""
    return _exponential(0.5, 2.0, failures - 1, max_delay) * (0.5 + 0.5 * jitter)


def _exponential(initial: float, multiplier: float, times: int, max_delay: float) -> float:
    try:
        return min(initial * float(multiplier) ** times, max_delay)
    except OverflowError:
        return max_delay


def _check_delays(*seconds: float) -> None:
    for value in seconds:
        if not 0 < value < float("inf"):
            raise InvalidArgument(f"a delay must be a positive number of seconds, not {value!r}")

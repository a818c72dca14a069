"""When to poll: from what the provider says of its jobs, or by a policy of the caller. Pure."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ..errors.client import InvalidArgument
from ..jobs.polling import Polling
from .pace import pace

_JITTER = 0.05
"""The share of a pause that is added to it at the most."""


class Policy(Protocol):
    """When to look at a job again. Floor, hints and deadline are kept whatever a policy says."""

    def pause(self, *, polls: int, age: float, jitter: float) -> float:
        """Seconds until the next look, after *polls* looks at a job submitted *age* seconds ago.

        *chance* lies in [0, 1) and is new each time.
        """
        ...


class Adaptive(msgspec.Struct, frozen=True):
    """The default: looks are densest where jobs usually end.

    Without a typical time pauses grow from the shortest interval to the longest. Up to a twentieth is added by chance,
    so that jobs submitted together are not polled together for ever.
    """

    polling: Polling

    def pause(self, *, polls: int, age: float, jitter: float) -> float:
        return self._step(polls, age) * (1 + _JITTER * jitter)

    def _step(self, polls: int, age: float) -> float:
        shortest, longest = self.polling.interval
        if self.polling.typical is None:
            return _grown(shortest, 1.25, polls - 1, longest) if polls else max(shortest - age, 0.0)
        steps = pace(self.polling.typical, self.polling.interval)
        if polls == 0:
            return max(steps.first - age, 0.0)
        return steps.pause(age)


class Fixed(msgspec.Struct, frozen=True):
    """The same pause every time, *seconds* long; the first look comes after it."""

    seconds: float

    def __post_init__(self) -> None:
        _refuse_nonsense(self.seconds)

    def pause(self, *, polls: int, age: float, jitter: float) -> float:
        return self.seconds


class Exponential(msgspec.Struct, frozen=True, kw_only=True):
    """Pauses that begin with `first` seconds and grow by `factor` up to `longest`; up to `jitter` of each is added."""

    first: float = 1.0
    factor: float = 1.5
    longest: float = 30.0
    jitter: float = 0.1

    def __post_init__(self) -> None:
        _refuse_nonsense(self.first, self.longest)
        if not 1 <= self.factor <= 100 or not 0 <= self.jitter <= 1:
            raise InvalidArgument("factor must lie between 1 and 100, jitter between 0 and 1")

    def pause(self, *, polls: int, age: float, jitter: float) -> float:
        return _grown(self.first, self.factor, polls, self.longest) * (1 + self.jitter * jitter)


def backoff(tries: int, *, jitter: float, longest: float = 30.0) -> float:
    """Seconds to pause after *tries* failures in a row: between half and all of 0.5, 1, 2, 4, ... up to *longest*."""
    return _grown(0.5, 2.0, tries - 1, longest) * (0.5 + 0.5 * jitter)


def _grown(first: float, factor: float, times: int, longest: float) -> float:
    try:
        return min(first * float(factor) ** times, longest)
    except OverflowError:
        return longest


def _refuse_nonsense(*seconds: float) -> None:
    for value in seconds:
        if not 0 < value < float("inf"):
            raise InvalidArgument(f"a pause must be a positive number of seconds, not {value!r}")

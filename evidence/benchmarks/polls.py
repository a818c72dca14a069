"""At which ages each schedule looks at a job, and what that brings. Pure; time is virtual, and a look takes none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policy import Adaptive

PATHS = 40
"""How many courses of chance."""

Looks = Callable[[Random], Iterator[float]]
"""The ages at which a schedule looks, without an end."""


class Received(NamedTuple):
    """What a schedule brought, on the average of all jobs."""

    polls: float
    delay: float
    """Between the end of a job and the look that saw it, in seconds."""

    def cost(self, price: float) -> float:
        """Delay and polls in one, in seconds; *price* is that of a poll."""
        return self.delay + self.polls * price

    def __str__(self) -> str:
        return f"{self.polls:.1f} polls, {self.delay:.1f} s"


def seen(polls: Looks, times: Sequence[float]) -> Received:
    """What *looks* bring for jobs that take *times* (ascending), on the average of many courses of chance."""
    found = [seen_at(polls(Random(path)), times) for path in range(PATHS)]
    return Received(sum(each.polls for each in found) / PATHS, sum(each.delay for each in found) / PATHS)


def seen_at(ages: Iterator[float], times: Sequence[float]) -> Received:
    """What looks at these *ages* bring."""
    age, number, polls, delay = next(ages), 1, 0, 0.0
    for ends in times:
        while age < ends:
            age, number = next(ages), number + 1
        polls += number
        delay += age - ends
    return Received(polls / len(times), delay / len(times))


def ours(polling: Polling) -> Looks:
    """What a generated package does."""

    def polls(jitter: Random) -> Iterator[float]:
        policy, age, polls = Adaptive(polling), 0.0, 0
        while True:
            age += policy.delay(polls=polls, age=age, jitter=jitter.random())
            polls += 1
            yield age

    return polls


def fixed(interval: float) -> Looks:
    """The same pause each time, the first before the first look."""

    def polls(_: Random) -> Iterator[float]:
        age = 0.0
        while True:
            age += interval
            yield age

    return polls


def smithy() -> Looks:
    """A look at once; then pauses evenly drawn from `minDelay` (2 s) to a bound that doubles from there to 120 s."""
    return _drawn(least=2.0, first=2.0, factor=2.0, longest=120.0)


def google() -> Looks:
    """A look at once; then pauses evenly drawn from 0 to a bound that grows by half from 1 to 20 s."""
    return _drawn(least=0.0, first=1.0, factor=1.5, longest=20.0)


def anakin(*, first: float) -> Looks:
    """A look at once; then pauses that grow by half up to 10 s."""

    def polls(_: Random) -> Iterator[float]:
        age, pause = 0.0, first
        while True:
            yield age
            age += pause
            pause = min(pause * 1.5, 10.0)

    return polls


def _drawn(*, least: float, first: float, factor: float, longest: float) -> Looks:
    def polls(jitter: Random) -> Iterator[float]:
        age, bound = 0.0, first
        while True:
            yield age
            age += jitter.uniform(least, bound)
            bound = min(bound * factor, longest)

    return polls

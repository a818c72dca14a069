"""The ages at which each policy polls a job, and the resulting delay. Pure; in virtual time, where polls take none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from bide_runtime.jobs.polling import Polling
from bide_runtime.waiting.policies.policy import Adaptive

PATHS = 40
"""The number of random runs."""

Looks = Callable[[Random], Iterator[float]]
"""The ages at which a policy polls, without an end."""


class Received(NamedTuple):
    """The results of a policy, as the mean over all jobs."""

    polls: float
    delay: float
    """From the end of a job to the poll that detected it, in seconds."""

    def cost(self, price: float) -> float:
        """Delay and polls combined, in seconds; *price* is that of a poll."""
        return self.delay + self.polls * price

    def __str__(self) -> str:
        return f"{self.polls:.1f} polls, {self.delay:.1f} s"


def seen(polls: Looks, times: Sequence[float]) -> Received:
    """The results of *polls* for jobs with the durations *times* (ascending), as the mean over many random runs."""
    found = [seen_at(polls(Random(path)), times) for path in range(PATHS)]
    return Received(sum(each.polls for each in found) / PATHS, sum(each.delay for each in found) / PATHS)


def seen_at(ages: Iterator[float], times: Sequence[float]) -> Received:
    """The results of polls at these *ages*."""
    age, number, polls, delay = next(ages), 1, 0, 0.0
    for ends in times:
        while age < ends:
            age, number = next(ages), number + 1
        polls += number
        delay += age - ends
    return Received(polls / len(times), delay / len(times))


def ours(polling: Polling) -> Looks:
    """The default policy of a generated package."""

    def polls(jitter: Random) -> Iterator[float]:
        policy, age, polls = Adaptive(polling), 0.0, 0
        while True:
            age += policy.delay(polls=polls, age=age, jitter=jitter.random())
            polls += 1
            yield age

    return polls


def fixed(interval: float) -> Looks:
    """The same delay each time, also before the first poll."""

    def polls(_: Random) -> Iterator[float]:
        age = 0.0
        while True:
            age += interval
            yield age

    return polls


def smithy() -> Looks:
    """A poll at once; then random delays from `minDelay` (2 s) to a bound that doubles from there to 120 s."""
    return _drawn(least=2.0, first=2.0, factor=2.0, longest=120.0)


def google() -> Looks:
    """A poll at once; then random delays from 0 to a bound that grows by 50 % from 1 to 20 s."""
    return _drawn(least=0.0, first=1.0, factor=1.5, longest=20.0)


def anakin(*, first: float) -> Looks:
    """A poll at once; then delays that grow by 50 % up to 10 s."""

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

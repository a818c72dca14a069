"""The best delay between polls for a job's age and the typical duration of jobs. Pure.

Model: durations are log-normal; 10 % of them lie below the typical range and 10 % above. With a probability of 5 %
each, jobs are 3x faster or 3x slower than the provider says. If a poll costs c seconds, the best density of polls is
sqrt(h / 2c), where h is the hazard rate: the rate at which jobs of this age finish. c is derived from the provider's
interval: it is the cost for which that interval is the best fixed one.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from math import erfc, exp, log, pi, sqrt

_TENTH_QUANTILE = 1.2816
"""In standard deviations: 10 % of a normal distribution lie farther than this from its mean, to one side."""

_SPEEDS = ((0.9, 0.0), (0.05, -log(3)), (0.05, log(3)))
"""Probabilities that the provider is right, and that jobs are 3x faster or slower, with the shift of log(duration)."""

_FIRST = 1.2
"""The first poll falls where this many polls are due: a little late, because nothing is known before it."""

_MAX_FACTOR_BEFORE = 5
"""Before the earliest likely finish, a delay may be up to this many times the maximum interval."""

_POINTS = 200


class Pace:
    """When to poll jobs that usually take *early* to *late* seconds, with delays from *shortest* to *longest*."""

    def __init__(self, early: float, late: float, shortest: float, longest: float) -> None:
        self._shortest, self._longest = shortest, longest
        self._ages, self._polls = [0.0], [0.0]
        mean, deviation = log(early * late) / 2, max(log(late / early) / 2 / _TENTH_QUANTILE, 0.1)
        poll_cost = shortest * longest / 2 / exp(mean)
        first, last = log(early / 30), log(late * 12)
        for point in range(_POINTS + 1):
            age = exp(first + (last - first) * point / _POINTS)
            density = sqrt(_hazard(age, mean, deviation) / 2 / poll_cost)
            slowest = longest * (_MAX_FACTOR_BEFORE if age < early else 1)
            density = min(max(density, 1 / slowest), 1 / shortest)
            self._polls.append(self._polls[-1] + density * (age - self._ages[-1]))
            self._ages.append(age)

    @property
    def first(self) -> float:
        """The age of the job at the first poll, in seconds."""
        return max(min(self._age(_FIRST), _MAX_FACTOR_BEFORE * self._longest), self._shortest)

    def delay(self, age: float) -> float:
        """Seconds until the next poll of a job of this *age*."""
        return max(self._age(self._polls_at(age) + 1) - age, self._shortest)

    def _polls_at(self, age: float) -> float:
        """The number of polls due before this age, with a fraction."""
        after = bisect_right(self._ages, age)
        before = after - 1
        if after == len(self._ages):
            return self._polls[before] + (age - self._ages[before]) / self._longest
        share = (age - self._ages[before]) / (self._ages[after] - self._ages[before])
        return self._polls[before] + share * (self._polls[after] - self._polls[before])

    def _age(self, polls: float) -> float:
        """The age at which this many polls are due: the inverse of `_polls_at`."""
        after = bisect_right(self._polls, polls)
        before = after - 1
        if after == len(self._polls):
            return self._ages[before] + (polls - self._polls[before]) * self._longest
        share = (polls - self._polls[before]) / (self._polls[after] - self._polls[before])
        return self._ages[before] + share * (self._ages[after] - self._ages[before])


def _hazard(age: float, mean: float, deviation: float) -> float:
    """The hazard rate per second at this age: the density of jobs that finish, divided by the share still running."""
    finishing, running = 0.0, 0.0
    for share, shift in _SPEEDS:
        distance = (log(age) - mean - shift) / deviation
        finishing += share * exp(-distance * distance / 2)
        running += share * erfc(distance / sqrt(2)) / 2
    return finishing / (deviation * age * sqrt(2 * pi) * running) if running else 0.0


@lru_cache(maxsize=256)
def pace(typical: tuple[float, float], interval: tuple[float, float]) -> Pace:
    """The pace for the provider's typical time and interval, in seconds; computed once for each pair."""
    early, late = typical
    return Pace(max(early, late / 100), late, *interval)

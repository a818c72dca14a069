"""How densely to look at a job at each age, from how long jobs usually take. Pure.

Times are taken to spread evenly on a logarithmic scale, a tenth of them outside of the usual range at either end; and
some are taken to be three times shorter or longer than the provider says. Looks that cost c seconds each are best
spread at a density of sqrt(h / 2c), where h is the rate at which jobs end that have not ended yet. c is what a look
costs for whom the provider's interval is the best fixed one.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from math import erfc, exp, log, pi, sqrt

_OUTSIDE = 1.2816
"""A tenth of a normal distribution lies farther than this from its middle, to one side, in standard deviations."""

_KINDS = ((0.9, 0.0), (0.05, -log(3)), (0.05, log(3)))
"""How likely the provider is right, and how likely jobs are three times quicker or slower."""

_FIRST = 1.2
"""The first look comes a little late: it is the only one before which nothing is known."""

_LONGEST_BEFORE = 5
"""Before the earliest jobs end, a pause lasts at most so many of the longest intervals."""

_POINTS = 200


class Pace:
    """When to look at jobs that usually take *early* to *late* seconds, at pauses from *shortest* to *longest*."""

    def __init__(self, early: float, late: float, shortest: float, longest: float) -> None:
        self._shortest, self._longest = shortest, longest
        self._ages, self._polls = [0.0], [0.0]
        middle, spread = log(early * late) / 2, max(log(late / early) / 2 / _OUTSIDE, 0.1)
        poll_costs = shortest * longest / 2 / exp(middle)
        first, last = log(early / 30), log(late * 12)
        for point in range(_POINTS + 1):
            age = exp(first + (last - first) * point / _POINTS)
            density = sqrt(_hazard(age, middle, spread) / 2 / poll_costs)
            slowest = longest * (_LONGEST_BEFORE if age < early else 1)
            density = min(max(density, 1 / slowest), 1 / shortest)
            self._polls.append(self._polls[-1] + density * (age - self._ages[-1]))
            self._ages.append(age)

    @property
    def first(self) -> float:
        """The age at the first look, in seconds."""
        return max(min(self._age(_FIRST), _LONGEST_BEFORE * self._longest), self._shortest)

    def pause(self, age: float) -> float:
        """Seconds until the next look at a job of this *age*."""
        return max(self._age(self._polls_at(age) + 1) - age, self._shortest)

    def _polls_at(self, age: float) -> float:
        """How many looks belong before this age, in fractions too."""
        after = bisect_right(self._ages, age)
        before = after - 1
        if after == len(self._ages):
            return self._polls[before] + (age - self._ages[before]) / self._longest
        share = (age - self._ages[before]) / (self._ages[after] - self._ages[before])
        return self._polls[before] + share * (self._polls[after] - self._polls[before])

    def _age(self, polls: float) -> float:
        """The inverse."""
        after = bisect_right(self._polls, polls)
        before = after - 1
        if after == len(self._polls):
            return self._ages[before] + (polls - self._polls[before]) * self._longest
        share = (polls - self._polls[before]) / (self._polls[after] - self._polls[before])
        return self._ages[before] + share * (self._ages[after] - self._ages[before])


def _hazard(age: float, middle: float, spread: float) -> float:
    """At what rate jobs of this age end, in each second."""
    ending, going = 0.0, 0.0
    for share, shift in _KINDS:
        away = (log(age) - middle - shift) / spread
        ending += share * exp(-away * away / 2)
        going += share * erfc(away / sqrt(2)) / 2
    return ending / (spread * age * sqrt(2 * pi) * going) if going else 0.0


@lru_cache(maxsize=256)
def pace(typical: tuple[float, float], interval: tuple[float, float]) -> Pace:
    """The pace for what the provider says, in seconds; worked out once."""
    early, late = typical
    return Pace(max(early, late / 100), late, *interval)

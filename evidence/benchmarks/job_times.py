"""The durations of the jobs of a benchmark, and the price of a poll that follows from the documented interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import exp, log, sqrt
from random import Random
from statistics import NormalDist

from bide_runtime.jobs.polling import Polling

JOBS = 1000
"""The number of durations, at evenly spaced quantiles."""

_TAIL = 1.5
"""The index of the heavy tail."""


def asked(interval: tuple[float, float], typical: tuple[float, float]) -> Polling:
    """A provider's polling section; schedules use only its interval and typical times."""
    return Polling(interval=interval, min_interval=0.5, typical=typical, timeout=300.0)


@dataclass(frozen=True)
class Jobs:
    """Jobs as a provider describes them: log-normal, with a share of *outside* beyond each end of the typical range."""

    polling: Polling
    outside: float = 0.1

    @property
    def typical(self) -> tuple[float, float]:
        """The typical duration in seconds, from and to."""
        assert self.polling.typical is not None
        return self.polling.typical

    @property
    def interval(self) -> float:
        """The documented interval in seconds; of a range, the geometric mean."""
        return sqrt(self.polling.interval[0] * self.polling.interval[1])

    @property
    def price(self) -> float:
        """The price of a poll in seconds of delay, for which the documented interval is the best fixed one."""
        return self.interval**2 / 2 / sqrt(self.typical[0] * self.typical[1])

    @cached_property
    def times(self) -> tuple[float, ...]:
        """The duration of each job, in ascending order."""
        early, late = self.typical
        middle, spread = log(early * late) / 2, log(late / early) / 2 / NormalDist().inv_cdf(1 - self.outside)
        return tuple(exp(middle + spread * NormalDist().inv_cdf((job + 0.5) / JOBS)) for job in range(JOBS))

    @cached_property
    def heavy_tailed(self) -> tuple[float, ...]:
        """The same, with a Pareto tail above the range."""
        body, late = self.times[: round(JOBS * (1 - self.outside))], self.typical[1]
        left = JOBS - len(body)
        return (*body, *(late * ((job + 0.5) / left) ** (-1 / _TAIL) for job in reversed(range(left))))


def drawn(number: int, *, seed: int) -> Iterator[Jobs]:
    """Made-up jobs: medians of 3 s to 30 min, ranges of 1 to 1.5 up to 1 to 10, 2 to 40 intervals to the median."""
    jitter = Random(seed)
    for _ in range(number):
        median, ratio = exp(jitter.uniform(log(3), log(1800))), exp(jitter.uniform(log(1.5), log(10)))
        shortest = median / exp(jitter.uniform(log(2), log(40)))
        interval = (shortest, shortest * jitter.choice((1, 2, 3)))
        typical = (median / sqrt(ratio), median * sqrt(ratio))
        yield Jobs(asked(interval, typical), outside=jitter.choice((0.05, 0.1, 0.2)))

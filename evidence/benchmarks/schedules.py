"""Polling schedules: polls made, and the delay between a job's end and its detection. Pure; in virtual time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp, log
from statistics import quantiles

from msgspec.structs import replace

from evidence.benchmarks import polls
from evidence.benchmarks.job_times import Jobs, asked, drawn
from evidence.benchmarks.line import Line
from evidence.benchmarks.optimum import optimum
from evidence.benchmarks.polls import Looks, Received, seen, seen_at

ABOUT = """
Job times are drawn from a log-normal distribution with a tenth of the jobs outside of the provider's typical range at
either end; from the same with a Pareto tail (index 1.5) above the range; and from the first with all jobs three times
quicker or slower than the provider says. Time is virtual, and a poll takes none. The cost of a wait is its delay in
seconds, and a price for each poll: that at which the documented interval (of a range the geometric mean) is the best
fixed one, interval² / (2 x median). Ratios are of costs, but where it says "delay, no more polls": there our schedule
was given the longest interval, or the shortest, at which it makes no more polls than the peer, and ratios are of
delays. The optimum comes from dynamic programming; it is given the distribution, which no client is. It is there
twice: bound by nothing, and with no pause shorter than the provider's shortest, as a client should.

Of the constants of our schedule (`pace.py`), the shares of quicker and slower jobs were chosen on 120 made-up
providers like those of "40 others", drawn by other seeds; how late the first poll comes, and how long a pause may be
before the first jobs end, on the five ranges. Nothing was chosen on the 40 others. Their medians lie between 3 s and
30 min, their ranges between 1 to 1.5 and 1 to 10, with 5, 10 or 20% of the jobs outside at either end, and their
shortest intervals are a half to a fortieth of the median. "5 narrower" are the five ranges with half as many jobs
outside as assumed. Of both the ratio is the median, with the quartiles.
"""

WHY = """
Where a provider asks for a poll every 5 seconds of jobs that take one to two or three minutes, the unbound optimum
polls every 3 or 4 seconds while most of them end. We do not, since the provider asked us not to: that alone costs 13%
of jobs that take one to two minutes, and 5% of the others. We are within a tenth of the best times that keep to it.
Among the 40 others are narrow ranges, 1 to 2 or less, whose jobs have long ended at our first poll if they are three
times quicker. Polling early enough for those would cost 15 to 40% where the provider is right, also at the best
times.
"""

JOBS = tuple(
    Jobs(asked(interval, typical))
    for interval, typical in (
        ((2.0, 5.0), (3.0, 15.0)),
        ((2.0, 5.0), (3.0, 10.0)),
        ((10.0, 10.0), (60.0, 300.0)),
        ((5.0, 5.0), (60.0, 120.0)),
        ((5.0, 5.0), (60.0, 180.0)),
    )
)
"""The jobs of the three providers that have a documented duration."""

_HELD_OUT = 40
_SEED = 11

_STEPS = 20
"""The number of steps of the optimum in the shortest interval."""


def measure() -> Iterator[Line]:
    """Every policy on every range."""
    for jobs in JOBS:
        yield from _right(jobs)
        yield from _heavy_tailed(jobs)
        yield from _wrong(jobs, "3x quicker", times=1 / 3)
        yield from _wrong(jobs, "3x slower", times=3.0)
    yield from _together("others", tuple(drawn(_HELD_OUT, seed=_SEED)))
    yield from _together("narrower", tuple(Jobs(jobs.polling, outside=0.05) for jobs in JOBS))


def against_optimum(jobs: Jobs, *, bound: bool = True) -> float:
    """Our cost, divided by that of optimal polls, if the provider is right.

    Optimal polls are *bound* to the provider's shortest interval or not.
    """
    best = _best(jobs, jobs.times, bound=bound)
    return seen(polls.ours(jobs.polling), jobs.times).cost(jobs.price) / best.cost(jobs.price)


def against_interval(jobs: Jobs, *, times: float) -> float:
    """Our cost, divided by that of the documented interval, if jobs take *times* as long as documented."""
    actual = tuple(time * times for time in jobs.times)
    us, fixed = (seen(each, actual) for each in (polls.ours(jobs.polling), polls.fixed(jobs.interval)))
    return us.cost(jobs.price) / fixed.cost(jobs.price)


def against_rival(jobs: Jobs, rival: Looks) -> tuple[Received, Received]:
    """The results of our policy, with its interval tuned to make no more polls than the rival, and the rival's."""
    theirs = seen(rival, jobs.times)
    # From 1/20 to 20 intervals, by bisection to 1 %.
    shorter, longer = log(1 / 20), log(20)
    while longer - shorter > 0.01:
        middle = (shorter + longer) / 2
        if _with_interval(jobs, exp(middle)).polls > theirs.polls:
            shorter = middle
        else:
            longer = middle
    return _with_interval(jobs, exp(longer)), theirs


def _with_interval(jobs: Jobs, factor: float) -> Received:
    """The results of our policy with *factor* times the provider's interval."""
    shortest, longest = jobs.polling.interval
    return seen(polls.ours(replace(jobs.polling, interval=(shortest * factor, longest * factor))), jobs.times)


def rivals(jobs: Jobs) -> Mapping[str, Looks]:
    """The documented interval, and the policies of other libraries with their defaults."""
    # For its agentic search, which is to be polled every 10 s, anakin-sdk starts with 5 s, otherwise with 1 s.
    return {
        "documented interval": polls.fixed(jobs.interval),
        "Smithy": polls.smithy(),
        "google-api-core": polls.google(),
        "anakin-sdk": polls.anakin(first=5.0 if jobs.interval >= 10 else 1.0),
    }


def name_of(jobs: Jobs) -> str:
    """The provider's description of its jobs."""
    return f"{jobs.typical[0]:g}-{jobs.typical[1]:g} s"


def _right(jobs: Jobs) -> Iterator[Line]:
    said = f"{name_of(jobs)}, as said"
    us = seen(polls.ours(jobs.polling), jobs.times)
    yield _line(said, us, "optimum", _best(jobs, jobs.times, bound=False), jobs, 1.1)
    yield _line(said, us, "optimum, at the interval", _best(jobs, jobs.times, bound=True), jobs, 1.1)
    for name, rival in rivals(jobs).items():
        yield _line(said, us, name, seen(rival, jobs.times), jobs, 1.0)
    for name, rival in rivals(jobs).items():
        tuned, theirs = against_rival(jobs, rival)
        yield _compared(f"{said}: delay, no more polls", tuned, name, theirs, tuned.delay / theirs.delay, 1.0)


def _heavy_tailed(jobs: Jobs) -> Iterator[Line]:
    said, times = f"{name_of(jobs)}, heavy tail", jobs.heavy_tailed
    us = seen(polls.ours(jobs.polling), times)
    yield _line(said, us, "optimum", _best(jobs, times, bound=False), jobs)
    yield _line(said, us, "optimum, at the interval", _best(jobs, times, bound=True), jobs)
    for name, rival in rivals(jobs).items():
        yield _line(said, us, name, seen(rival, times), jobs)


def _wrong(jobs: Jobs, kind: str, *, times: float) -> Iterator[Line]:
    actual = tuple(time * times for time in jobs.times)
    us = seen(polls.ours(jobs.polling), actual)
    for name, rival in rivals(jobs).items():
        reach = 2.0 if name == "documented interval" else None
        yield _line(f"{name_of(jobs)}, {kind}", us, name, seen(rival, actual), jobs, reach)


def _together(which: str, several: Sequence[Jobs]) -> Iterator[Line]:
    """The results of many providers in a few lines."""
    named = f"{len(several)} {which}"
    yield _spread(f"{named}, as said", "optimum", [against_optimum(jobs, bound=False) for jobs in several], 1.1)
    yield _spread(f"{named}, as said", "optimum, at the interval", [against_optimum(jobs) for jobs in several], 1.1)
    for kind, times in ("3x quicker", 1 / 3), ("3x slower", 3.0):
        ratios = [against_interval(jobs, times=times) for jobs in several]
        yield _spread(f"{named}, {kind}", "documented interval", ratios, 2.0)


def _spread(measure: str, against: str, ratios: Sequence[float], reach: float) -> Line:
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    return Line(
        measure=measure,
        ours=f"{sum(ratio <= reach for ratio in ratios)} within {reach:g}, the worst {max(ratios):.2f}",
        against=against,
        ratio=middle,
        low=low,
        high=high,
    )


def _line(said: str, us: Received, against: str, theirs: Received, jobs: Jobs, reach: float | None = None) -> Line:
    return _compared(said, us, against, theirs, us.cost(jobs.price) / theirs.cost(jobs.price), reach)


def _compared(said: str, us: Received, against: str, theirs: Received, ratio: float, reach: float | None) -> Line:
    return Line(
        measure=said,
        ours=str(us),
        against=against,
        theirs=str(theirs),
        ratio=ratio,
        reach="" if reach is None else f"≤ {reach:g}",
        met=None if reach is None else ratio <= reach,
    )


def _best(jobs: Jobs, times: Sequence[float], *, bound: bool) -> Received:
    shortest = jobs.polling.interval[0]
    step = shortest / _STEPS
    found = optimum(times, price=jobs.price, step=step, shortest=shortest if bound else step)
    return seen_at(iter((*found, times[-1])), times)

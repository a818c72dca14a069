"""When to look: polls made, and the delay between a job's end and our noticing it. Pure; time is virtual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import exp, log, sqrt
from random import Random
from statistics import NormalDist

from bide.runtime.schedule import Adaptive, Polling

from .line import Line
from .optimum import costs, optimum

ABOUT = """
Job times are drawn from a log-normal distribution with a tenth of the jobs outside of the provider's typical range
at either end; from the same with a Pareto tail (index 1.5) above the range; and from the first with all jobs three
times quicker or slower than the provider says. Time is virtual, and a poll takes none. The cost of a wait is its
delay in seconds, and a price for each poll: that at which the documented interval (of a range the geometric mean)
is the best fixed one, interval² / (2 x median). Ratios are of costs. The optimum knows the distribution, which no
client does, and is bound by the shortest interval alone.
"""

WHY = """
Where jobs take minutes and the provider asks for a poll every 5 or 10 seconds, the optimum makes its first look
near the end of the first minute; we show a sign of life within three intervals, and go on looking in case the
provider is wrong. Those are the polls too many; a poll's jitter, which the optimum has not, costs the rest. The
optimum itself costs several times the documented interval where jobs are three times quicker, and we may cost twice
that at the most.
"""

POLLINGS = (
    Polling(interval=(2.0, 5.0), typical=(3.0, 15.0)),
    Polling(interval=(2.0, 5.0), typical=(3.0, 10.0)),
    Polling(interval=(10.0, 10.0), typical=(60.0, 300.0)),
    Polling(interval=(5.0, 5.0), typical=(60.0, 120.0)),
    Polling(interval=(5.0, 5.0), typical=(60.0, 180.0)),
)
"""What the three providers say of their jobs, where they say how long they take."""

JOBS = 200
PATHS = 40
"""How many job times, at evenly spaced quantiles, and how many courses of chance."""

Looks = Callable[[Random], Iterator[float]]
"""The ages at which a schedule looks, without an end."""


def measure() -> Iterator[Line]:
    """Every schedule on every range."""
    for polling in POLLINGS:
        early, late = polling.typical or (0.0, 0.0)
        for kind, times in _kinds(polling):
            said = f"{early:g}-{late:g} s, {kind}"
            ours = _cost(_ours(polling), times, polling)
            best = costs(_best(polling, times).__getitem__, times) if kind in ("as said", "heavy tail") else None
            if best is not None:
                yield _line(said, ours, "optimum", best, polling, 1.1 if kind == "as said" else None)
            for name, rival in _rivals(polling).items():
                reach = {"as said": 1.0, "heavy tail": None}.get(kind, 2.0 if name == "documented interval" else None)
                yield _line(said, ours, name, _cost(rival, times, polling), polling, reach)


def against_optimum(polling: Polling) -> float:
    """Our cost, by that of the best looks there are, where the provider is right."""
    times = _lognormal(polling)
    return _price_of(_cost(_ours(polling), times, polling), polling) / _price_of(
        costs(_best(polling, times).__getitem__, times), polling
    )


def against_interval(polling: Polling, *, times: float) -> float:
    """Our cost, by that of the documented interval, where jobs take so many times what the provider says."""
    actual = tuple(time * times for time in _lognormal(polling))
    ours, fixed = (_cost(looks, actual, polling) for looks in (_ours(polling), _fixed(_interval(polling))))
    return _price_of(ours, polling) / _price_of(fixed, polling)


def _line(
    measure: str,
    ours: tuple[float, float],
    against: str,
    theirs: tuple[float, float],
    polling: Polling,
    reach: float | None,
) -> Line:
    ratio = _price_of(ours, polling) / _price_of(theirs, polling)
    return Line(
        measure=measure,
        ours=f"{ours[0]:.1f} polls, {ours[1]:.1f} s",
        against=against,
        theirs=f"{theirs[0]:.1f} polls, {theirs[1]:.1f} s",
        ratio=ratio,
        reach="" if reach is None else f"≤ {reach:g}",
        met=None if reach is None else ratio <= reach,
    )


def _price_of(seen: tuple[float, float], polling: Polling) -> float:
    early, late = polling.typical or (1.0, 1.0)
    return seen[1] + seen[0] * _interval(polling) ** 2 / 2 / sqrt(early * late)


def _interval(polling: Polling) -> float:
    shortest, longest = polling.interval
    return sqrt(shortest * longest)


def _kinds(polling: Polling) -> Iterator[tuple[str, tuple[float, ...]]]:
    right = _lognormal(polling)
    yield "as said", right
    yield "heavy tail", _heavy(polling)
    yield "3x quicker", tuple(time / 3 for time in right)
    yield "3x slower", tuple(time * 3 for time in right)


def _lognormal(polling: Polling) -> tuple[float, ...]:
    early, late = polling.typical or (1.0, 1.0)
    middle, spread = log(early * late) / 2, log(late / early) / 2 / NormalDist().inv_cdf(0.9)
    return tuple(exp(middle + spread * NormalDist().inv_cdf((job + 0.5) / JOBS)) for job in range(JOBS))


def _heavy(polling: Polling) -> tuple[float, ...]:
    times = _lognormal(polling)
    body, late = times[: JOBS * 9 // 10], (polling.typical or (1.0, 1.0))[1]
    left = JOBS - len(body)
    return (*body, *(late * ((job + 0.5) / left) ** (-1 / 1.5) for job in reversed(range(left))))


@cache
def _best(polling: Polling, times: tuple[float, ...]) -> tuple[float, ...]:
    early, late = polling.typical or (1.0, 1.0)
    price = _interval(polling) ** 2 / 2 / sqrt(early * late)
    return optimum(times, price=price, shortest=polling.interval[0])


def _cost(looks: Looks, times: Sequence[float], polling: Polling) -> tuple[float, float]:
    """Mean polls and mean delay."""
    found = [costs(_Course(looks(Random(path))), times) for path in range(PATHS)]
    return sum(polls for polls, _ in found) / PATHS, sum(delay for _, delay in found) / PATHS


class _Course:
    """The looks of one course of chance, by their number."""

    def __init__(self, looks: Iterator[float]) -> None:
        self._looks, self._seen = looks, list[float]()

    def __call__(self, number: int) -> float:
        while number >= len(self._seen):
            self._seen.append(next(self._looks))
        return self._seen[number]


def _ours(polling: Polling) -> Looks:
    def looks(chance: Random) -> Iterator[float]:
        policy, age, polls = Adaptive(polling), 0.0, 0
        while True:
            age += policy.pause(polls=polls, age=age, chance=chance.random())
            polls += 1
            yield age

    return looks


def _rivals(polling: Polling) -> dict[str, Looks]:
    return {
        "documented interval": _fixed(_interval(polling)),
        "Smithy": _growing(first=2.0, factor=2.0, longest=120.0, least=2.0),
        "google-api-core": _growing(first=1.0, factor=1.5, longest=20.0, least=0.0),
        "anakin-sdk": _anakin(polling),
    }


def _fixed(interval: float) -> Looks:
    def looks(_: Random) -> Iterator[float]:
        age = 0.0
        while True:
            age += interval
            yield age

    return looks


def _growing(*, first: float, factor: float, longest: float, least: float) -> Looks:
    """A look at once; then pauses evenly drawn from *least* to a bound that grows.

    With Smithy's waiters the least is `minDelay` (2 s) and the bound doubles from there to 120 s; with
    google-api-core's polling it is 0, and the bound grows by half from 1 to 20 s.
    """

    def looks(chance: Random) -> Iterator[float]:
        age, bound = 0.0, first
        while True:
            yield age
            age += chance.uniform(least, bound)
            bound = min(bound * factor, longest)

    return looks


def _anakin(polling: Polling) -> Looks:
    """A look at once; then pauses that grow by half from 1 to 10 s, and from 10 s for its agentic search."""

    def looks(_: Random) -> Iterator[float]:
        age, pause = 0.0, 10.0 if polling.interval[0] >= 10 else 1.0
        while True:
            yield age
            age += pause
            pause = min(pause * 1.5, 10.0)

    return looks

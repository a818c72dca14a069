"""The arithmetic: what so many jobs a day need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from statistics import mean

from evidence.benchmarks.job_times import Jobs, asked
from evidence.scale.factors import Factors

DAY = 86_400

BUSY = 0.6
"""How much of a core is planned for; the rest is for what the day brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The jobs of a day, all of one typical duration."""

    jobs: int
    peak: float
    """The busiest second beside the mean."""
    typical: tuple[float, float]
    """Seconds."""
    limit: float
    """Submits per minute that the provider takes of one key."""

    @property
    def name(self) -> str:
        """As on the page of benchmarks."""
        return f"{self.typical[0]:g}-{self.typical[1]:g} s"

    @property
    def rate(self) -> float:
        """Jobs per second, on average."""
        return self.jobs / DAY

    @property
    def duration(self) -> float:
        """The mean duration of a job in seconds: log-normal, a tenth outside of the range at either end."""
        return mean(Jobs(asked((1.0, 1.0), self.typical)).times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result, and how it comes about."""

    what: str
    value: str
    how: str


def rows(load: Load, factors: Factors) -> Iterator[Row]:
    """What the load needs, from the requests to the provider's limit."""
    rate, peak = load.rate, load.rate * load.peak
    polls = factors.polls[load.name]
    yield Row(what="jobs per second, mean and peak", value=f"{rate:,.0f}, {peak:,.0f}", how="jobs / 86,400; x peak")
    yield Row(what="polls per job", value=f"{polls:g}", how="measured")
    yield Row(what="polls per second, at the peak", value=f"{peak * polls:,.0f}", how="jobs x polls")
    in_flight = peak * load.duration
    yield Row(
        what="jobs in flight, at the peak",
        value=f"{in_flight:,.0f}",
        how=f"jobs x the mean duration, {load.duration:.3g} s",
    )
    yield Row(what="memory of them", value=_size(in_flight * factors.memory), how=f"x {factors.memory / 1000:g} kB")
    cores = peak * (polls / factors.polls_per_core + factors.submit) / BUSY
    yield Row(
        what="cores that submit and poll",
        value=_count(cores),
        how=f"polls / {factors.polls_per_core:,.0f} + jobs x {factors.submit * 1e6:.0f} µs, {BUSY:.0%} busy",
    )
    yield Row(
        what="more with a ledger",
        value=_count(peak * factors.ledger / BUSY),
        how=f"jobs x {factors.ledger * 1e6:.0f} µs",
    )
    yield Row(
        what="transactions and syncs per second",
        value=f"{peak * factors.commits:,.0f}, {peak * factors.syncs:,.0f}",
        how=f"jobs x {factors.commits:.2f}, {factors.syncs:.3f}; a file takes {factors.written:,.0f} submits",
    )
    yield Row(
        what="growth of the ledger in a day",
        value=_size(load.jobs * factors.ledger_size),
        how=f"jobs x {factors.ledger_size / 1000:g} kB, with small results",
    )
    yield Row(
        what="events per second in Temporal, at the peak",
        value=f"{peak * factors.events:,.0f}",
        how=f"jobs x {factors.events:.0f}, however many polls",
    )
    yield Row(
        what="histories of a day",
        value=_size(load.jobs * factors.history),
        how=f"jobs x {factors.history / 1000:g} kB, with small results",
    )
    yield Row(
        what=f"keys, at {load.limit:g} submits a minute each",
        value=f"{ceil(peak * 60 / load.limit):,}",
        how="jobs x 60 / limit",
    )


def _count(cores: float) -> str:
    return f"{cores:.1f}" if cores < 10 else f"{cores:,.0f}"


def _size(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"

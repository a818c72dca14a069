"""The page about scale."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.scale.factors import Factors
from evidence.scale.fleet import Load, rows

_HEAD = """\
# {jobs} million jobs a day

What they need, by arithmetic: nobody has run so many here. Each factor was measured in this repository, on one machine
of two cores; the pages with the measurements are named below. Written by `make scale`, which reads the factors from
those pages. For other numbers, `python -m evidence.scale --jobs 1000000 --peak 5 --limit 600` prints the same page.

Two kinds of jobs: of 3 to 15 seconds, and of 1 to 5 minutes, as two of Anakin's are documented. The busiest second has
{peak:g} times the mean, which is a guess: take your own.

| | {names} | how |
|---|{lines}---|
"""

_FOOT = """
## Where the factors are from

| factor | page |
|---|---|
| polls per job | [When to poll](benchmarks.md#when-to-poll): our schedule, jobs as long as the provider says |
| polls per core, memory per job in flight | [Thousands of jobs at once](benchmarks.md#thousands-of-jobs-at-once): \
5,000 jobs in one asyncio process |
| CPU of a job beside its polls | [A million inputs](benchmarks.md#a-million-inputs): a job of `run_many` on the fake; \
the fake's own part is in it, so it is too much |
| a ledger's CPU, transactions, syncs and size | [A batch on a ledger](benchmarks.md#a-batch-on-a-ledger) |
| Temporal's events and bytes | [Killed workers and servers of Temporal](temporal-kills.md) |
| submits a minute | the limit that [Anakin documents](https://anakin.io/docs/documentation/rate-limits) for its URL \
scraper |

## What follows

**The provider's limit comes first.** At {limit:g} submits a minute for a key, {keys} keys are needed, or a limit that
is as much higher. A limit on all requests would count the polls as well. Nothing on this page helps against it; ask the
provider first.

**Polling is cheap.** Short jobs need a core or less, long ones a few, since a longer job is polled at longer intervals.
Beyond 5,000 jobs in one process, polls come late: split the inputs over processes. They can share
[one ledger](ledger.md), on one machine, and with it the rate limit. If the provider answers for
[several jobs at once](many-jobs.md), divide the polls by their number; with [webhooks](webhooks.md) most polls are
saved.

**A ledger is enough on one machine.** At the peak it writes down a small part of the submits that it could. What it
lacks is a second machine: if this one dies for good, its ledger is gone with it.

**Temporal needs a real cluster.** A poll adds no event, but a job does, {events:.0f} of them. Each event is written to
its database, at the peak {written} a second. The development server of Temporal, which the measurements here use, is
not made for that; what a cluster can take must be measured there. Histories of a day stay as long as the retention of
the namespace says. Put large results elsewhere, as [Temporal](temporal.md) describes.
"""


def text(loads: Sequence[Load], factors: Factors) -> str:
    """The page."""
    tables = [list(rows(load, factors)) for load in loads]
    head = _HEAD.format(
        jobs=f"{loads[0].jobs / 1e6:g}",
        peak=loads[0].peak,
        names=" | ".join(f"jobs of {load.name}" for load in loads),
        lines="---|" * len(loads),
    )
    lines = [
        f"| {same[0].what} | {' | '.join(row.value for row in same)} | {_how([row.how for row in same])} |\n"
        for same in zip(*tables, strict=True)
    ]
    foot = _FOOT.format(
        limit=loads[0].limit,
        keys=tables[0][-1].value,
        events=factors.events,
        written=f"{loads[0].rate * loads[0].peak * factors.events:,.0f}",
    )
    return head + "".join(lines) + foot


def _how(told: Sequence[str]) -> str:
    """How the values of one line come about: once, if it is the same for all."""
    return "; ".join(dict.fromkeys(told))

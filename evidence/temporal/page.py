"""The page about kills."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.temporal.campaign import Campaign, Counted
from evidence.temporal.polls import Grown

_HEAD = """\
# Killed workers and servers of Temporal

What became of jobs in [workflows of Temporal](temporal.md) when a worker or the server was killed. Each row has its own
development server, simulator and workers, as processes on one machine; a worker is one that a user would write, and one
of three is killed. Scrapio has idempotency keys, and Anakin has none. Written by `make temporal`.

| killed | how | provider | where | workflows | results | unsure | jobs at the provider | paid twice | lost | \
polls too early | seconds to take over |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""

_FOOT = """
*Unsure*: the workflow failed with `SubmitUncertain`. Without keys nobody can know what became of a submit whose worker
is gone. *Seconds to take over*: from the kill until no activity is in the hands of the dead worker; after a kill of the
server, which is away for 2 s of them, until the next poll reaches the provider. The histories of all {replayed}
workflows were replayed without a difference.

A job with {grown.polls} polls has {grown.events} events of {kilobytes:.1f} kB in its history, and so has one with a
single poll.
"""

_HOW = {"worker": ("worker", "SIGKILL"), "worker stopped": ("worker", "SIGTERM"), "server": ("server", "SIGKILL")}


def text(found: Iterable[tuple[Campaign, Counted]], grown: Grown) -> str:
    """The page."""
    found = list(found)
    rows = "".join(_row(campaign, counted) for campaign, counted in found)
    replayed = sum(counted.replayed for _, counted in found)
    return _HEAD + rows + _FOOT.format(replayed=replayed, grown=grown, kilobytes=grown.size / 1000)


def _row(campaign: Campaign, counted: Counted) -> str:
    what, how = _HOW[campaign.killed]
    cells = (what, how, campaign.provider.title(), campaign.where, campaign.jobs, counted.results, counted.unsure)
    more = (counted.made, counted.paid_twice, counted.lost, counted.early_polls, f"{counted.takeover:.1f}")
    return f"| {' | '.join(map(str, cells + more))} |\n"

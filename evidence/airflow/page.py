"""The page about kills."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.airflow.campaign import Counted
from evidence.airflow.campaigns import Campaign
from evidence.airflow.stack import HEARTBEAT_TIMEOUT, ORPHANS_CHECK

_HEAD = """\
# Killed workers, triggerers and schedulers of Airflow

What became of jobs in [tasks of Airflow](airflow.md) when a part of Airflow was killed, or a person stopped the tasks.
All parts are processes on one machine: API server, scheduler with 8 workers (`LocalExecutor`), DAG processor,
triggerer, and a simulator for each row. Tasks have 3 retries. Scrapio has idempotency keys, and Anakin has none.
Written by `make airflow`, with {versions}.

| killed | how | provider | where | tasks | results | unsure | cancelled | jobs at the provider | paid twice | lost | \
polls too early | seconds to take over |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""

_FOOT = """
*Unsure*: the task failed without a retry. Without keys nobody can know what became of a submit whose worker is gone.
*Cancelled*: jobs that the provider was asked to cancel. *Seconds to take over*: from the kill until the tasks that were
running have another attempt, or have ended; for a triggerer and for cleared tasks until the next poll reaches the
provider. A killed part is started again after 2 s.

Here Airflow gives a task up after {timeout} s without a heartbeat, and looks for the tasks of a dead scheduler every
{orphans} s; by default both are 300 s. A triggerer is given up after 30 s, the default.

The API key was found in no log, in no XCom and in no template, and not in the database but encrypted.
"""


def text(found: Iterable[tuple[Campaign, Counted]], versions: str) -> str:
    """The page."""
    rows = "".join(_row(campaign, counted) for campaign, counted in found)
    return _HEAD.format(versions=versions) + rows + _FOOT.format(timeout=HEARTBEAT_TIMEOUT, orphans=ORPHANS_CHECK)


def _row(campaign: Campaign, counted: Counted) -> str:
    cells = (campaign.killed, campaign.how, campaign.provider.title(), campaign.where, campaign.jobs)
    ends = (counted.results, counted.unsure, counted.cancelled, counted.made, counted.paid_twice, counted.lost)
    last = (counted.early_polls, f"{counted.takeover:.1f}")
    return f"| {' | '.join(map(str, (*cells, *ends, *last)))} |\n"

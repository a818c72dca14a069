"""The page about kills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidence.engines.campaign import ENGINES, LEFT, Campaign, Counted

_HEAD = """\
# Killed workers of Celery, Procrastinate, DBOS and Restate

What became of jobs when the worker was killed with SIGKILL at a random moment and started again at once, as a
supervisor does. The workers are the examples of the pages on [Celery](celery.md), [Procrastinate](procrastinate.md),
[DBOS](dbos.md) and [Restate](restate.md), word for word but for addresses. Each row has its own server, simulator and
worker, as processes on one machine, and 2 kills, each with 20 jobs of 12 s. Scrapio has idempotency keys, and Anakin
has none; for it the examples are changed to its package and kind of job. Written by `make engines`.

| engine | provider | killed | kills | jobs wanted | jobs at the provider | done | unsure | paid twice | lost | \
polls too early | seconds to take over |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""

_FOOT = """
*Unsure*: the job ended with `SubmitUncertain`. Without keys nobody can know what became of a submit whose worker is
gone. Here submits are slow, and up to 20 of them are under way at the kill. *Seconds to take over*: from the kill to
the next request for a job that the dead worker had, the least and the most. For Celery it is the visibility timeout of
its example, {visibility} s, less the age of the message, plus up to 10 s. For Procrastinate it is up to 30 s after the
last heartbeat, plus up to 5 s until the task `take_over` runs. DBOS and Restate go on as soon as the worker is back.

DBOS goes on only when a worker of the same name is started. In one more run the dead worker was away for {left} s,
while another one ran: of {held} jobs that the dead one had, the other took over {others} in this time. They went on
{back} s after the dead one was started again.

## The naive way

A Celery task that calls `run()`, with `acks_late`:

| what happened | jobs wanted | jobs at the provider | done | paid twice |
|---|---|---|---|---|
"""

_WRITTEN = """
A message is delivered again after the visibility timeout, also if its task still runs, and the second `run()` is a
second job.

## What is written

20 jobs of 40 s, nothing killed, on Scrapio. *Written*: the growth of Redis' append-only file, of PostgreSQL's
write-ahead log, or what the process of the Restate server has written to disk, with what each engine writes when idle.

| engine | polls per job | kB written per job |
|---|---|---|
"""


def text(found: Iterable[tuple[Campaign, Counted]], versions: Mapping[str, str]) -> str:
    """The page."""
    found = list(found)
    kills = [each for each in found if each[0].where != "nothing" and not (each[0].is_naive or each[0].is_left)]
    naive = [each for each in found if each[0].is_naive and each[0].engine == "celery"]
    written = [each for each in found if each[0].where == "nothing" and each not in naive]
    [left] = [counted for campaign, counted in found if campaign.is_left]
    foot = _FOOT.format(
        visibility=60,
        left=LEFT,
        held=len(left.takeovers),
        others=sum(seconds < LEFT for seconds in left.takeovers),
        back=f"{max(left.takeovers) - LEFT:.0f}",
    )
    parts = [_HEAD, *(_row(*each) for each in kills), foot, *(_naive_row(*each) for each in naive)]
    parts += [_WRITTEN, *(_written_row(*each) for each in written)]
    names = ", ".join(f"{name} {number}" for name, number in versions.items())
    return "".join(parts) + f"\nVersions: {names}.\n"


def _row(campaign: Campaign, counted: Counted) -> str:
    took = counted.takeovers
    seconds = f"{min(took):.1f} to {max(took):.1f}" if took else ""
    cells = (ENGINES[campaign.engine].title, campaign.provider.title(), campaign.where, counted.kills, counted.wanted)
    more = (counted.made, counted.done, counted.unsure, counted.paid_twice, counted.lost, counted.early_polls, seconds)
    return _line(*cells, *more)


def _naive_row(campaign: Campaign, counted: Counted) -> str:
    what = "jobs of 40 s, a visibility timeout of 20 s"
    if campaign.where != "nothing":
        what = f"jobs of {campaign.duration} s, a visibility timeout of 20 s, {counted.kills} kill"
    return _line(what, counted.wanted, counted.made, counted.done, counted.paid_twice)


def _written_row(campaign: Campaign, counted: Counted) -> str:
    title = ENGINES[campaign.engine].title + (", each poll as a step" if campaign.is_naive else "")
    jobs = counted.wanted
    return _line(title, f"{counted.polls / jobs:.1f}", f"{counted.written / jobs / 1000:.1f}")


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"

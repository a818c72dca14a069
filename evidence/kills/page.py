"""The page about kills."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.kills.campaign import Campaign, Counted

_HEAD = """\
# Killed batches

What became of batches with a [ledger](ledger.md) whose processes were killed at random moments, 20 to 500 ms apart.
Each process runs the loop that a user would write, on a simulator of a provider: Scrapio, which has idempotency keys,
Anakin, which has none, or Ferry, which is made up and has none either, but a list in which jobs are found by a
reference. After some kills the loops are left to end, and the simulator's counts are compared with the ledger and with
what the loops were given. Written by `make kills KILLS={kills}`.

| how | kills | inputs | jobs | unsure | paid twice | lost | handed out twice | polls too early |
|---|---|---|---|---|---|---|---|---|
"""

_FOOT = """
*Unsure*: without keys, nobody can know what became of a submit that was under way when its process was killed. It is
not sent again by itself. At most 10 submits of a process are under way at a time, so that a kill leaves at most 10 of
them; here jobs are short, and many of the kills come while the first are submitted. With keys it is sent again with the
same key; with a reference its job is searched for, and sent again only if it is not there. *Handed out twice*: an
outcome came again although the loop had gone on after it.

*Harsh*: a tenth of the submits get no reply, a tenth of the jobs fail, and others meet 429, 502, 503 and replies that
are cut. *Power cut*: all processes end at once, and the database loses what was not synced to disk; then an outcome may
be handed out again, and this is not counted. The write-ahead log is cut to its length at the last sync; that the sync
itself reaches the disk is SQLite's and the disk's promise, and was not tried.
"""


def text(found: Iterable[tuple[Campaign, Counted]], kills: int) -> str:
    """The page."""
    total = Counted()
    rows = []
    for campaign, counted in found:
        rows.append(_row(campaign.name, counted))
        total.add(counted)
    rows.append(_row("**all**", total))
    return _HEAD.format(kills=kills) + "\n".join(rows) + "\n" + _FOOT


def _row(name: str, counted: Counted) -> str:
    values = (
        counted.kills,
        counted.inputs,
        counted.jobs,
        counted.unsure,
        counted.paid_twice,
        counted.lost,
        counted.handed_twice,
        counted.early_polls,
    )
    return f"| {name} | " + " | ".join(f"{value:,}" for value in values) + " |"

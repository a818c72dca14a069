"""The arithmetic of `docs/scale.md`."""

from __future__ import annotations

from pathlib import Path

import pytest
from evidence.scale.factors import Factors, NotMeasured, Place, factors
from evidence.scale.fleet import DAY, Load, rows
from evidence.scale.page import text

FACTORS = Factors(
    polls={"10-10 s": 4.0},
    polls_per_core=1_000.0,
    memory=5_000.0,
    submit=0.001,
    ledger=0.003,
    ledger_size=500.0,
    commits=1.5,
    syncs=0.25,
    written=10_000.0,
    events=19.0,
    history=4_000.0,
)

LOAD = Load(jobs=100 * DAY, peak=2.0, typical=(10.0, 10.0), limit=60.0)


def test_the_arithmetic() -> None:
    """100 jobs a second, 200 at the peak, each of 10 s and with 4 polls."""
    assert [(row.what, row.value) for row in rows(LOAD, FACTORS)] == [
        ("jobs per second, mean and peak", "100, 200"),
        ("polls per job", "4"),
        ("polls per second, at the peak", "800"),
        ("jobs in flight, at the peak", "2,000"),
        ("memory of them", "10 MB"),
        ("cores that submit and poll", "1.7"),
        ("more with a ledger", "1.0"),
        ("transactions and syncs per second", "300, 50"),
        ("growth of the ledger in a day", "4.3 GB"),
        ("events per second in Temporal, at the peak", "3,800"),
        ("histories of a day", "34.6 GB"),
        ("keys, at 60 submits a minute each", "200"),
    ]


def test_each_factor_is_on_a_page() -> None:
    """The pages that are committed have them all."""
    found = factors()

    assert set(found.polls) == {"3-15 s", "60-300 s"}
    assert "| polls per job |" in text([LOAD], FACTORS)


def test_a_figure_that_is_missing_is_named(tmp_path: Path) -> None:
    """A page whose wording has changed gives no wrong result."""
    (tmp_path / "a.md").write_text("| speed | fast |", encoding="utf-8")

    with pytest.raises(NotMeasured, match="has no line like"):
        Place("a.md", r"speed \| #").read(tmp_path)

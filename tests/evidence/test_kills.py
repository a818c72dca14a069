"""Batches on a ledger whose processes are killed. `make kills` does the same for longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from evidence.kills.__main__ import CAMPAIGNS
from evidence.kills.campaign import Campaign, Counted, _given
from evidence.kills.page import text

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", range(len(CAMPAIGNS)), ids=lambda number: CAMPAIGNS[number].name)
def test_killed_batches_lose_nothing_and_pay_once(number: int) -> None:
    """Seven processes end by SIGKILL or lose what was not synced: each input has one job and one outcome."""
    command = [sys.executable, "-m", "evidence.kills", "--kills", "7", "--only", str(number)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert "paid_twice=0, lost=0" in done.stdout


def test_the_judge_sees_an_outcome_that_comes_again(tmp_path: Path) -> None:
    """It is one too many only if the loop had gone on after it."""
    told = tmp_path / "told.txt"
    told.write_text("1 got a ok\n1 next a ok\n1 got b ok\n1 next b ok\n2 got a ok\n2 got b ok\n", encoding="utf-8")

    assert ({"a", "b"}, {"a"}) == _given(told, frozenset({"ok"}))


def test_the_page_has_a_row_for_each_way() -> None:
    """And one for all."""
    page = text([(Campaign("scrapio", 2), Counted(kills=3, inputs=40, jobs=40))], 3)

    assert "| SIGKILL, 2 blocking, quick provider, keys | 3 | 40 | 40 | 0 | 0 | 0 | 0 | 0 |" in page
    assert "| **all** | 3 |" in page

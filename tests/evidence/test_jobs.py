"""The specs of public job APIs, and the page that counts them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from evidence.jobs.page import FILLED, PAGE, REASONS, declared, text, used
from evidence.jobs.rows import SPECS, rows

from bide.cli.app import main


def test_the_specs_have_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide check --strict` reports none."""
    assert main(["check", "--strict", *map(str, SPECS)]) == 0, capsys.readouterr().err


def test_every_job_is_in_a_row() -> None:
    """The page counts each job and operation of the specs, and nothing else."""
    assert used() == declared()


def test_no_submit_is_counted_twice() -> None:
    """The addresses in the rows of a document differ."""
    counts = Counter((row.document, submit) for row in rows() for submit in row.submits)

    assert [each for each, number in counts.items() if number > 1] == []


def test_the_count_is_that_of_the_list() -> None:
    """387 submits at 186 polls of 56 documents; at least 94 of 100 can be said."""
    found = list(rows())
    total = sum(len(row.submits) for row in found)

    assert (len({row.document for row in found}), len(found), total) == (56, 186, 387)
    assert sum(row.said for row in found) >= 0.94 * total


def test_every_reason_is_explained() -> None:
    """The keys in rows.yaml are those of the page, and none is left over."""
    found = list(rows())

    assert {reason for row in found for reason in row.unsaid.values()} == set(REASONS)
    assert {row.filled for row in found} - {""} == set(FILLED)


def test_the_page_is_that_of_the_rows() -> None:
    """`make jobs` would change nothing."""
    assert text() == PAGE.read_text(encoding="utf-8"), f"run `make jobs`, and commit {Path(PAGE).name}"

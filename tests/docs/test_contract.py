"""The page of the waiting contract: each promise has a row, and the tests that it names are generated."""

from __future__ import annotations

import re

import pytest

from tests.docs.reader import REPOSITORY

PAGE = REPOSITORY / "docs" / "contract.md"
TEMPLATES = REPOSITORY / "generator" / "bide" / "emit" / "templates" / "tests"


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.py.jinja").read_text(encoding="utf-8")


def _rows() -> dict[str, set[str]]:
    """The tests of each promise, by its number."""
    rows = re.findall(r"^\| (W\d+) (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: set(re.findall(r"`(test_\w+)`", row)) for name, row in rows}


def test_each_promise_has_a_row() -> None:
    """W1 to W16, in this order."""
    assert [f"W{number}" for number in range(1, 17)] == list(_rows())


@pytest.mark.parametrize("promise", _rows())
def test_each_named_test_exists(promise: str) -> None:
    """Each promise names at least one test, and Bide generates every test that it names."""
    named = _rows()[promise]
    generated = set(re.findall(r"^def (test_\w+)", _template("test_waiting") + _template("test_batches"), re.MULTILINE))

    assert named
    assert named <= generated


def test_each_test_of_a_promise_is_named() -> None:
    """A generated test whose docstring starts with the number of a promise is in the row of the promise."""
    rows, text = _rows(), _template("test_waiting")
    found = re.findall(r'^def (test_\w+)\(.*\n    """((?:W\d+(?:, )?)+):', text, re.MULTILINE)

    assert found
    for name, promises in found:
        for promise in promises.split(", "):
            assert name in rows[promise], name

"""The run that tries the HTTP engines of Rust, without those engines."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from evidence.rust_engines.adapters.meaning import HeadersTooLarge, meaning
from evidence.rust_engines.conformance import Result, counts, results
from evidence.rust_engines.page import text, verdict
from evidence.rust_engines.reasons import HEADERS, OTHER, UNSENT, reason
from evidence.rust_engines.runs import Run, outcomes, runs
from evidence.rust_engines.short import CLASSES, ENDINGS, PAIRS
from evidence.rust_engines.speed import times
from evidence.rust_engines.tried import Tried

TESTS = "tests/runtime/engines/test_connections.py::"


@pytest.mark.parametrize(
    ("text", "error", "sent"),
    [
        ("client error (Connect): tcp connect error: Connection refused (os error 111)", OSError, False),
        ("client error (Connect): dns error: error resolving DNS", OSError, False),
        ("client error (SendRequest): connection error: Connection reset by peer (os error 104)", OSError, True),
        ("error sending request for url (http://127.0.0.1:1/): operation timed out", TimeoutError, True),
        ("client error (SendRequest): message head is too large", HeadersTooLarge, True),
        ("error decoding response body", ConnectionError, True),
    ],
)
def test_the_text_of_an_error_says_if_there_was_a_connection(text: str, error: type[Exception], sent: bool) -> None:
    """A timeout does not, so the request may have been sent."""
    found = meaning(text)

    assert isinstance(found.error, error)
    assert sent is found.sent


def test_a_test_that_fails_at_its_end_has_failed() -> None:
    """So has one that was under way when the process aborted."""
    lines = [
        {"test": f"{TESTS}test_a[pyqwest]", "engine": "pyqwest", "outcome": "passed", "why": ""},
        {"test": f"{TESTS}test_a[pyqwest]", "engine": "pyqwest", "outcome": "failed", "why": "leaked"},
        {"test": f"{TESTS}test_b[silent-async-pyqwest]"},
    ]
    found = results(lines, {f"{TESTS}test_b[silent-async-pyqwest]": ("aborted", "signal 6")})

    assert {"pyqwest": Counter(failed=1), "async-pyqwest": Counter(aborted=1)} == counts(found)


def test_a_failed_test_has_a_reason() -> None:
    """By its name, whatever its parameters."""
    assert UNSENT == reason(f"{TESTS}test_connections_are_bounded[pyqwest]")
    assert HEADERS == reason("tests/runtime/engines/test_replies.py::test_large_headers[pyqwest-900-kB-close]")
    assert OTHER == reason(f"{TESTS}test_eight_legs[pyqwest]")


def test_an_end_by_a_signal_is_an_abort() -> None:
    """And no exit code is a hang."""
    codes = [0, -6, -11, 134, None, 90, 1]
    found = [Run("pyqwest", "fork", code, "") for code in codes]

    assert ["fine", "aborted", "aborted", "aborted", "hung", "forked", "failed"] == [run.outcome for run in found]


def test_a_short_program_with_our_engines_ends_well() -> None:
    """With requests in flight, after the event loop was closed, and after a fork."""
    found = runs(Path(sys.executable), "urllib3", 4, ("fork", "threads_in_flight", "async_in_flight", "loop_closed"))

    assert Counter(fine=4) == outcomes(found), [run for run in found if run.outcome != "fine"]


def test_ratios_are_of_one_round() -> None:
    """The first engine is the one to compare with."""
    taken = {"blocking": {"urllib3": ([2.0, 4.0], [1.0, 1.0]), "pyqwest": ([1.0, 2.0], [2.0, 2.0])}}
    found = times(taken)

    assert (3.0, 1.0, 1.0) == found["urllib3"]
    assert (1.5, 0.5, 2.0) == found["pyqwest"]


def tried(*, aborts: bool) -> Tried:
    """Results of one interpreter: all good but for an abort and a failed test."""
    short = [Run(engine, ending, 0, "") for engine in PAIRS for ending in ENDINGS]
    rust = [Result(name, f"{TESTS}test_a[{name}]", "passed", "") for name in CLASSES if "q" in name]
    if aborts:
        short[0] = short[0]._replace(code=-6)
        rust.append(Result("pyqwest", f"{TESTS}test_connections_are_bounded[pyqwest]", "failed", "AssertionError"))
    ours = [Result("urllib3", f"{TESTS}test_a[urllib3]", "passed", "")]
    taken = {name: ([1e-4], [1e-4]) for name in CLASSES}
    return Tried({"python": "3.11.7", "pyqwest": "0.12.0"}, rust, ours, short, times({"both": taken}))


def test_an_abort_or_a_failed_test_refuses_an_engine() -> None:
    """And nothing else does."""
    assert "Both keep to the terms." == verdict([tried(aborts=False)])
    said = " ".join(verdict([tried(aborts=True)]).split())
    assert said.startswith("Neither is offered: pyreqwest aborted or hung in 1 of 13 short programs and fails 0 tests")
    assert said.endswith("pyqwest aborted or hung in 0 of 13 short programs and fails 1 tests.")


def test_the_page_has_the_figures() -> None:
    """Short programs, tests with the reasons, and times."""
    page = text([tried(aborts=True)], "2026-11-29")

    assert "| 3.11.7 | pyreqwest | 12 | 1 | 0 | 0 | 0 |" in page
    assert "| Some requests; the client is closed | 1 of 1 | 0 of 1 | 0 of 1 |" in page
    assert "Of the programs without asyncio, 1 aborted." in page
    assert "| 3.11.7 | pyqwest | 1 | 1 | 0 | 0 |" in page
    assert f"| {UNSENT} | 0 | 0 | 1 | 0 |" in page
    assert "| 3.11.7 | pyqwest | 100 | 1.00 | 1.00 |" in page
    assert "Versions: pyqwest 0.12.0." in page

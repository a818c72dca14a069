"""The tests of our engines with the engines of Rust. An abort or a hang ends one test, not the run."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from evidence.rust_engines.environment import ROOT
from evidence.rust_engines.recorder import RECORD, lines

PATIENCE = 60.0
"""Seconds without a result after which a test counts as hanging."""

TESTS = "tests/runtime/engines"
ADAPTERS = "evidence.rust_engines.adapters.both"


class Result(NamedTuple):
    """How a test ended."""

    engine: str
    test: str
    outcome: str
    """`passed`, `failed`, `skipped`, `aborted` or `hung`."""
    why: str


def conformance(python: Path, record: Path, *, ours: bool = False) -> list[Result]:
    """Run the tests with an interpreter; *record* gets the results as they come. *ours*: with our own engines."""
    ends: dict[str, tuple[str, str]] = {}
    while (end := _session(python, record, ours=ours)) is not None:
        begun = lines(record)
        if not begun or "outcome" in begun[-1] or begun[-1]["test"] in ends:
            raise RuntimeError(f"pytest ended with {end[1]} outside of a test")
        ends[begun[-1]["test"]] = end
    return results(lines(record), ends)


def results(recorded: list[dict[str, str]], ends: dict[str, tuple[str, str]]) -> list[Result]:
    """The results: the worst of each test, as a test may fail once more when its fixtures end."""
    found: dict[str, Result] = {}
    for line in recorded:
        if "outcome" in line and (line["test"] not in found or line["outcome"] == "failed"):
            found[line["test"]] = Result(line["engine"], line["test"], line["outcome"], line["why"])
    for test, (outcome, why) in ends.items():
        engine = next((name for name in engines(test) if name), "")
        found[test] = Result(engine, test, outcome, why)
    return list(found.values())


def engines(test: str) -> list[str]:
    """The engine in the name of a test: the longest that is one of its parameters."""
    _, _, parameters = test.partition("[")
    names = ("async-pyreqwest", "async-pyqwest", "pyreqwest", "pyqwest", "async-httpx", "httpx", "aiohttp", "urllib3")
    return [name for name in names if f"-{name}-" in f"-{parameters.removesuffix(']')}-"]


def counts(found: list[Result]) -> dict[str, Counter[str]]:
    """The number of each outcome by engine."""
    by_engine: dict[str, Counter[str]] = {}
    for result in found:
        by_engine.setdefault(result.engine, Counter())[result.outcome] += 1
    return by_engine


def _session(python: Path, record: Path, *, ours: bool) -> tuple[str, str] | None:
    """Run the tests that have not begun; how the process ended if not by itself."""
    environment = {**os.environ, RECORD: str(record), "PYTHONPATH": str(ROOT)}
    if not ours:
        environment["BIDE_ENGINES"] = ADAPTERS
    command = [
        str(python),
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "evidence.rust_engines.recorder",
        TESTS,
    ]
    log = record.with_suffix(".log")
    with (
        log.open("a", encoding="utf-8") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        seen, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.5)
            size = record.stat().st_size if record.exists() else 0
            if size != seen:
                seen, since = size, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                process.kill()
                process.wait()
                return "hung", f"no result within {PATIENCE:g} s"
    if process.returncode < 0:
        return "aborted", f"signal {-process.returncode}"
    return None

"""`python -m evidence.rust_engines PYTHON...`: try the engines of Rust, and write `docs/rust-engines.md`.

Each PYTHON is an interpreter. The exit code is 0 if the page could be written, whatever it says.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from evidence.rust_engines.conformance import Result, conformance
from evidence.rust_engines.environment import HOME, environment, versions
from evidence.rust_engines.page import PAGE, text
from evidence.rust_engines.runs import Run, outcomes, runs
from evidence.rust_engines.short import PAIRS
from evidence.rust_engines.speed import Times, measured
from evidence.rust_engines.tried import Tried

_RESULTS = HOME / "tried.json"


def main() -> int:
    """Try the engines with each interpreter and write the page; returns the exit code."""
    parser = argparse.ArgumentParser(prog="evidence.rust_engines", description=__doc__)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", help="none: write the page of the last results anew")
    parser.add_argument("--runs", type=int, default=200, help="short runs of each engine")
    options = parser.parse_args()
    if options.pythons:
        _RESULTS.parent.mkdir(exist_ok=True)
        _RESULTS.write_bytes(msgspec.json.encode([tried(environment(each), options.runs) for each in options.pythons]))
    found = msgspec.json.decode(_RESULTS.read_bytes(), type=list[Tried])
    PAGE.write_text(text(found, datetime.date.today().isoformat()), encoding="utf-8")
    print(f"written to docs/{PAGE.name}")
    return 0


def tried(python: Path, number: int) -> Tried:
    """Everything with one interpreter. The tests mostly wait, so the short runs go on beside them."""
    with ThreadPoolExecutor(1) as beside:
        tests = beside.submit(_tests, python)
        short: list[Run] = []
        for engine in PAIRS:
            short += (these := runs(python, engine, number))
            print(f"{python.parts[-3]}, {engine}: {dict(outcomes(these))}", flush=True)
        rust, ours = tests.result()
    times: Times = measured(python)
    return Tried(versions(python), rust, ours, short, times)


def _tests(python: Path) -> tuple[list[Result], list[Result]]:
    found = []
    for name, ours in (("rust", False), ("ours", True)):
        record = HOME / f"{python.parts[-3]}-{name}.jsonl"
        record.unlink(missing_ok=True)
        found.append(conformance(python, record, ours=ours))
    return found[0], found[1]


if __name__ == "__main__":
    sys.exit(main())

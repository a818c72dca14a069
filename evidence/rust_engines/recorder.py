"""A plugin of pytest that runs the tests of engines alone, and writes each result at once, as the process may abort."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, TextIO

import pytest

RECORD = "BIDE_RECORD"
"""The environment variable that names the file."""


class Recorder:
    """Writes a line when a test begins, and one when it has a result. Tests that have begun before are left out."""

    def __init__(self, path: Path) -> None:
        self._begun = {line["test"] for line in lines(path)}
        self._file: TextIO = path.open("a", encoding="utf-8")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid not in self._begun and _engine(item)]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._write(test=nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when == "call" or not report.passed:
            why = "" if call.excinfo is None else call.excinfo.exconly().splitlines()[0]
            self._write(test=item.nodeid, engine=_engine(item), outcome=report.outcome, why=why[:300])
        return report

    def _write(self, **line: str) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def lines(path: Path) -> list[dict[str, str]]:
    """The lines of a file; none if it does not exist."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _engine(item: pytest.Item) -> str:
    """The engine that a test is for, if it is for one."""
    from tests.runtime.engines.engine import AWAITED, BLOCKING  # after pytest has set the path

    spec = getattr(item, "callspec", None)
    values = [] if spec is None else [value for value in spec.params.values() if isinstance(value, str)]
    return next((value for value in values if value in {**BLOCKING, **AWAITED}), "")


def pytest_configure(config: pytest.Config) -> None:
    """Record if a file is named."""
    if path := os.environ.get(RECORD):
        config.pluginmanager.register(Recorder(Path(path)))

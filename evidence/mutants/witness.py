"""The lines that each test reaches, recorded once without a mutant. Other tests can hardly detect a change there."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pytest

Trace: TypeAlias = Callable[[FrameType, str, Any], Any]

FIRST_SECONDS, TIMES_LONGER = 10.0, 20.0
"""The timeout of a test: real seconds, and a multiple of its duration without a mutant."""


@dataclass
class Coverage:
    """All tests of a folder, with their durations and their lines."""

    seconds: dict[str, float] = field(default_factory=dict)
    """The duration of each test, with the trace function."""
    reached: dict[str, list[int]] = field(default_factory=dict)
    """By `path:line`, the tests that reach it: their numbers in the order of `seconds`."""

    @classmethod
    def read(cls, file: Path) -> Coverage:
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(vars(self)), encoding="utf-8")

    def limit(self, test: str) -> float:
        """The timeout of a test, in real seconds."""
        return FIRST_SECONDS + TIMES_LONGER * self.seconds[test]

    def reaching(self, path: Path, lines: Iterable[int]) -> set[str]:
        """The tests that reach one of these lines."""
        tests = list(self.seconds)
        return {tests[number] for line in lines for number in self.reached.get(f"{path}:{line}", ())}


class Witness:
    """A pytest plugin for the run without a mutant."""

    def __init__(self, files: set[str]) -> None:
        self._files = files
        self.coverage = Coverage()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record the lines of the files that a test reaches."""
        seen: set[tuple[str, int]] = set()

        def entered(frame: FrameType, event: str, value: Any) -> Trace | None:
            return reached if frame.f_code.co_filename in self._files else None

        def reached(frame: FrameType, event: str, value: Any) -> Trace:
            seen.add((frame.f_code.co_filename, frame.f_lineno))
            return reached

        began = time.monotonic()
        threading.settrace(entered)
        sys.settrace(entered)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            for path, line in seen:
                self.coverage.reached.setdefault(f"{path}:{line}", []).append(len(self.coverage.seconds))
            self.coverage.seconds[item.nodeid] = time.monotonic() - began


class Asked:
    """A pytest plugin that runs the requested tests in order, each with a timeout."""

    def __init__(self, coverage: Coverage, tests: list[str]) -> None:
        self._coverage = coverage
        self._places = {test: place for place, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        places = self._places
        items[:] = sorted((item for item in items if item.nodeid in places), key=lambda item: places[item.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Set a timer that ends the process."""
        signal.setitimer(signal.ITIMER_REAL, self._coverage.limit(item.nodeid))
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)

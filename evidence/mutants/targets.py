"""The files that are mutated, and the tests that run first for each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
RUNTIME = "runtime/bide_runtime"

ROOMS = ("errors", "http", "models", "calls", "jobs", "waiting", "steps", "batch", "clients")
"""Rooms of the runtime; the tests of the same room run first, then those of `waiting`.

The engines are left out, because their tests need sockets and real time, and so is the code of generated tests.
"""

PACKAGE = "generated/knowledgesdk"
MODULES = ("_calls", "_jobs")
"""Files of one generated package, which its own tests judge."""


@dataclass(frozen=True)
class Target:
    """One file that is mutated."""

    path: str
    folder: str
    """The folder where pytest runs, below the repository."""
    first: tuple[str, ...]
    """Test files, from that folder."""
    rest: str
    """The folder of all its tests."""

    @property
    def name(self) -> str:
        return self.path.removeprefix(f"{RUNTIME}/").removeprefix(f"{PACKAGE}/")

    @cached_property
    def source(self) -> str:
        return (REPOSITORY / self.path).read_text(encoding="utf-8")


def targets() -> list[Target]:
    """All targets."""
    runtime = [
        Target(module.relative_to(REPOSITORY).as_posix(), ".", _tests(room) + _tests("waiting"), "tests/runtime")
        for room in ROOMS
        for module in sorted((REPOSITORY / RUNTIME / room).rglob("*.py"))
    ]
    package = PACKAGE.rpartition("/")[2]
    generated = [Target(f"{PACKAGE}/{package}_client/{module}.py", PACKAGE, (), "tests") for module in MODULES]
    return runtime + generated


def _tests(room: str) -> tuple[str, ...]:
    files = sorted((REPOSITORY / "tests" / "runtime" / room).glob("test_*.py"))
    return tuple(path.relative_to(REPOSITORY).as_posix() for path in files)

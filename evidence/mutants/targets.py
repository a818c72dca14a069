"""Which files are mutated, and which tests are asked first about each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
RUNTIME = "runtime/bide_runtime"

ROOMS = ("errors", "http", "models", "calls", "jobs", "waiting", "batch", "clients")
"""Rooms of the runtime; the tests of the room of the same name are asked first, then those of `waiting`.

Left out are the engines, whose tests need sockets and real time, and what generated tests use.
"""

PACKAGE = "generated/knowledgesdk"
MODULES = ("_calls", "_jobs")
"""Files of one generated package; its own tests are asked."""


@dataclass(frozen=True)
class Target:
    """One file that is mutated."""

    path: str
    folder: str
    """Where pytest runs, under the repository."""
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
    """All of them."""
    runtime = [
        Target(module.relative_to(REPOSITORY).as_posix(), ".", _tests(room) + _tests("waiting"), "tests/runtime")
        for room in ROOMS
        for module in sorted((REPOSITORY / RUNTIME / room).glob("*.py"))
    ]
    package = PACKAGE.rpartition("/")[2]
    generated = [Target(f"{PACKAGE}/{package}_client/{module}.py", PACKAGE, (), "tests") for module in MODULES]
    return runtime + generated


def _tests(room: str) -> tuple[str, ...]:
    files = sorted((REPOSITORY / "tests" / "runtime" / room).glob("test_*.py"))
    return tuple(path.relative_to(REPOSITORY).as_posix() for path in files)

"""What is wrong with a spec, as values, and how a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a spec: 1-based line and column."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One problem, where it is and what to do about it."""

    place: Place
    code: str
    message: str
    help: str = ""
    severity: Literal["error", "warning"] = "error"


class SpecError(Exception):
    """A spec with problems; `diagnostics` lists all of them, in the order of the file."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = sorted(set(diagnostics))
        super().__init__(f"{len(self.diagnostics)} problems in the spec")


def rendered(diagnostic: Diagnostic, source: str) -> str:
    """The diagnostic with its source line, a caret and the help, as a person reads it in a terminal."""
    lines = source.splitlines()
    head = f"{diagnostic.place}: {diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    place = diagnostic.place
    if not 1 <= place.line <= len(lines):
        return head + (f"\n  = help: {diagnostic.help}" if diagnostic.help else "")
    number = str(place.line)
    margin = " " * len(number)
    shown = [
        head,
        f"{margin} |",
        f"{number} | {lines[place.line - 1]}",
        f"{margin} | {' ' * (place.column - 1)}^",
    ]
    if diagnostic.help:
        shown.append(f"{margin} = help: {diagnostic.help}")
    return "\n".join(shown)

"""Problems of a spec, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
"""An error stops the generator; a warning does not."""


class Place(NamedTuple):
    """A place in a spec: line and column, from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One problem: its place, what is wrong, and how to fix it."""

    place: Place
    code: str
    message: str
    help: str = ""
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Silenced:
    """A warning that a comment in the spec silences, and the reason given there."""

    diagnostic: Diagnostic
    reason: str


class SpecError(Exception):
    """A spec with problems; `diagnostics` lists all of them, in the order of the file."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = sorted(set(diagnostics))
        super().__init__(f"{len(self.diagnostics)} problems in the spec")

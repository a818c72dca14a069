"""The problems found in specs, and the formats to write them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bide.spec.diagnostics import Diagnostic, Silenced


class Format(StrEnum):
    """A format for problems."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"

    @property
    def is_document(self) -> bool:
        """Whether standard output must have nothing else."""
        return self in (Format.JSON, Format.SARIF)


@dataclass(frozen=True, slots=True)
class Listing:
    """The problems found in some specs."""

    sources: Mapping[str, str]
    """The text of each spec by file name."""
    problems: tuple[Diagnostic, ...]
    """Sorted by file and line."""
    silenced: tuple[Silenced, ...] = ()

"""What was found in some specs, and in which format it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bide.spec.diagnostics import Diagnostic, Silenced


class Format(StrEnum):
    """How problems are told."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"

    @property
    def is_document(self) -> bool:
        """Whether it is all that may stand on standard output."""
        return self in (Format.JSON, Format.SARIF)


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found in some specs."""

    sources: Mapping[str, str]
    """The text of each spec, by its file."""
    problems: tuple[Diagnostic, ...]
    """In the order of the files, and of the lines in them."""
    silenced: tuple[Silenced, ...] = ()

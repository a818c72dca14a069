"""What was found in specs, written for a person or for a program: one format to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bide.diagnostics import Diagnostic, Silenced


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


def written(listing: Listing, format_: Format, *, colour: bool = False) -> str:
    """The problems in this format; the empty text if it has nothing to say of none."""
    from bide.formats import github, json_document, sarif, text

    match format_:
        case Format.TEXT:
            return text.written(listing, colour=colour)
        case Format.JSON:
            return json_document.written(listing)
        case Format.GITHUB:
            return github.written(listing)
        case Format.SARIF:
            return sarif.written(listing)

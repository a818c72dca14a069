"""Problems for people: each with its source line, a caret below the place, and a help."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bide.cli.reports.listing import Listing
from bide.spec.diagnostics import Diagnostic
from bide.spec.printable import printable

_LONGEST_LINE = 400
"""The longest line of a spec that is shown, in characters."""

_BOLD, _RED, _YELLOW, _BLUE, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[0m"
_OF_SEVERITY = {"error": _RED, "warning": _YELLOW}


def written(listing: Listing, *, colour: bool) -> str:
    """All problems, separated by blank lines."""
    lines = {file: source.split("\n") for file, source in listing.sources.items()}
    return "\n\n".join(
        "\n".join(_shown(problem, lines.get(problem.place.file, []), colour=colour)) for problem in listing.problems
    )


def _shown(problem: Diagnostic, lines: list[str], *, colour: bool) -> Iterator[str]:
    def painted(text: str, paint: str) -> str:
        shown = printable(text)
        return f"{paint}{shown}{_PLAIN}" if colour and shown else shown

    place, tone = problem.place, _OF_SEVERITY[problem.severity]
    label = painted(f"{problem.severity}[{problem.code}]", tone)
    yield f"{painted(f'{place}:', _BOLD)} {label}: {painted(problem.message, _BOLD)}"
    line = lines[place.line - 1].removesuffix("\r") if 1 <= place.line <= len(lines) else ""
    margin = " "
    if line and len(line) <= _LONGEST_LINE:
        number = str(place.line)
        margin = " " * len(number)
        blanks = " " * _width(printable(line[: place.column - 1]))
        yield painted(f"{margin} |", _BLUE)
        yield f"{painted(f'{number} |', _BLUE)} {printable(line)}"
        yield f"{painted(f'{margin} |', _BLUE)} {blanks}{painted('^', tone)}"
    if problem.help:
        yield f"{painted(f'{margin} = help:', _BLUE)} {printable(problem.help)}"


def _width(text: str) -> int:
    """The width of *text* in columns of a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )

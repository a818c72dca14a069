"""Problems as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from bide.cli.reports.listing import Listing
from bide.spec.diagnostics import Diagnostic, Place


def written(listing: Listing) -> str:
    """One command on each line."""
    return "\n".join(_command(problem) for problem in listing.problems)


def _command(problem: Diagnostic) -> str:
    message = f"{problem.message}\n{problem.help}" if problem.help else problem.message
    return command(problem.severity, problem.place, problem.code, message)


def command(level: str, place: Place, code: str, message: str) -> str:
    """A workflow command that shows *message* at a place; *level* is `error`, `warning` or `notice`."""
    properties = {"file": place.file, "line": place.line, "col": place.column, "title": f"bide {code}"}
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {said}::{_data(message)}"


def _data(text: str) -> str:
    """Text escaped for a workflow command, without characters that control a terminal."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

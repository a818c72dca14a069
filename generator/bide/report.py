"""What the command line says, as text. Knows neither the terminal nor the disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bide.diagnostics import Diagnostic, rendered
from bide.ir import Provider
from bide.journal import Change

_LONGEST_LINE = 400
"""A source with a longer line is not shown in a terminal."""


def changes(change: Change) -> str:
    """One line for every file that is added, changed or removed, and one for the package."""
    kinds = {"added": change.added, "changed": change.changed, "removed": change.removed}
    lines = sorted(
        (path, f"{kind:<8} {(change.folder / path).as_posix()}") for kind, paths in kinds.items() for path in paths
    )
    counts = [f"{len(paths)} {kind}" for kind, paths in kinds.items() if paths]
    unchanged = f"{_count(len(change.unchanged), 'file')} unchanged"
    summary = (
        f"{change.folder.name}: {', '.join(counts)}, {unchanged}" if counts else f"{change.folder.name}: {unchanged}"
    )
    return "\n".join([*(line for _, line in lines), summary])


def problems(diagnostics: list[Diagnostic], sources: Mapping[str, str]) -> str:
    """Every diagnostic with its source line, unless that is too long to help, and a blank line between two of them."""
    shown = {file: source if _is_readable(source) else "" for file, source in sources.items()}
    return "\n\n".join(rendered(diagnostic, shown.get(diagnostic.place.file, "")) for diagnostic in diagnostics)


def _is_readable(source: str) -> bool:
    return max(map(len, source.splitlines()), default=0) <= _LONGEST_LINE


def verdict(diagnostics: list[Diagnostic], *, specs: int) -> str:
    """One line: how many problems there are, in how many of the specs."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    warnings = len(diagnostics) - len(errors)
    also = f", {_count(warnings, 'warning')}" if warnings else ""
    if not errors:
        return f"{_count(specs, 'spec')} checked, no problem found{also}"
    broken = len({diagnostic.place.file for diagnostic in errors})
    return f"{_count(len(errors), 'problem')} in {broken} of {_count(specs, 'spec')}{also}"


def simulator(provider: Provider, url: str) -> str:
    """Where a provider is simulated, and what makes a client talk to that; the first line is for programs as well."""
    lines = [f"{provider.name} {url}"]
    if provider.auth is not None:
        lines.append(f"  export {provider.auth.env}=simulated")
    lines.append(f'  {provider.class_name}(base_url="{url}")')
    return "\n".join(lines)


def failure(error: OSError) -> str:
    """What the operating system refused, in one line."""
    reason = error.strerror or str(error)
    culprit = error.filename2 or error.filename
    return f"{Path(str(culprit)).as_posix()}: {reason}" if culprit else reason


def printable(text: str) -> str:
    """*text* with what could move the cursor or change colours written out: a spec is not to be trusted."""
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    # A tab is shown as one blank, so that the caret below the line stays in its column.
    return " " if char == "\t" else char.encode("unicode_escape").decode("ascii")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

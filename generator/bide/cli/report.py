"""Format what the commands print. Independent of terminal and disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bide.cli.reports.listing import Listing
from bide.emit.journal import Change
from bide.ir import Provider

if TYPE_CHECKING:
    from bide.simulator.journal.journal import Entry


_TODO = re.compile(r"#.*\bTODO bide: (.*)")
"""What an import marks in a spec."""


def changes(change: Change) -> str:
    """One line for each added, changed or removed file, and one for the package."""
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


def verdict(listing: Listing, *, strict: bool = False) -> str:
    """One line with the number of problems and of specs that have some."""
    specs = _count(len(listing.sources), "spec")
    errors = [problem for problem in listing.problems if problem.severity == "error"]
    warnings = _count(len(listing.problems) - len(errors), "warning")
    also = f", {len(listing.silenced)} silenced" if listing.silenced else ""
    broken = len({problem.place.file for problem in errors or listing.problems})
    if errors:
        return f"{_count(len(errors), 'problem')} in {broken} of {specs}, {warnings}{also}".replace(", 0 warnings", "")
    if not listing.problems:
        return f"{specs} checked, no problem found{also}"
    if strict:
        return f"{warnings} in {broken} of {specs}, and --strict does not allow warnings{also}"
    return f"{specs} checked, no error, {warnings}{also}"


def left_open(listing: Listing) -> str:
    """The questions that an import left open, with their lines; empty if there are none."""
    lines = []
    for file, text in listing.sources.items():
        found = [(number, said[1]) for number, line in enumerate(text.split("\n"), 1) if (said := _TODO.search(line))]
        if found:
            lines.append(f"{file}: {_count(len(found), 'TODO')} of an import {'is' if len(found) == 1 else 'are'} left")
            lines += [f"  {file}:{number}: {asked}" for number, asked in found]
    return "\n".join(lines)


def simulator(provider: Provider, url: str, *, page: str, speed: float = 1.0) -> str:
    """The address of a simulator, and the arguments of a client for it. Programs may read the first line.

    At another speed than 1 a client needs a clock of that speed, which is of another class for asyncio.
    """
    lines = [f"{provider.name} {url}"]
    lines += [f"  export {name}={value}" for name, value in environment(provider, url, speed=speed).items()]
    if speed == 1.0:
        lines.append(f'  {provider.class_name}(base_url="{url}")')
    else:
        for colour in ("", "Async"):
            clock = f"{colour}SystemClock({int(speed) if speed.is_integer() else speed})"
            lines.append(f'  {colour}{provider.class_name}(base_url="{url}", clock={clock})')
    lines.append(f"  {page} shows its jobs in a browser")
    return "\n".join(lines)


def environment(provider: Provider, url: str, *, speed: float) -> dict[str, str]:
    """The variables that the package's command line needs for a simulator; a client needs the keys."""
    found = {secret.env: "simulated" for secret in provider.enough_auth}
    if provider.command is not None:
        found[f"{provider.name.upper()}_BASE_URL"] = url
        if speed != 1.0:
            found["BIDE_SPEED"] = f"{speed:g}"
    return found


def exchange(entry: Entry) -> str:
    """One request of a simulator, and what became of it."""
    ends = {
        "drop": "no reply, connection closed",
        "cut": f"{entry.status}, cut short",
        "hang": f"{entry.status}, hangs",
    }
    late = f", after {entry.delay:g} s" if entry.delay else ""
    path = entry.path.partition("?")[0]
    return f"{entry.at:8.1f} s  {entry.method} {path}: {ends.get(entry.ending, str(entry.status))}{late}"


def failure(error: OSError) -> str:
    """An error of the operating system, in one line."""
    reason = error.strerror or str(error)
    culprit = error.filename2 or error.filename
    return f"{Path(str(culprit)).as_posix()}: {reason}" if culprit else reason


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

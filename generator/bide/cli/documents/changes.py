"""Write the changes between two versions of a spec, in each format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bide.spec.printable import printable

if TYPE_CHECKING:
    from bide.differ.finding import Finding
    from bide.differ.semver import Step

_VERSION = 1
"""Of the JSON document. It increases when a key is removed or changes its meaning."""

_LEVELS = {"breaking": "error", "behaviour": "warning", "addition": "notice", "docs": "notice"}
"""The severities, as GitHub knows them."""


class Format(StrEnum):
    """A format for changes."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes between two versions, and the version number that follows."""

    old: str
    new: str
    """The two specs, as they were passed."""
    findings: Sequence[Finding]
    step: Step
    old_version: str
    new_version: str
    next_version: str
    """The version after the old one by the step."""


def written(changes: Changes, format_: Format) -> str:
    """The changes in this format."""
    match format_:
        case Format.TEXT:
            return printable("\n\n".join([*map(_text, changes.findings), verdict(changes)]))
        case Format.JSON:
            return json.dumps(_document(changes), indent=2)
        case Format.GITHUB:
            return "\n".join([*map(_command, changes.findings), printable(verdict(changes))])
        case Format.MARKDOWN:
            return printable("\n".join(_markdown(changes)))


def verdict(changes: Changes) -> str:
    """One line: how many changes, and the version that follows."""
    if not changes.findings:
        return "nothing changes for users of the package"
    counts = Counter(str(one.severity) for one in changes.findings)
    told = ", ".join(f"{number} {severity}" for severity, number in counts.items())
    if changes.step == "none":
        return f"{told}: no step"
    return f"{told}: a {changes.step} step, {changes.old_version} -> {changes.next_version}"


def _text(one: Finding) -> str:
    lines = [f"{one.new}: {one.severity}[{one.code}]: {one.message}", f"  was: {one.old}"]
    lines += [f"  hits: {', '.join(one.hits)}"] if one.hits else []
    lines += [f"  way out: {one.way_out}"] if one.way_out else []
    return "\n".join(lines)


def _document(changes: Changes) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "old": changes.old,
        "new": changes.new,
        "step": str(changes.step),
        "old_version": changes.old_version,
        "new_version": changes.new_version,
        "next_version": changes.next_version,
        "changes": [
            {
                "code": one.code,
                "severity": str(one.severity),
                "message": one.message,
                "hits": list(one.hits),
                "way_out": one.way_out,
                "old": one.old._asdict(),
                "new": one.new._asdict(),
            }
            for one in changes.findings
        ],
    }


def _command(one: Finding) -> str:
    from bide.cli.reports.github import command

    text = f"{one.message}\n{one.way_out}" if one.way_out else one.message
    return command(_LEVELS[one.severity], one.new, one.code, text)


def _markdown(changes: Changes) -> Iterator[str]:
    yield f"**{verdict(changes)}**"
    if changes.findings:
        yield from ("", "| | change | hits | way out | place |", "|---|---|---|---|---|")
    for one in changes.findings:
        cells = (f"{one.severity}", f"{one.message} (`{one.code}`)", ", ".join(one.hits), one.way_out, str(one.new))
        yield f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    """Text of a spec as text of a table: no markup of its own but code."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")

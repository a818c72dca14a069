"""The next version number of a package, and how it is written into its spec."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from bide.differ.finding import Finding, Severity
from bide.spec.document import Document, scan

VERSION_CHANGED = "version-changed"
"""The code of a finding that asks for no step."""

_NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,}#]+")


class Step(StrEnum):
    """Which part of a version number rises."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


def step(findings: Iterable[Finding], version: str) -> Step:
    """The step that the worst finding asks for. Until 1.0, a breaking change is a minor step."""
    severities = {one.severity for one in findings if one.code != VERSION_CHANGED}
    if not severities:
        return Step.NONE
    if severities == {Severity.DOCS}:
        return Step.PATCH
    if Severity.BREAKING in severities and not version.startswith("0."):
        return Step.MAJOR
    return Step.MINOR


def after(version: str, by: Step) -> str:
    """The version after *version*. A pre-release or another form of version is left to the author."""
    match = _NUMBER.fullmatch(version)
    if match is None or by is Step.NONE:
        return version
    major, minor, patch = map(int, match.groups())
    return {
        Step.MAJOR: f"{major + 1}.0.0",
        Step.MINOR: f"{major}.{minor + 1}.0",
        Step.PATCH: f"{major}.{minor}.{patch + 1}",
    }[by]


def is_at_least(version: str, other: str) -> bool:
    """Whether *version* is *other* or later. One of another form is taken for what its author wants."""
    numbers = [_NUMBER.fullmatch(each) for each in (version, other)]
    if numbers[0] is None or numbers[1] is None:
        return version != other
    mine, others = (tuple(map(int, each.groups())) for each in numbers if each)
    return mine >= others


class NoVersion(Exception):
    """A version number cannot be written into a spec."""


def with_version(document: Document, version: str) -> str:
    """The text of a spec with *version* as its `package.version`; all else stays as the author wrote it.

    Raises `NoVersion` if the spec is written in a way that leaves no place for it.
    """
    text = "\n".join(_edited(document, version))
    made = scan(document.file, text).document
    if made is None or made.get("package", "version") != version:
        raise NoVersion(f'write it yourself: package: {{version: "{version}"}}')
    return text


def _edited(document: Document, version: str) -> list[str]:
    lines = document.text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    package = document.get("package")
    if not package:  # a line above the base URL
        place = document.key_place(("base_url",))
        lines.insert(place.line - 1, f'package: {{version: "{version}"}}{end}')
        return lines
    path = ("package", "version") if "version" in package else ("package",)
    place = document.value_place(path)
    line = lines[place.line - 1]
    begin, rest = line[: place.column - 1], line[place.column - 1 :]
    if "version" in package:
        lines[place.line - 1] = begin + _VALUE.sub(lambda old: _as(old[0], version), rest, count=1)
    elif rest.startswith("{"):
        lines[place.line - 1] = f'{begin}{{version: "{version}", {rest[1:].lstrip(" ")}'
    else:
        lines.insert(place.line - 1, f'{begin}version: "{version}"{end}')
    return lines


def _as(old: str, version: str) -> str:
    """The version in the quotes of the one before."""
    quote = old[0] if old[0] in "\"'" else ""
    return f"{quote}{version}{quote}"

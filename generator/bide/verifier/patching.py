"""The changes of a spec that make it fit, as a patch. Only changes of one line are made."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable

from bide.spec.document import Document
from bide.verifier.findings import Change, Finding, SpecPath

_PLAIN = re.compile(r"[A-Za-z_$@][\w$@.-]*\??")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off")

Edit = tuple[int, int, str]
"""Line and column, from 1, and the text to insert."""


def patched(document: Document, findings: Iterable[Finding]) -> str:
    """The text of a spec with the changes of all findings."""
    edits = [edit for each in findings if each.change and (edit := _edit(document, each.change)) is not None]
    lines = document.text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines.append("")
    for line, column, text in sorted(dict.fromkeys(edits), reverse=True):
        lines[line - 1] = lines[line - 1][: column - 1] + text + lines[line - 1][column - 1 :]
    return "".join(lines)


def patch(document: Document, findings: Iterable[Finding]) -> str:
    """A patch for `git apply`; empty if no finding has a change of one line."""
    before, after = document.text.splitlines(keepends=True), patched(document, findings).splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, f"a/{document.file}", f"b/{document.file}"))


def place_of(document: Document, path: SpecPath) -> SpecPath:
    """The key that a path means: fields may be written with a `?`, and be those of an inline model."""
    for at in range(len(path), 0, -1):
        for ending in ("", "?"):
            tried = (*path[: at - 1], f"{path[at - 1]}{ending}")
            if tried in document.keys or tried in document.values:
                return tried
    return ()


def _edit(document: Document, change: Change) -> Edit | None:
    path = place_of(document, change.path)
    if len(path) != len(change.path):
        return None
    lines = document.text.splitlines()
    match change.action:
        case "add":
            return _addition(document, path, change, lines)
        case "optional":
            key = str(path[-1])
            place = document.key_place(path)
            is_plain = lines[place.line - 1][place.column - 1 :].startswith(f"{key}:")
            return (place.line, place.column + len(key), "?") if is_plain and not key.endswith("?") else None
        case _:
            return _nullable(document, path, lines)


def _addition(document: Document, path: SpecPath, change: Change, lines: list[str]) -> Edit | None:
    holder = document.get(*path)
    if not isinstance(holder, dict) or not holder or change.key in holder:
        return None
    said = f"{_written(change.key)}: {change.value}"
    place = document.value_place(path)
    if lines[place.line - 1][place.column - 1 : place.column] == "{":
        return place.line, place.column + 1, f"{said}, "
    last = list(holder)[-1]
    key = document.key_place((*path, last))
    value = document.value_place((*path, last))
    indent = " " * (key.column - 1)
    following = lines[key.line] if key.line < len(lines) else ""
    is_one_line = value.line == key.line and not (following.strip() and following.startswith(indent + " "))
    return (key.line + 1 if is_one_line else key.line), 1, f"{indent}{said}\n"


def _nullable(document: Document, path: SpecPath, lines: list[str]) -> Edit | None:
    value = document.get(*path)
    at = path if isinstance(value, str) else (*path, "type")
    text = document.get(*at)
    place = document.value_place(at)
    if not isinstance(text, str) or not lines[place.line - 1][place.column - 1 :].startswith(text):
        return None
    return place.line, place.column + len(text), " or null"


def _written(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and key.lower() not in _WORDS else json.dumps(key)

"""A short text that a regular expression matches."""

from __future__ import annotations

import re
import string
from typing import Any

_DEEPEST = 20
_LONGEST = 200
_USUAL = "a0A-_. /:1"
"""What stands for any character, the first that fits."""
_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": string.ascii_lowercase + string.digits + "_",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": string.ascii_lowercase,
    "CATEGORY_NOT_WORD": "-. ",
    "CATEGORY_NOT_SPACE": string.ascii_lowercase + string.digits,
}


def matching(pattern: str) -> str | None:
    """A text that a pattern matches: its first alternatives, each as often as it must be. `None` if it finds none."""
    try:
        parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the standard library has no other parser
        text = _of(parsed, 0)
    except (re.error, _Unknown, RecursionError, OverflowError, AttributeError):
        return None
    return text if len(text) <= _LONGEST and re.search(pattern, text) else None


class _Unknown(Exception):
    """A part of a pattern that no text is made of."""


def _of(parts: Any, depth: int) -> str:
    if depth > _DEEPEST:
        raise _Unknown
    text = ""
    for kind, value in parts:
        text += _part(str(kind), value, depth + 1)
        if len(text) > _LONGEST:
            raise _Unknown
    return text


def _part(kind: str, value: Any, depth: int) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return next(each for each in _USUAL if ord(each) != value)
        case "ANY":
            return "a"
        case "AT" | "ASSERT_NOT":
            return ""
        case "IN":
            return _one_of(value)
        case "BRANCH":
            return _of(value[1][0], depth)
        case "SUBPATTERN":
            return _of(value[-1], depth)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if value[0] <= _LONGEST:
            return _of(value[2], depth) * int(value[0])
    raise _Unknown


def _one_of(parts: Any) -> str:
    """A character of a set."""
    is_not = str(parts[0][0]) == "NEGATE"
    listed = "".join(_characters(str(kind), value) for kind, value in (parts[1:] if is_not else parts))
    if is_not:
        found = next((each for each in _USUAL if each not in listed), None)
    else:
        found = next((each for each in _USUAL if each in listed), listed[:1])
    if not found:
        raise _Unknown
    return found


def _characters(kind: str, value: Any) -> str:
    match kind:
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return "".join(map(chr, range(value[0], min(value[1], value[0] + 256) + 1)))
        case "CATEGORY":
            return _CATEGORIES.get(str(value), "")
    raise _Unknown

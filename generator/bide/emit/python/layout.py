"""Break the lines of a module that are too long, as black breaks them.

The templates print everything else as black does. This module has the few rules of black that calls, displays and
subscripts of names and literals need. Any other statement that is too long is given to black.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bide.emit.python.code import DOCSTRING

WIDTH = 120
"""The longest line, in columns."""

_PIECE = re.compile(
    r"""
    (?P<text> "[^"\\]*(?:\\.[^"\\]*)*" | '[^'\\]*(?:\\.[^'\\]*)*' | -?[\w.]+ | = | \A\)[ ]->[ ] )
  | (?P<sign> [ ]=[ ] | :[ ] | [ ][|+][ ] )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<comma> ,[ ] | ,(?=\)) )
  | (?P<end> [,:]\Z )
    """,
    re.VERBOSE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class _Unsure(Exception):
    """The rules here do not cover this statement: black has to lay it out."""


def laid_out(text: str) -> str:
    """*text*, a module, with the lines that are too long broken as black breaks them."""
    lines = text.split("\n")
    half = WIDTH // 2  # a shorter line fits, however wide its characters are
    long = [n for n, line in enumerate(lines) if len(line) > half and is_long(line) and line.lstrip(" ")[0] != "#"]
    if not long:
        return text
    spared = _docstring_lines(text)
    broken: list[_Broken] = []
    for number in long:
        if number in spared or (broken and number <= broken[-1].last):
            continue
        new = _broken(lines, number)
        while broken and broken[-1].first >= new.first:
            broken.pop()
        broken.append(new)
    found: list[str] = []
    done = 0
    for each in broken:
        found += [*lines[done : each.first], *each.lines]
        done = each.last + 1
    return "\n".join([*found, *lines[done:]])


def is_long(line: str) -> bool:
    """Whether a line may be too long: a character beyond ASCII takes two columns at most."""
    return len(line) > WIDTH or (not line.isascii() and len(line) + _beyond_ascii(line) > WIDTH)


def _fits(line: str) -> bool:
    """Whether a line is short enough. Raises `_Unsure` if that depends on the width of its characters."""
    if not is_long(line):
        return True
    if len(line) - _beyond_ascii(line) <= WIDTH:
        raise _Unsure
    return False


def _beyond_ascii(line: str) -> int:
    return len(line) - len(line.encode("ascii", "ignore"))


def _docstring_lines(text: str) -> set[int]:
    """The lines of docstrings."""
    found: set[int] = set()
    seen = line = 0
    for match in DOCSTRING.finditer(text):
        line += text.count("\n", seen, match.start())
        end = line + match[0].count("\n")
        found.update(range(line + 1, end + 1))
        seen, line = match.end(), end
    return found


@dataclass(frozen=True, slots=True)
class _Broken:
    """The new lines for those from the *first* to the *last*."""

    first: int
    last: int
    lines: list[str]


def _broken(lines: list[str], number: int) -> _Broken:
    """The new lines for a line that is too long."""
    text = lines[number].lstrip(" ")
    try:
        element, end = _parsed(text)
        return _Broken(number, number, list(_printed(element, _indent(lines[number]), end)))
    except _Unsure:
        first, last = _statement(lines, number)
        return _Broken(first, last, _by_black("\n".join(lines[first : last + 1])))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# --- a line as a tree -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Element:
    """A whole line, or the part between two commas."""

    flat: str = ""
    """Its text on one line."""
    last: _Group | None = None
    """The brackets at its end."""
    signs: str = ""
    """The operators between its parts."""


@dataclass(slots=True)
class _Group:
    """A pair of brackets and its contents."""

    bracket: str
    is_display: bool
    """Whether it is a list, a tuple or a dict, not the arguments of a call or a subscript."""
    elements: list[_Element] = field(default_factory=list)
    is_one_tuple: bool = False


def _parsed(text: str) -> tuple[_Element, str]:
    """A line as an element, and the comma or colon at its end. Raises `_Unsure`."""
    element, group, begin, at = _Element(), None, 0, 0
    stack: list[tuple[_Element, _Group | None, int]] = []
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            raise _Unsure
        start, at = at, match.end()
        kind = match.lastgroup
        if kind == "open":
            inner = _Group(match[0], is_display=start == begin or text[start - 1] in " =")
            stack.append((element, group, begin))
            element, group, begin = _Element(), inner, at
        elif kind == "close":
            if group is None or _CLOSING[group.bracket] != match[0]:
                raise _Unsure
            if start > begin:
                element.flat = text[begin:start]
                group.elements.append(element)
            closed = group
            element, group, begin = stack.pop()
            element.last = closed
        elif kind == "comma" and group is not None:
            element.flat = text[begin:start]
            group.elements.append(element)
            element, begin = _Element(), at
            if match[0] == ",":
                group.is_one_tuple = group.is_display and len(group.elements) == 1
                if not group.is_one_tuple:
                    raise _Unsure
        elif kind == "end" and not stack:
            element.flat = text[:start]
            return element, match[0]
        elif kind in ("text", "sign"):
            element.last = None
            element.signs += match[0].strip() if kind == "sign" else ""
        else:
            raise _Unsure
    if stack:
        raise _Unsure
    element.flat = text
    return element, ""


def _printed(element: _Element, indent: int, end: str) -> Iterator[str]:
    """The lines of an element, with the comma or colon at its *end*. Raises `_Unsure`."""
    margin = " " * indent
    if _fits(f"{margin}{element.flat}{end}"):
        yield f"{margin}{element.flat}{end}"
        return
    group = element.last
    if group is None and not element.signs and end == ",":
        # black does not break a single text between brackets.
        yield f"{margin}{element.flat}{end}"
        return
    if group is None or not group.elements or set("|+") & set(element.signs):
        raise _Unsure
    body = ", ".join(each.flat for each in group.elements) + "," * group.is_one_tuple
    head = margin + element.flat[: -len(body) - 1]
    if not _fits(head):
        raise _Unsure
    yield head
    are_several = len(group.elements) > 1
    if (are_several and group.is_display) or not _fits(f"{margin}    {body}"):
        for each in group.elements:
            yield from _printed(each, indent + 4, "," * (are_several or group.is_one_tuple))
    else:
        yield f"{margin}    {body}"
    yield f"{margin}{_CLOSING[group.bracket]}{end}"


# --- statements for black -------------------------------------------------------------------------------------------


def _statement(lines: list[str], number: int) -> tuple[int, int]:
    """The first and the last line of the statement that contains a line."""
    first = number
    while (above := _opening(lines, first)) is not None:
        first = above
    last = first
    while lines[last][-1] in "([{":
        last += 1
        while _indent(lines[last]) > _indent(lines[first]):
            last += 1
    return first, last


def _opening(lines: list[str], number: int) -> int | None:
    """The line with the bracket that is open at a line, or that the line closes."""
    is_closing = lines[number].lstrip(" ")[0] in ")]}"
    outside = _indent(lines[number]) - (not is_closing)
    for above in range(number - 1, -1, -1):
        if lines[above].strip() and _indent(lines[above]) <= outside:
            return above if is_closing or lines[above][-1] in "([{" else None
    return None


@lru_cache(maxsize=1024)
def _by_black(statement: str) -> list[str]:
    """A statement as black lays it out at its depth."""
    import black  # slow to import, and rarely needed
    from black.mode import TargetVersion

    mode = black.Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    depth = _indent(statement) // 4
    holders = [f"{'    ' * level}class _:" for level in range(depth)]
    body = ["    " * (depth + 1) + "pass"] if statement.endswith(":") else []
    laid = black.format_str("\n".join([*holders, statement, *body, ""]), mode=mode).rstrip("\n").split("\n")
    return laid[depth : len(laid) - len(body)]

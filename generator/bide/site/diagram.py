"""A lifecycle as an SVG picture: statuses as boxes, transitions as arrows. Pure: the same lifecycle, the same bytes."""

from __future__ import annotations

import re
from html import escape

from bide.ir import Lifecycle, State

_COLUMNS = ("pending", "running", "final")
_CHARACTER = 8.0
"""The width of a character of the 13 px monospaced font."""
_LONGEST = 32
"""Longer statuses are cut in their box, in characters. Their title has all of them."""
_HEIGHT = 40
_ROW = 64
_GAP = 110
_MARGIN = 24
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def diagram(lifecycle: Lifecycle) -> str:
    """The picture, as one `svg` element that may stand in a page or be a file."""
    columns = [[each for each in lifecycle.states if _column(lifecycle, each) == index] for index in range(3)]
    shown = [column for column in columns if column]
    boxes: dict[str, tuple[float, float, float]] = {}
    left = float(_MARGIN)
    tallest = max(len(column) for column in shown)
    for column in shown:
        width = max(len(line) for status in column for line in _lines(lifecycle, status)) * _CHARACTER + 24
        top = _MARGIN + 20 + (tallest - len(column)) * _ROW / 2
        for row, status in enumerate(column):
            boxes[status] = (left, top + row * _ROW, width)
        left += width + _GAP
    width, height = left - _GAP + _GAP / 2, 2 * _MARGIN + 20 + tallest * _ROW
    name = _text(lifecycle.name)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lifecycle" role="img" width="{width:.0f}"'
        f' height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        ' font-family="ui-monospace, monospace" font-size="13">',
        f"<title>The statuses of {name}</title>",
        f'<defs><marker id="arrow-{name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"'
        ' orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="currentColor"/></marker></defs>',
    ]
    for column in shown:
        at, _, wide = boxes[column[0]]
        title = _COLUMNS[_column(lifecycle, column[0])]
        parts.append(
            f'<text x="{at + wide / 2:.1f}" y="{_MARGIN}" text-anchor="middle" fill="currentColor" opacity="0.6">'
            f"{title}</text>"
        )
    parts += [
        _arrow(lifecycle, before, after, boxes) for before in lifecycle.states for after in lifecycle.followers(before)
    ]
    parts += [_box(lifecycle, status, boxes[status]) for status in boxes]
    return "\n".join([*parts, "</svg>"])


def _column(lifecycle: Lifecycle, status: str) -> int:
    state = lifecycle.states[status]
    return 2 if state.is_final else int(state is State.RUNNING)


def _lines(lifecycle: Lifecycle, status: str) -> list[str]:
    """What is in the box: the status, and its state if that is another word."""
    flat = " ".join(status.split()) or "(empty)"
    cut = flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
    state = lifecycle.states[status].value
    return [cut] if status == state else [cut, state]


def _box(lifecycle: Lifecycle, status: str, box: tuple[float, float, float]) -> str:
    left, top, width = box
    state = lifecycle.states[status]
    thick = 2 if state.is_final else 1
    lines = _lines(lifecycle, status)
    middle = left + width / 2
    texts = [
        f'<text x="{middle:.1f}" y="{top + (25 if len(lines) == 1 else 17 + 16 * index):.1f}" text-anchor="middle"'
        f' fill="currentColor"{" opacity=" + chr(34) + "0.6" + chr(34) if index else ""}>{_text(line)}</text>'
        for index, line in enumerate(lines)
    ]
    return (
        f'<g class="status {state.value}" data-status="{_text(status)}"><title>{_text(status)}: {state.value}</title>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_HEIGHT}" rx="6" fill="none"'
        f' stroke="currentColor" stroke-width="{thick}"/>{"".join(texts)}</g>'
    )


def _arrow(lifecycle: Lifecycle, before: str, after: str, boxes: dict[str, tuple[float, float, float]]) -> str:
    """An arrow: to the right between columns, bent to the right within one, and below its way back to the left."""
    left, top, width = boxes[before]
    to_left, to_top, to_width = boxes[after]
    start, end = _port(before, after, lifecycle, top), to_top + _HEIGHT / 2
    if to_left > left:
        x, to_x, bend, to_bend = left + width, to_left, _GAP / 2, -_GAP / 2
    elif to_left == left:
        x, to_x, bend, to_bend = left + width, to_left + to_width, _GAP / 2, _GAP / 2
        end += 6 if before == after else 0
    else:
        x, to_x, bend, to_bend = left, to_left + to_width, -_GAP / 2, _GAP / 2
    curve = f"M{x:.1f},{start:.1f} C{x + bend:.1f},{start:.1f} {to_x + to_bend:.1f},{end:.1f} {to_x:.1f},{end:.1f}"
    return (
        f'<path class="transition" data-from="{_text(before)}" data-to="{_text(after)}" d="{curve}" fill="none"'
        f' stroke="currentColor" opacity="0.7" marker-end="url(#arrow-{_text(lifecycle.name)})"/>'
    )


def _port(before: str, after: str, lifecycle: Lifecycle, top: float) -> float:
    """The height at which an arrow leaves its box, so that no two leave at the same."""
    followers = lifecycle.followers(before)
    return top + _HEIGHT * (followers.index(after) + 1) / (len(followers) + 1)


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)

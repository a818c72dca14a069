"""What a rule says about a difference, and the words that rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from bide.differ.differences import Difference, Path
from bide.differ.facts import Tree
from bide.differ.version import Pair


class Said(NamedTuple):
    """A code and a sentence."""

    code: str
    message: str


Judge: TypeAlias = Callable[[Difference, Pair], Iterable[Said]]
"""What a difference means; nothing if another rule should judge it."""

_KINDS = {
    "jobs": "job",
    "operations": "operation",
    "lifecycles": "lifecycle",
    "models": "model",
    "enums": "enum",
    "unions": "union",
}


def owner(path: Path) -> str:
    """The thing that a path leads into, as `job "page"`."""
    return f'{_KINDS[path[0]]} "{path[1]}"' if path[0] in _KINDS and len(path) > 1 else path[0]


def shown(value: Tree) -> str:
    """A value, as short text."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}..."'
        case dict():
            return "{" + ", ".join(value) + "}"
    return str(value)


def seconds(value: Tree) -> str:
    """A duration, as a spec writes it."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if value and value % size == 0:
            return f"{value / size:g}{unit}"
    return f"{value:g}s"

"""All single edits of a spec: a key dropped, a value changed, a key renamed, two neighbours swapped."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Edit:
    """One edit of the data of a spec."""

    kind: str
    path: Path
    value: Any = None
    """The new value, or the new key."""

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(map(str, self.path))} {self.value!r}"

    def apply(self, data: Any) -> Any:
        """A copy of *data* with the edit."""
        made = copy.deepcopy(data)
        holder = made
        for step in self.path[:-1]:
            holder = holder[step]
        _APPLY[self.kind](holder, self.path[-1], self.value)
        return made


def _drop(holder: Any, key: Any, value: Any) -> None:
    del holder[key]


def _change(holder: Any, key: Any, value: Any) -> None:
    holder[key] = value


def _rename(holder: Any, key: Any, value: Any) -> None:
    pairs = [(value if name == key else name, each) for name, each in holder.items()]
    holder.clear()
    holder.update(pairs)


def _swap(holder: Any, key: Any, value: Any) -> None:
    """Swap a part with the one before it."""
    if isinstance(holder, list):
        holder[key - 1], holder[key] = holder[key], holder[key - 1]
        return
    pairs = list(holder.items())
    at = [name for name, _ in pairs].index(key)
    pairs[at - 1], pairs[at] = pairs[at], pairs[at - 1]
    holder.clear()
    holder.update(pairs)


_APPLY: Mapping[str, Callable[[Any, Any, Any], None]] = {
    "drop": _drop,
    "change": _change,
    "rename": _rename,
    "swap": _swap,
}

_STATES = ("pending", "running", "succeeded", "partial", "failed", "cancelled", "expired")
_TYPES = ("string", "integer", "number", "boolean", "any", "datetime", "list of string")


def edits(data: Any, path: Path = ()) -> Iterator[Edit]:
    """Edits of all parts of *data*."""
    items = list(data.items()) if isinstance(data, Mapping) else list(enumerate(data))
    for number, (key, value) in enumerate(items):
        at = (*path, key)
        yield Edit("drop", at)
        if number:
            yield Edit("swap", at)
        if isinstance(data, Mapping):
            yield Edit("rename", at, key[:-1] if str(key).endswith("?") else f"{key}?")
            yield Edit("rename", at, f"{key}x")
        if isinstance(value, Mapping | list):
            yield from edits(value, at)
        else:
            yield from (Edit("change", at, each) for each in _others(value))


def _others(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if re.fullmatch(r"\d+(\.\d+)?(ms|s|m|h|d)", value):
            yield "7" + value
        case str() if value in _STATES:
            yield from (state for state in _STATES if state != value)
        case str() if value in _TYPES or value.split(" ")[0] in ("list", "map"):
            yield from (each for each in (*_TYPES, f"list of ({value})", f"{value} or null") if each != value)
        case str():
            yield f"{value}x"
            yield f"{value}/x" if value.startswith("/") else f"{value} or null"

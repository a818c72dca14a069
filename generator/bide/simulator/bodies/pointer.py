"""Read and write JSON values by pointer. Independent of types."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from bide.ir import INDEX, Json, Pointer


class Missing(Enum):
    """Returned by `at` for a missing value, which differs from `null`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def at(value: Json, pointer: Pointer) -> Json:
    """The value at a pointer, or `MISSING`."""
    for step in pointer:
        if isinstance(value, list) and INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return MISSING
    return value


def put(body: dict[str, Json], pointer: Pointer, value: Json) -> None:
    """Write a value, and the objects and lists that lead to it. Other values on the way are replaced by these."""
    step, *rest = pointer
    body[step] = written(body.get(step), rest, value)


def written(holder: Json, pointer: Sequence[str], value: Json) -> Json:
    """*holder* with *value* at *pointer*: a list, if that begins with a place in one. It is filled up with null."""
    if not pointer:
        return value
    step, *rest = pointer
    if INDEX.fullmatch(step) and not isinstance(holder, dict):
        items = holder if isinstance(holder, list) else []
        items += [None] * (int(step) + 1 - len(items))
        items[int(step)] = written(items[int(step)], rest, value)
        return items
    named: dict[str, Json] = holder if isinstance(holder, dict) else {}
    named[step] = written(named.get(step), rest, value)
    return named


def drop(body: dict[str, Json], pointer: Pointer) -> None:
    """Remove a key, or an item of a list with all that follow it, if it exists."""
    parent = at(body, pointer[:-1])
    if isinstance(parent, dict):
        parent.pop(pointer[-1], None)
    elif isinstance(parent, list) and INDEX.fullmatch(pointer[-1]):
        del parent[int(pointer[-1]) :]

"""Reading and writing JSON values by pointer. Knows nothing of types."""

from __future__ import annotations

from enum import Enum
from typing import Final

from bide.ir import Json, Pointer


class Missing(Enum):
    """What `at` returns where nothing is. JSON has no such value, so it is not mistaken for a `null`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def at(value: Json, pointer: Pointer) -> Json:
    """The value that a pointer leads to, or `MISSING`."""
    for wire in pointer:
        if not isinstance(value, dict) or wire not in value:
            return MISSING
        value = value[wire]
    return value


def put(body: dict[str, Json], pointer: Pointer, value: Json) -> None:
    """Write a value, with the objects that lead to it. Anything else on the way is replaced by an object."""
    *path, last = pointer
    for wire in path:
        if not isinstance(body.get(wire), dict):
            body[wire] = {}
        body = body[wire]
    body[last] = value


def drop(body: dict[str, Json], pointer: Pointer) -> None:
    """Take a key out, if it is there."""
    parent = at(body, pointer[:-1])
    if isinstance(parent, dict):
        parent.pop(pointer[-1], None)

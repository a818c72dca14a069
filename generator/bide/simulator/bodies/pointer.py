"""Read and write JSON values by pointer. Independent of types."""

from __future__ import annotations

from enum import Enum
from typing import Final

from bide.ir import Json, Pointer


class Missing(Enum):
    """Returned by `at` for a missing value, which differs from `null`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def at(value: Json, pointer: Pointer) -> Json:
    """The value at a pointer, or `MISSING`."""
    for wire in pointer:
        if not isinstance(value, dict) or wire not in value:
            return MISSING
        value = value[wire]
    return value


def put(body: dict[str, Json], pointer: Pointer, value: Json) -> None:
    """Write a value, and the objects that lead to it. Other values on the way are replaced by objects."""
    *path, last = pointer
    for wire in path:
        if not isinstance(body.get(wire), dict):
            body[wire] = {}
        body = body[wire]
    body[last] = value


def drop(body: dict[str, Json], pointer: Pointer) -> None:
    """Remove a key, if it exists."""
    parent = at(body, pointer[:-1])
    if isinstance(parent, dict):
        parent.pop(pointer[-1], None)

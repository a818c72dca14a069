"""msgspec's description of a type, and how many levels of models it needs, so that values of recursive types end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec.inspect as inspect

from ...models.custom import alternatives, is_alternatives
from ...models.prepared import prepared
from ...models.variant import Variant, variants

_DEEPEST = 20


@cache
def shape(wanted: Any) -> inspect.Type:
    """msgspec's description of a type; cached, because inspecting a type for each reply is slow."""
    return inspect.type_info(prepared(wanted))


def shallowest(types: Sequence[inspect.Type]) -> Sequence[inspect.Type]:
    """Those of *types* that need the fewest levels; all of them if none ends."""
    for levels in range(_DEEPEST):
        if found := [each for each in types if is_enough(levels, each)]:
            return found
    return types


def is_enough(levels: int, found: inspect.Type) -> bool:
    """Whether some JSON of a type has at most this many levels of models."""
    match found:
        case inspect.UnionType(types=types):
            return any(is_enough(levels, each) for each in types)
        case inspect.StructType(cls=cls):
            return levels > 0 and _is_enough_inside(levels - 1, cls)
        case inspect.CustomType(cls=cls) if issubclass(cls, Variant):
            return any(is_enough(levels, shape(model)) for _, model in variants(cls))
        case inspect.CustomType(cls=cls) if is_alternatives(cls):
            return any(is_enough(levels, shape(each)) for each in alternatives(cls))
        case inspect.ListType(item_type=item, min_length=fewest) if fewest:
            return is_enough(levels, item)
        case _:
            return True


@cache
def _is_enough_inside(levels: int, cls: Any) -> bool:
    """Whether it is enough for the required fields of a model."""
    found = shape(cls)
    assert isinstance(found, inspect.StructType)
    return all(is_enough(levels, field.type) for field in found.fields if field.required)

"""How many levels of models a value needs, so that values of recursive types end. Independent of values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bide.ir.models import Enum, Field, Model, Union
from bide.ir.types import ListOf, Named, OneOf, Type

T = TypeVar("T", bound=Type)

_DEEPEST = 20


class Depth:
    """The levels that the types of a provider need."""

    def __init__(self, named: Callable[[Type], Enum | Model | Union | None]) -> None:
        """*named* returns what a type refers to."""
        self._named = named
        self._known: dict[tuple[str, int], bool] = {}

    def shallowest(self, types: Sequence[T]) -> T:
        """The first of *types* that needs the fewest levels; the first of all if none ends."""
        for levels in range(_DEEPEST):
            for each in types:
                if self._is_enough(levels, each):
                    return each
        return types[0]

    def _is_enough(self, levels: int, type_: Type) -> bool:
        """Whether some value of a type has at most this many levels of models."""
        match type_:
            case OneOf(types):
                return any(self._is_enough(levels, each) for each in types)
            case Named(name):
                if (name, levels) not in self._known:
                    self._known[name, levels] = self._is_enough_for(levels, type_)
                return self._known[name, levels]
            case _:
                return True

    def _is_enough_for(self, levels: int, type_: Named) -> bool:
        match self._named(type_):
            case Union(variants=variants):
                return any(self._is_enough(levels, Named(model)) for _, model in variants)
            case Model(fields=fields):
                return levels > 0 and all(self._is_enough_inside(levels - 1, field) for field in fields)
            case _:
                return True

    def _is_enough_inside(self, levels: int, field: Field) -> bool:
        if field.optional or field.nullable or field.is_const or field.has_default:
            return True
        item = field.type.item if isinstance(field.type, ListOf) and field.bounds.min_items else field.type
        return self._is_enough(levels, item)

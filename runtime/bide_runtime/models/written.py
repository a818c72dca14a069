"""Write values that have no JSON form of their own, as their types say: bytes, and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias, get_args

import msgspec

from ..http.request import Json
from .custom import NotNative, alternatives
from .rest import REST, classes_in, is_with_rest
from .variant import Variant, variants

Kinds: TypeAlias = frozenset[Any]
"""The types inside of a type whose values are written in their own way: `bytes`, `LocalDatetime`, times as numbers."""


def kinds_of(type_: Any) -> Kinds:
    """The kinds in a type."""
    return _kinds_of(type_) if type_ is not None else frozenset()


@lru_cache(maxsize=1024)
def _kinds_of(type_: Any) -> Kinds:
    if type_ is bytes:
        return frozenset({bytes})
    if type_ is None:
        return frozenset()
    if NotNative.is_possible:
        from .moment import LocalDatetime, is_number

        if type_ == LocalDatetime or is_number(type_):
            return frozenset({type_})
    inside = [*get_args(type_), *alternatives(type_)]
    return frozenset().union(*(_kinds_of(each) for each in inside if not isinstance(each, msgspec.Meta)))


def moment(value: datetime, kinds: Kinds, name: str) -> Json:
    """A date and time as JSON. Raises `InvalidArgument` if it has a time zone and must not have one, or the reverse."""
    from ..http.scalar import scalar
    from .moment import LocalDatetime, as_local, as_number, is_number

    unit = next(filter(is_number, kinds), None)
    if unit is not None:
        return as_number(value, unit, name)
    return as_local(value, name) if LocalDatetime in kinds else scalar(value, name)


def written(value: Any, otherwise: Callable[[Any], Json], kinds: Kinds = frozenset()) -> Json:
    """A typed value as plain JSON, where msgspec cannot write all of it; *otherwise* writes what it does not know."""
    if isinstance(value, msgspec.Struct):
        return _struct(value, otherwise)
    if isinstance(value, dict):
        return {key: written(item, otherwise, kinds) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item, otherwise, kinds) for item in value]
    if kinds and isinstance(value, datetime):
        return moment(value, kinds, "a value")
    return msgspec.to_builtins(value, enc_hook=otherwise)


@cache
def is_native(wanted: Any) -> bool:
    """Whether msgspec writes values of this type as the spec says: it has no other keys and no times as numbers."""
    from .moment import is_number

    return not any(is_number(cls) or is_with_rest(cls) for cls in classes_in(wanted, _inside))


def _inside(cls: type) -> tuple[Any, ...]:
    """The types in a custom type: the variants of a union, or alternatives."""
    return tuple(model for _, model in variants(cls)) if issubclass(cls, Variant) else alternatives(cls)


def _struct(value: msgspec.Struct, otherwise: Callable[[Any], Json]) -> dict[str, Json]:
    config = value.__struct_config__
    found: dict[str, Json] = {} if config.tag_field is None else {config.tag_field: config.tag}
    rest: dict[str, Json] = {}
    for name, wire, default, is_list, kinds in _fields(type(value)):
        item = getattr(value, name)
        if wire == REST:
            rest = written(item, otherwise, kinds)
        elif item is not default and not (is_list and item == []):
            found[wire] = written(item, otherwise, kinds)
    return {**rest, **found}


@lru_cache(maxsize=1024)
def _fields(cls: type[msgspec.Struct]) -> tuple[tuple[str, str, Any, bool, Kinds], ...]:
    """(attribute, wire name, default that is left out, whether an empty list is too, kinds) of each field."""
    return tuple(
        (each.name, each.encode_name, each.default, each.default_factory is list, kinds_of(each.type))
        for each in msgspec.structs.fields(cls)
    )

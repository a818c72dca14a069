"""Checks for examples of a model: variations of a body, and the data that a model lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec
import msgspec.inspect

from ...http.request import Json
from ...models.custom import alternatives, is_alternatives
from ...models.model import Model, OpenEnum, OpenIntEnum
from ...models.rest import REST

Body: TypeAlias = dict[str, Json]


def lost_in(value: Model, original: Json) -> list[str]:
    """The JSON paths of data in *original* that *value* declares, but that its own JSON lacks or has changed."""
    return list(_lost(value.to_dict(), _opened(type(value), original), value, "$"))


def nulls(model: type[Model], body: Body) -> Iterator[tuple[str, Body]]:
    """Each optional field's name, and *body* with that field set to null."""
    body = _opened(model, body)
    for field in msgspec.structs.fields(model):
        if field.default is None:
            yield field.name, {**body, field.encode_name: None}


def unknown_values(model: type[Model], body: Body) -> Iterator[tuple[str, Body]]:
    """The name of each enum field, and *body* with a value there that no spec lists."""
    body = _opened(model, body)
    for field in _fields(model):
        if any(isinstance(kind, msgspec.inspect.EnumType) for kind in _kinds(field)):
            yield field.name, {**body, field.encode_name: _tomorrow(_kinds(field))}


def wrong_types(model: type[Model], body: Body) -> Iterator[tuple[str, Body]]:
    """The JSON path of each field whose type is known, and *body* with a value of another type there."""
    body = _opened(model, body)
    for field in _fields(model):
        kinds = _kinds(field)
        if field.encode_name == REST or any(isinstance(kind, msgspec.inspect.AnyType) for kind in kinds):
            continue
        wrong = [value for value, accepting in _WRONG if not any(isinstance(kind, accepting) for kind in kinds)]
        if wrong:
            yield f"$.{field.encode_name}", {**body, field.encode_name: wrong[0]}


def _opened(model: type[Model], body: Json) -> Json:
    """The object in the envelope of a model; *body* itself if it has no envelope."""
    inside = body.get(model._envelope) if isinstance(body, dict) else None
    return inside if isinstance(inside, dict) else body


_SHORTEST = timedelta(microseconds=1)

_OBJECTS = (msgspec.inspect.DictType, msgspec.inspect.StructType, msgspec.inspect.CustomType)


_WRONG: tuple[tuple[Json, tuple[type, ...]], ...] = (
    ({"wrong": 1}, _OBJECTS),
    (True, (msgspec.inspect.BoolType,)),
    ([["wrong"]], (msgspec.inspect.ListType,)),
)
"""Values, and the types that may accept each."""


def _tomorrow(kinds: tuple[msgspec.inspect.Type, ...]) -> Json:
    """A value that the enum does not list."""
    cls = next(kind.cls for kind in kinds if isinstance(kind, msgspec.inspect.EnumType))
    return 2_147_483_647 if issubclass(cls, OpenIntEnum) else "a value of tomorrow"


def _fields(model: type[Model]) -> tuple[msgspec.inspect.Field, ...]:
    info = msgspec.inspect.type_info(model)
    assert isinstance(info, msgspec.inspect.StructType)
    return info.fields


def _kinds(field: msgspec.inspect.Field) -> tuple[msgspec.inspect.Type, ...]:
    return tuple(_flat(field.type))


def _flat(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """The alternatives of a type."""
    if isinstance(kind, msgspec.inspect.UnionType):
        yield from kind.types
    elif isinstance(kind, msgspec.inspect.CustomType) and is_alternatives(kind.cls):
        for each in alternatives(kind.cls):
            if each is not None:
                yield from _flat(msgspec.inspect.type_info(each))
    else:
        yield kind


def _lost(ours: Json, theirs: Json, value: object, path: str) -> Iterator[str]:
    if isinstance(value, Model):
        for field in msgspec.structs.fields(type(value)):
            wire = field.encode_name
            inside = getattr(value, field.name)
            # An empty list that is optional is omitted.
            if theirs.get(wire) is not None and not (wire not in ours and theirs[wire] == inside == []):
                yield from _lost(ours.get(wire), theirs[wire], inside, f"{path}.{wire}")
            elif wire == REST:
                for key, item in inside.items():
                    yield from _lost(ours.get(key), theirs.get(key), item, f"{path}.{key}")
    elif isinstance(theirs, dict) and isinstance(ours, dict) and isinstance(value, dict):
        if ours.keys() != theirs.keys():
            yield path
        for key in ours.keys() & theirs.keys():
            yield from _lost(ours[key], theirs[key], value[key], f"{path}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and isinstance(value, list):
        if len(ours) != len(theirs):
            yield path
        for index, (our, their, item) in enumerate(zip(ours, theirs, value, strict=False)):
            yield from _lost(our, their, item, f"{path}[{index}]")
    elif isinstance(value, datetime):
        # Parsers differ beyond microseconds: one rounds, another truncates.
        is_number = isinstance(theirs, int | float)
        apart = abs(ours - theirs) > 1e-3 if is_number else abs(value - datetime.fromisoformat(theirs)) > _SHORTEST
        if apart:
            yield path
    elif isinstance(value, OpenEnum | OpenIntEnum):
        if type(value)(theirs) != value:
            yield path
    elif ours != theirs:
        yield path

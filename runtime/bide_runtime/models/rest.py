"""Models with other keys beside their fields: `additional`, a map of the keys that have no field.

msgspec ignores such keys. So they are moved into a map, under a key of its own, before an object is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from ..http.request import Json
from .custom import NotNative
from .prepared import prepared

REST = "other keys"
"""The key of the map in the objects that msgspec reads. A spec has no field of that name: names have no spaces."""


def moved(wanted: Any, value: Json) -> Json:
    """*value*, plain JSON, with the keys that have no field moved into the map `additional` of each object's model."""
    if not NotNative.is_possible or not has_rest(wanted):
        return value
    from msgspec import inspect

    return _moved(inspect.type_info(prepared(wanted)), value)


@cache
def has_rest(wanted: Any) -> bool:
    """Whether a value of this type may have an object whose keys have to be moved."""
    return any(map(is_with_rest, classes_in(wanted)))


def is_with_rest(cls: type) -> bool:
    """Whether a class is a model with other keys."""
    return REST in getattr(cls, "__struct_encode_fields__", ())


def classes_in(wanted: Any, inside: Callable[[type], Iterable[Any]] = lambda cls: ()) -> Iterator[type]:
    """The models and the custom types in a type, each once. *inside* gives the types in a custom type."""
    from msgspec import inspect

    waiting, seen = [inspect.type_info(prepared(wanted))], set()
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=cls, fields=fields) if cls not in seen:
                seen.add(cls)
                waiting += [field.type for field in fields]
                yield cls
            case inspect.CustomType(cls=cls) if cls not in seen:
                seen.add(cls)
                waiting += [inspect.type_info(prepared(each)) for each in inside(cls)]
                yield cls
            case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
                waiting.append(item)
            case inspect.UnionType(types=types):
                waiting += types


def _moved(found: Any, value: Json) -> Json:
    from msgspec import inspect

    if isinstance(found, inspect.UnionType):
        fitting = inspect.ListType if isinstance(value, list) else (inspect.StructType, inspect.DictType)
        found = next((each for each in found.types if isinstance(each, fitting)), found)
    match found:
        case inspect.StructType(cls=cls, fields=fields) if isinstance(value, dict):
            kinds = {field.encode_name: field.type for field in fields}
            rest = kinds.pop(REST, None)
            inside = {key: _moved(kinds[key], item) for key, item in value.items() if key in kinds}
            others = {key: item for key, item in value.items() if key not in kinds}
            if rest is None:
                return {**others, **inside}
            tag = cls.__struct_config__.tag_field
            tagged = {tag: others.pop(tag)} if tag in others else {}
            return {**tagged, **inside, REST: _moved(rest, others)}
        case inspect.ListType(item_type=item) if isinstance(value, list):
            return [_moved(item, each) for each in value]
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            return {key: _moved(item, each) for key, each in value.items()}
    return value

"""A part of a model: only the fields that are read now, whatever the rest of a reply is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from types import NoneType, UnionType, new_class
from typing import Any, Union, get_args, get_origin

import msgspec

from ..http.request import Json
from .codec import Path
from .model import Model


def part_of(wanted: Any, paths: frozenset[Path]) -> Any:
    """The model *wanted* with only the fields that *paths* lead to; any other type as it is."""
    return _new_part(wanted, paths) if _is_plain_model(wanted) else wanted


@lru_cache(maxsize=1024)
def _new_part(wanted: type[Model], paths: frozenset[Path]) -> type[Model]:
    inside = _by_first(paths)
    fields = [field for field in msgspec.structs.fields(wanted) if field.name in inside]
    namespace: dict[str, Any] = {
        "__module__": __name__,
        "__annotations__": {field.name: _type_of_part(field.type, inside[field.name]) for field in fields},
        "_envelope": wanted._envelope,
    }
    for field in fields:
        is_made = field.default_factory is not msgspec.NODEFAULT
        default = {"default_factory": field.default_factory} if is_made else {"default": field.default}
        namespace[field.name] = msgspec.field(name=field.encode_name, **default)
    return new_class(wanted.__name__, (Model,), exec_body=lambda made: made.update(namespace))


def named(wanted: Any, value: Json) -> Json:
    """JSON values with the attribute names of the model *wanted* instead of the keys. Their types are not checked."""
    item = _item_in(wanted)
    if item is not None and isinstance(value, list):
        return [named(item, each) for each in value]
    model = _model_in(wanted)
    if model is None or not isinstance(value, dict):
        return value
    inside = value.get(model._envelope) if model._envelope else None
    source = inside if isinstance(inside, dict) else value
    return {
        field.name: named(field.type, source[field.encode_name])
        for field in msgspec.structs.fields(model)
        if field.encode_name in source
    }


def _by_first(paths: Iterable[Path]) -> dict[str, frozenset[Path]]:
    """The rests of the paths, by their first step."""
    found: dict[str, set[Path]] = {}
    for path in paths:
        if path:
            found.setdefault(path[0], set()).add(path[1:])
    return {name: frozenset(rests) for name, rests in found.items()}


def _type_of_part(wanted: Any, paths: frozenset[Path]) -> Any:
    item = None if () in paths else _item_in(wanted)
    if item is not None:
        part: Any = _type_of_part(item, frozenset(path[1:] for path in paths))
        items: Any = list.__class_getitem__(part)
        return items if get_origin(wanted) is list else items | None
    model = None if () in paths else _model_in(wanted)
    if model is None:
        return wanted
    part = part_of(model, paths)
    return part if wanted is model else Union[part, None]  # noqa: UP007  # `|` needs types that it knows


def _item_in(wanted: Any) -> Any:
    """The type of the items of a list, which may be nullable; `None` for any other type."""
    if get_origin(wanted) in (Union, UnionType):
        wanted, *more = [each for each in get_args(wanted) if each is not NoneType]
        if more:
            return None
    return get_args(wanted)[0] if get_origin(wanted) is list else None


def _model_in(wanted: Any) -> type[Model] | None:
    """The model in `Model` or `Model | None`; `None` for any other type."""
    if get_origin(wanted) in (Union, UnionType):
        wanted, *more = [each for each in get_args(wanted) if each is not NoneType]
        if more:
            return None
    return wanted if _is_plain_model(wanted) else None


def _is_plain_model(wanted: Any) -> bool:
    """Whether it is a model that a field like `type` does not tell from others."""
    return isinstance(wanted, type) and issubclass(wanted, Model) and wanted.__struct_config__.tag is None

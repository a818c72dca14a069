"""Read an object from a query in which each of its values has a name in brackets: `filter[price][max]=9`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bide.ir import Json, ListOf, MapOf, Model, OneOf, Type
from bide.simulator.bodies.catalog import Catalog

Texts = Mapping[str, list[str]]
"""The texts of each name in a query."""

Read = Callable[[Catalog, Type, list[str]], Json]
"""Reads the texts of one name as a type."""


def names_in(texts: Texts, wire: str) -> list[str]:
    """The names of the values of an object."""
    return [name for name in texts if name.startswith(f"{wire}[")]


def read_object(catalog: Catalog, type_: Type, texts: Texts, wire: str, read: Read, join: str = "") -> Json:
    """The object *wire* in a query; empty if no name is one of its values."""
    tree: dict[str, Json] = {}
    for name in names_in(texts, wire):
        *holders, last = _keys(name.removeprefix(wire))
        here = tree
        for key in holders:
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                break
        else:
            here[last] = texts[name]
    return _typed(catalog, type_, tree, read, join)


def _keys(text: str) -> list[str]:
    """`[price][max]` as keys. The brackets of a list belong to its key: `[ids][]` is `ids[]`."""
    keys: list[str] = re.findall(r"\[([^\[\]]*)\]", text)
    return [*keys[:-2], f"{keys[-2]}[]"] if len(keys) > 1 and not keys[-1] else keys or [text]


def _typed(catalog: Catalog, type_: Type | None, found: Json, read: Read, join: str) -> Json:
    """A part of the tree as a type; what does not fit stays as it is, which validation reports."""
    if isinstance(type_, OneOf):
        is_object = isinstance(found, dict)
        fitting = [each for each in type_.types if _is_object(catalog, each) is is_object]
        type_ = fitting[0] if len(fitting) == 1 else OneOf(tuple(fitting)) if fitting else type_.types[0]
    if isinstance(found, list):
        texts = found[0].split(join) if join and isinstance(type_, ListOf) else found
        return texts[-1] if type_ is None or _is_object(catalog, type_) else read(catalog, type_, texts)
    model = catalog.model(type_)
    if model is not None:
        return _filled(catalog, model, found, read, join)
    inner = type_.value if isinstance(type_, MapOf) else None
    return {key: _typed(catalog, inner, value, read, join) for key, value in found.items()}


def _filled(catalog: Catalog, model: Model, found: dict[str, Json], read: Read, join: str) -> Json:
    """An object of a model. Objects that it always has are there, also if they are empty and have no names."""
    types = {field.wire: field.type for field in model.fields}
    rest = model.additional.type.value if model.additional and isinstance(model.additional.type, MapOf) else None
    always: dict[str, Json] = {
        each.wire: {} for each in model.fields if not each.optional and _is_object(catalog, each.type)
    }
    return {key: _typed(catalog, types.get(key, rest), value, read, join) for key, value in {**always, **found}.items()}


def _is_object(catalog: Catalog, type_: Type) -> bool:
    return isinstance(type_, MapOf) or catalog.model(type_) is not None

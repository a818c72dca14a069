"""What tests of a client need: ways to look at models. Not for production code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from .model import Model
from .request import Json


def lost_in(value: Model, original: Json) -> list[str]:
    """The JSON paths of what *original* has, *value* declares, and its own JSON lacks or has differently."""
    return list(_lost(value.to_dict(), original, value, "$"))


def null_where_optional(model: type[Model], body: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """*body* with one optional field after another set to null."""
    for field in msgspec.structs.fields(model):
        if not field.required:
            yield {**body, field.encode_name: None}


def _lost(ours: Json, theirs: Json, value: object, path: str) -> Iterator[str]:
    if isinstance(value, Model):
        for field in msgspec.structs.fields(type(value)):
            wire = field.encode_name
            if theirs.get(wire) is not None:
                yield from _lost(ours.get(wire), theirs[wire], getattr(value, field.name), f"{path}.{wire}")
    elif isinstance(theirs, list) and isinstance(ours, list) and isinstance(value, list):
        if len(ours) != len(theirs):
            yield path
        for index, (our, their, item) in enumerate(zip(ours, theirs, value, strict=False)):
            yield from _lost(our, their, item, f"{path}[{index}]")
    elif isinstance(value, datetime):
        if value != datetime.fromisoformat(theirs):
            yield path
    elif ours != theirs:
        yield path

"""Find fields of a reply that its model does not have: new or undocumented ones."""

from __future__ import annotations

from collections.abc import Iterator

from ..http.request import Json
from .codec import any_json
from .model import Model
from .rest import REST


def unknown_fields(value: object, body: bytes) -> dict[str, Json]:
    """The fields of *body*, a JSON text, that the models in *value* do not have, by JSON path.

    *value* is what *body* was decoded as: a model, or a list or a map of models.
    """
    return dict(_unknown(value, any_json(body), "$"))


def _unknown(value: object, raw: Json, path: str) -> Iterator[tuple[str, Json]]:
    match value, raw:
        case Model(), dict():
            yield from _unknown_of(value, *_opened(value, raw, path))
        case list(), list():
            for index, (item, inside) in enumerate(zip(value, raw, strict=False)):
                yield from _unknown(item, inside, f"{path}[{index}]")
        case dict(), dict():
            for key, item in value.items():
                yield from _unknown(item, raw.get(key), f"{path}.{key}")


def _unknown_of(model: Model, raw: dict[str, Json], path: str) -> Iterator[tuple[str, Json]]:
    names = dict(zip(model.__struct_encode_fields__, model.__struct_fields__, strict=True))
    tag = model.__struct_config__.tag_field
    for key, inside in raw.items():
        if key in names:
            yield from _unknown(getattr(model, names[key]), inside, f"{path}.{key}")
        elif REST in names:
            yield from _unknown(getattr(model, names[REST]).get(key), inside, f"{path}.{key}")
        elif key != tag:
            yield f"{path}.{key}", inside


def _opened(model: Model, raw: dict[str, Json], path: str) -> tuple[dict[str, Json], str]:
    """The object inside of the envelope, if the reply has one."""
    inside = raw.get(model._envelope) if model._envelope else None
    return (inside, f"{path}.{model._envelope}") if isinstance(inside, dict) else (raw, path)

"""Models for tests, without a reply."""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import replace

from ..models.model import Model
from .fake.bodies import made_up, typed

M = TypeVar("M", bound=Model)


def build(model: type[M], **fields: Any) -> M:
    """A valid *model* with these fields; other required fields get placeholder values.

    Raises `TypeError` for a name that is not a field of the model.
    """
    known = model.__struct_fields__
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise TypeError(f"{model.__name__} has no field {unknown[0]!r}; its fields are {', '.join(known)}")
    made: M = typed(model, made_up(model))
    return replace(made, **fields)

"""Find the type that a pointer leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bide import ir

FieldsOf: TypeAlias = Callable[[str], Mapping[str, ir.Type] | None]
"""Returns the types of the fields of a model by wire name; `None` if the name is not a model."""

_FREE = frozenset((ir.Kind.ANY, ir.Kind.OBJECT))


class LeadsNowhere(LookupError):
    """A pointer leads to a field that its type does not have."""

    def __init__(self, step: str, holder: ir.Type) -> None:
        super().__init__(step)
        self.step = step
        self.holder = holder


def follow(pointer: ir.Pointer, start: ir.Type, fields_of: FieldsOf) -> ir.Type:
    """The type that *pointer* leads to. Free-form JSON has every field, with type `any`. Raises `LeadsNowhere`."""
    here = start
    for step in pointer:
        here = _step(step, here, fields_of)
    return here


def _step(step: str, holder: ir.Type, fields_of: FieldsOf) -> ir.Type:
    match holder:
        case ir.Scalar(kind) if kind in _FREE:
            return ir.Scalar(ir.Kind.ANY)
        case ir.MapOf(value):
            return value
        case ir.ListOf(item) if ir.INDEX.fullmatch(step):
            return item
        case ir.OneOf((only,)):  # or null
            return _step(step, only, fields_of)
        case ir.Named(name):
            fields = fields_of(name)
            if fields is not None and step in fields:
                return fields[step]
    raise LeadsNowhere(step, holder)

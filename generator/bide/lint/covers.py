"""Whether every value of one type is also a value of another, as far as a client can tell."""

from __future__ import annotations

from bide import ir
from bide.ir.notation import alternatives
from bide.lint.spec import FieldView, Spec
from bide.spec.document import Json

_DEEPEST = 8
_TEXTS = (ir.Kind.STRING, ir.Kind.DATETIME, ir.Kind.LOCAL_DATETIME, ir.Kind.DATE, ir.Kind.UUID, ir.Kind.BASE64)
_NUMBERS = (ir.Kind.NUMBER, ir.Kind.INTEGER, ir.Kind.UNIXTIME, ir.Kind.UNIXTIME_MS)
_WIDER = {
    ir.Kind.STRING: _TEXTS,
    ir.Kind.UUID: _TEXTS,  # a client checks neither a UUID nor a status in a reply
    ir.Kind.NUMBER: _NUMBERS,
    ir.Kind.UNIXTIME: _NUMBERS,
    ir.Kind.UNIXTIME_MS: _NUMBERS,
}
"""The types whose values also fit a type."""


def covers(spec: Spec, wide: str, narrow: str, depth: int = 0) -> bool:
    """Whether every object of the model *narrow* fits the model *wide*. Keys that *narrow* does not have do not count.

    Bounds do not count either: a client does not check them in replies.
    """
    if wide == narrow:
        return True
    if depth > _DEEPEST:
        return False
    has, needs = spec.required(narrow), spec.required(wide)
    fields = {view.wire: view for view in spec.fields(narrow)}
    for view in spec.fields(wide):
        mine = fields.get(view.wire)
        if view.wire in needs and view.wire not in has:
            return False
        if mine is not None and not _field_covers(
            spec, view, mine, view.wire not in needs, mine.wire not in has, depth
        ):
            return False
    declared = {view.wire for view in spec.fields(wide)}
    for rest in spec.additional(wide):
        others = [*(view for view in fields.values() if view.wire not in declared), *spec.additional(narrow)]
        if not all(_field_covers(spec, rest, each, False, False, depth) for each in others):
            return False
    return True


def _field_covers(
    spec: Spec, wide: FieldView, narrow: FieldView, wide_is_optional: bool, narrow_is_optional: bool, depth: int
) -> bool:
    if "const" in wide.more:
        return "const" in narrow.more and _same(wide.more["const"], narrow.more["const"])
    if wide.type is None:
        return True
    may_be_null = narrow_is_optional or (narrow.type is not None and narrow.type.nullable)
    if may_be_null and not (wide_is_optional or wide.type.nullable) and wide.type.type != ir.Scalar(ir.Kind.ANY):
        return False
    if "const" in narrow.more:
        return _constant_fits(narrow.more["const"], spec, wide.type.type)
    return narrow.type is None or _type_covers(spec, wide.type.type, narrow.type.type, depth)


def _same(one: Json, other: Json) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _constant_fits(const: Json, spec: Spec, wide: ir.Type) -> bool:
    kinds: dict[type, ir.Kind] = {
        bool: ir.Kind.BOOLEAN,
        str: ir.Kind.STRING,
        int: ir.Kind.INTEGER,
        float: ir.Kind.NUMBER,
    }
    kind = kinds.get(type(const))
    return kind is not None and _type_covers(spec, wide, ir.Scalar(kind), 0)


def _type_covers(spec: Spec, wide: ir.Type, narrow: ir.Type, depth: int) -> bool:
    """Whether every value of a type fits another."""
    if wide == narrow or wide == ir.Scalar(ir.Kind.ANY):
        return True
    if isinstance(wide, ir.OneOf) or isinstance(narrow, ir.OneOf):
        is_null_fine = not getattr(narrow, "nullable", False) or getattr(wide, "nullable", False)
        return is_null_fine and all(
            any(_type_covers(spec, each, one, depth) for each in alternatives(wide)) for one in alternatives(narrow)
        )
    match wide, narrow:
        case ir.Scalar(kind), ir.Scalar(other):
            return other in _WIDER.get(kind, ())
        case ir.ListOf(item), ir.ListOf(other_item):
            return _type_covers(spec, item, other_item, depth)
        case ir.MapOf(value), ir.MapOf(other_value):
            return _type_covers(spec, value, other_value, depth)
        case ir.Scalar(ir.Kind.OBJECT), ir.MapOf():
            return True
        case ir.Scalar(kind), ir.Named(name):
            if name in spec.table("enums"):
                return kind in (
                    (ir.Kind.NUMBER, ir.Kind.INTEGER) if spec.is_numeric(name) else (ir.Kind.STRING, ir.Kind.UUID)
                )
            return kind is ir.Kind.OBJECT
        case ir.Named(name), ir.Scalar(kind) if name in spec.table("enums"):
            return kind is (ir.Kind.INTEGER if spec.is_numeric(name) else ir.Kind.STRING)  # enums are open
        case ir.Named(name), ir.Named(other_name):
            if name in spec.table("enums") and other_name in spec.table("enums"):
                return spec.is_numeric(name) == spec.is_numeric(other_name)
            if spec.is_model(name) and spec.is_model(other_name):
                return covers(spec, name, other_name, depth + 1)
            union = spec.table("unions").get(name)
            return union is not None and isinstance(union["variants"], list) and spec.is_model(other_name)
    return False

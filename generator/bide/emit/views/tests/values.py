"""The possible values of the types of a spec, for property tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from bide.emit.python.code import Code, literal
from bide.emit.views.context import Context
from bide.ir import (
    UNBOUNDED,
    Bounds,
    Enum,
    Field,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Scalar,
    Type,
    Union,
)


def fields_with_rest(model: Model) -> list[Field]:
    """The fields of a model, and the map of its other keys."""
    return [*model.fields, *([model.additional] if model.additional else [])]


_SCALARS = {
    Kind.STRING: "text",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATETIME: "moment",
    Kind.LOCAL_DATETIME: "local_moment",
    Kind.UNIXTIME: "unix_time",
    Kind.DATE: "day",
    Kind.ANY: "anything",
    Kind.OBJECT: "an_object",
    Kind.FILE: "file",
    Kind.BYTES: "raw",
    Kind.UUID: "uuid",
    Kind.BASE64: "base64",
}


def values_of(provider: Context, type: Type, bounds: Bounds = UNBOUNDED, *, is_checked: bool = True) -> Code:
    """The possible values of a type. Unless it is checked, a text may have another format."""
    inside = partial(values_of, provider, is_checked=is_checked)
    match type:
        case Scalar(Kind.UUID) if not is_checked:
            return Code("v.text()")
        case Scalar(Kind.UNIXTIME_MS):
            return Code("v.unix_time(milliseconds=True)")
        case Scalar(kind):
            return Code(f"v.{_SCALARS[kind]}({', '.join(_limits(bounds))})")
        case ListOf(item):
            return Code(f"v.list_of({', '.join([inside(item), *_limits(bounds)])})")
        case OneOf(types, nullable):
            parts = [*map(inside, types), *([Code("v.null()")] if nullable else [])]
            return Code(f"v.one_of({', '.join(parts)})")
        case MapOf(value):
            return Code(f"v.map_of({inside(value)})")
        case Named(name):
            thing = provider.ir.by_name[name]
            if not isinstance(thing, Enum):
                return Code(f"of({literal(name)})")
            texts = ", ".join(literal(thing.json(value)) for value in thing.values)
            return Code(f"v.choice(models.{name}, {texts})")


def _limits(bounds: Bounds) -> Iterator[Code]:
    if not bounds:
        return
    table: Mapping[str, Json] = {
        "min": bounds.min,
        "max": bounds.max,
        "above": bounds.above,
        "below": bounds.below,
        "min_length": bounds.min_length,
        "max_length": bounds.max_length,
        "pattern": bounds.pattern,
        "min_items": bounds.min_items,
        "max_items": bounds.max_items,
    }
    for name, value in table.items():
        if value is not None:
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            yield Code(f"{name}={literal(whole)}")


def values_of_named(provider: Context, name: str) -> Code:
    """The possible values of a model or a union."""
    thing = provider.ir.by_name[name]
    if isinstance(thing, Union):
        return Code(f"v.union({', '.join(f'of({literal(variant)})' for _, variant in thing.variants)})")
    assert isinstance(thing, Model)
    keys = ", ".join(f"{literal(field.name)}: {_key(provider, field, of=thing)}" for field in thing.fields)
    tag = f", tag={literal((thing.tag_field, thing.tag))}" if thing.tag is not None else ""
    rest = f", rest={rest_of(provider, thing)}" if thing.additional else ""
    return Code(f"v.model(models.{name}, {{{keys}}}{tag}{rest})")


def rest_of(provider: Context, model: Model) -> Code:
    """The possible values of the keys that have no field."""
    assert model.additional is not None
    assert isinstance(model.additional.type, MapOf)
    declared = [field.wire for field in model.fields] + ([model.tag_field] if model.tag_field else [])
    parts = [values_of(provider, model.additional.type.value, is_checked=not model.in_reply), *map(literal, declared)]
    return Code(f"v.rest_of({', '.join(parts)})")


def _key(provider: Context, field: Field, *, of: Model) -> Code:
    is_checked = not of.in_reply  # bounds and formats of a model that replies have too are not
    values = (
        Code(f"v.constant({literal(field.const)})")
        if field.is_const
        else values_of(provider, field.type, field.bounds if is_checked else UNBOUNDED, is_checked=is_checked)
    )
    parts = [literal(field.wire), values]
    parts += [Code("is_optional=True")] if field.optional else []
    parts += [Code("is_nullable=True")] if field.nullable else []
    return Code(f"v.Key({', '.join(parts)})")

"""Bodies of a fake provider's replies: JSON that matches a type, with placeholder values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import msgspec.inspect as inspect

from ...errors.decode import DecodeError
from ...http.request import Json
from ...models.codec import decode, follow
from ...models.custom import Read, alternatives, is_alternatives
from ...models.model import _as_plain
from ...models.variant import Variant, variants
from .depth import shallowest, shape

Path = tuple[str, ...]

_START = timedelta(days=20_454)
"""2026-01-01, since 1970."""

_WORDS = {"true": True, "false": False}
"""A status that is a boolean, as a spec writes it."""


def plain(value: Any) -> Json:
    """A typed value as the JSON that the provider would send. Plain JSON and bytes are returned unchanged."""
    return value if isinstance(value, bytes) else _as_plain(value)


def made_up(wanted: Any, name: str = "text") -> Json:
    """The smallest JSON that matches a type, or some bytes. *name* is used in texts."""
    return b"some bytes" if wanted is bytes else _made_up(shape(wanted), name)


def put(body: Json, wanted: Any, path: Path, value: Json) -> bool:
    """Put *value* at *path*, of Python names, into *body*, JSON of the type *wanted*; returns whether the path exists.

    The value is converted to the type there: a status to a boolean, a progress to a whole number.
    """
    holder, found = body, shape(wanted)
    for step, name in enumerate(path):
        is_last = step == len(path) - 1
        inside = _inside(found, name)
        if inside is None or not isinstance(holder, dict | list):
            return False
        wire, found = inside
        key: Any = wire
        if isinstance(holder, list):
            key = int(wire)
            holder += [_made_up(_object(found), wire) for _ in range(key + 1 - len(holder))]
        there = holder[key] if isinstance(holder, list) else holder.get(key)
        if is_last:
            holder[key] = _fitted(value, found)
        elif not isinstance(there, dict | list):
            holder[key] = _made_up(_object(found), wire)
        holder = holder[key]
    return bool(path)


def placed(body: Json, place: Path, value: Json) -> Json:
    """*body* with *value* at *place*, of JSON names. Objects and lists that lead there are made if they are missing."""
    if not place:
        return value
    step, *rest = place
    if step.isdecimal() and not isinstance(body, dict):
        items = list(body) if isinstance(body, list) else []
        items += [None] * (int(step) + 1 - len(items))
        items[int(step)] = placed(items[int(step)], tuple(rest), value)
        return items
    named = body if isinstance(body, dict) else {}
    return {**named, step: placed(named.get(step), tuple(rest), value)}


def value_at(body: Json, wanted: Any, path: Path) -> Json:
    """The value at *path*, of Python names, in *body*, JSON of the type *wanted*; `None` if there is none."""
    found = shape(wanted)
    for name in path:
        inside = _inside(found, name)
        if inside is None:
            return None
        wire, found = inside
        body = follow(body, (wire,))
    return body


def attributes(wanted: Any, place: Path) -> Path:
    """The Python names of *place*, JSON names that lead into the type *wanted*; empty if it has no such place."""
    names, found = [], shape(wanted)
    for wire in place:
        match _object(found):
            case inspect.StructType(fields=fields):
                field = next((each for each in fields if each.encode_name == wire), None)
                if field is None:
                    return ()
                names.append(field.name)
                found = field.type
            case inspect.ListType(item_type=item) if wire.isdecimal():
                names.append(wire)
                found = item
            case inspect.DictType() | inspect.AnyType():
                names.append(wire)
                found = shape(Any)
            case _:
                return ()
    return tuple(names)


def has(wanted: Any, path: Path) -> bool:
    """Whether *path* leads to something in JSON of the type *wanted*."""
    return put(made_up(wanted), wanted, path, None)


def takes(wanted: Any, path: Path, value: Json) -> bool:
    """Whether JSON of the type *wanted* may have *value* at *path*."""
    body = made_up(wanted)
    return put(body, wanted, path, value) and fits(wanted, body)


def nulls(wanted: Any, body: Json) -> Json:
    """*body*, JSON of the type *wanted*, with null in each absent field that may be null."""
    return body if wanted is bytes else _nulls(shape(wanted), body)


def other_than(value: Json, wanted: Any, path: Path) -> Json:
    """A value other than *value* that JSON of the type *wanted* may have at *path*."""
    if isinstance(value, bool):
        return not value
    if value is None:
        found: inspect.Type | None = shape(wanted)
        for name in path:
            inside = None if found is None else _inside(found, name)
            found = None if inside is None else inside[1]
        return "text" if found is None else _made_up(_object(found), "text")
    return value + (" not" if isinstance(value, str) else 1)


def _made_up(found: inspect.Type, name: str, outer: frozenset[Any] | None = frozenset()) -> Json:
    """JSON inside of the models *outer*; `None` if one of them is inside of itself, so that no level may be wasted."""
    match found:
        case inspect.UnionType(types=types):
            is_nullable = any(isinstance(each, inspect.NoneType) for each in types)
            return None if is_nullable else _made_up(_choice(types, outer), name, outer)
        case inspect.StructType(cls=cls, fields=fields, tag_field=tag_field, tag=tag):
            inside = None if outer is None or cls in outer else outer | {cls}
            tagged = {} if tag_field is None else {tag_field: tag}
            return tagged | {
                field.encode_name: _made_up(field.type, field.encode_name, inside) for field in fields if field.required
            }
        case inspect.CustomType(cls=cls) if issubclass(cls, Variant):
            known = {model: added for added, model in reversed(variants(cls))}
            chosen = _choice([shape(model) for _, model in variants(cls)], outer)
            return {**_made_up(chosen, name, outer), **known[chosen.cls]}
        case inspect.CustomType(cls=cls) if is_alternatives(cls):
            return _made_up(_choice([shape(each) for each in alternatives(cls)], outer), name, outer)
        case inspect.CustomType(cls=cls) if issubclass(cls, Read):
            return round(_START / cls.unit)  # type: ignore[attr-defined]  # the others are times as numbers
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.ListType():
            return []
        case inspect.DictType():
            return {}
        case inspect.BoolType():
            return False
        case inspect.IntType(gt=above, ge=least) | inspect.FloatType(gt=above, ge=least):
            return (least or 0) if above is None else above + 1
        case inspect.BytesType():
            return ""
        case inspect.DateTimeType(tz=tz):
            return "2026-01-01T00:00:00" if tz is False else "2026-01-01T00:00:00Z"
        case inspect.DateType():
            return "2026-01-01"
        case inspect.StrType() | inspect.AnyType():
            return name
        case _:
            return None


def _choice(types: Sequence[inspect.Type], outer: frozenset[Any] | None) -> Any:
    """The first of these types; if no level may be wasted, the first of the least nested ones."""
    return types[0] if outer is not None else shallowest(types)[0]


def _nulls(found: inspect.Type, body: Json) -> Json:
    match _object(found):
        case inspect.StructType(fields=fields) if isinstance(body, dict):
            absent = (field for field in fields if field.encode_name not in body and _may_be_null(field.type))
            present = ((field.encode_name, field.type) for field in fields if field.encode_name in body)
            inside = {name: _nulls(kind, body[name]) for name, kind in present}
            return {**body, **inside, **{field.encode_name: None for field in absent}}
        case inspect.ListType(item_type=item) if isinstance(body, list):
            return [_nulls(item, each) for each in body]
        case _:
            return body


def _may_be_null(found: inspect.Type) -> bool:
    return isinstance(found, inspect.UnionType) and any(isinstance(each, inspect.NoneType) for each in found.types)


def _inside(found: inspect.Type, name: str) -> tuple[str, inspect.Type] | None:
    """The JSON key and the type of an attribute."""
    match _object(found):
        case inspect.StructType(fields=fields):
            return next(((field.encode_name, field.type) for field in fields if field.name == name), None)
        case inspect.ListType(item_type=item) if name.isdecimal():
            return name, item
        case inspect.DictType(value_type=value):
            return name, value
        case inspect.AnyType():
            return name, inspect.AnyType()
        case _:
            return None


def _object(found: inspect.Type) -> inspect.Type:
    """The type without null."""
    if isinstance(found, inspect.UnionType):
        return next((each for each in found.types if not isinstance(each, inspect.NoneType)), found)
    if isinstance(found, inspect.AnyType):
        return inspect.DictType(key_type=inspect.StrType(), value_type=inspect.AnyType())
    return found


def _fitted(value: Json, found: inspect.Type) -> Json:
    wanted = _object(found) if isinstance(found, inspect.UnionType) else found
    if isinstance(wanted, inspect.IntType) and isinstance(value, float):
        return round(value)
    if isinstance(wanted, inspect.EnumType) and issubclass(wanted.cls, int) and str(value).lstrip("-").isdecimal():
        return int(value)
    if isinstance(wanted, inspect.BoolType) and isinstance(value, str):
        return _WORDS.get(value, value)
    if isinstance(wanted, inspect.IntType) and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if isinstance(wanted, inspect.ListType) and isinstance(value, str):
        return [value]
    if isinstance(wanted, inspect.StructType) and not isinstance(value, dict):
        return _made_up(wanted, "")
    return value


def fits(wanted: Any, body: Json) -> bool:
    """Whether a client can decode *body* as *wanted*."""
    try:
        typed(wanted, body)
    except DecodeError:
        return False
    return True


def typed(wanted: Any, body: Json) -> Any:
    """*body* as the client decodes it."""
    return decode(wanted, body if isinstance(body, bytes) else msgspec.json.encode(body))

"""Validate JSON values against types. Independent of HTTP."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bide.ir import UUID_PATTERN, Bounds, Enum, Field, Json, Kind, ListOf, MapOf, Model, OneOf, Scalar, Type, Union
from bide.simulator.bodies.catalog import Catalog


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_datetime(value: Json) -> bool:
    try:
        return isinstance(value, str) and "T" in value.upper() and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_local_datetime(value: Json) -> bool:
    try:
        return isinstance(value, str) and "T" in value.upper() and datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _is_base64(value: Json) -> bool:
    try:
        return isinstance(value, str) and b64decode(value, validate=True) is not None
    except ValueError:
        return False


def _is_date(value: Json) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


_SCALARS: dict[Kind, tuple[str, Callable[[Json], bool]]] = {
    Kind.STRING: ("a text", lambda value: isinstance(value, str)),
    Kind.INTEGER: ("an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    Kind.NUMBER: ("a number", _is_number),
    Kind.BOOLEAN: ("true or false", lambda value: isinstance(value, bool)),
    Kind.DATETIME: ("a date and time as in RFC 3339", _is_datetime),
    Kind.LOCAL_DATETIME: ("a date and time without a time zone", _is_local_datetime),
    Kind.UNIXTIME: ("a number of seconds since 1970", _is_number),
    Kind.UNIXTIME_MS: ("a number of milliseconds since 1970", _is_number),
    Kind.DATE: ("a date as in RFC 3339", _is_date),
    Kind.UUID: ("a UUID", lambda value: isinstance(value, str) and re.search(UUID_PATTERN, value) is not None),
    Kind.BASE64: ("base64", _is_base64),
    Kind.ANY: ("any value", lambda _: True),
    Kind.OBJECT: ("an object", lambda value: isinstance(value, dict)),
    Kind.BYTES: ("bytes", lambda value: isinstance(value, bytes)),
    Kind.FILE: ("a file", lambda value: isinstance(value, bytes)),
}


@dataclass(frozen=True, slots=True)
class Validator:
    """Checks values against the types of one provider.

    Strict is for requests: unknown keys, unknown enum values and a `null` that the spec does not allow are problems.
    Lenient is for replies, which may have all of these.
    """

    catalog: Catalog
    strict: bool = False

    def problems(self, type_: Type, value: Json, path: str = "$") -> Iterator[str]:
        """All problems of a value, each with its JSON path."""
        match type_:
            case Scalar(kind):
                what, fits = _SCALARS[kind]
                if not fits(value):
                    yield f"{path} is {_shown(value)}, expected {what}"
            case ListOf(item):
                if not isinstance(value, list):
                    yield f"{path} is {_shown(value)}, expected a list"
                    return
                for number, one in enumerate(value):
                    yield from self.problems(item, one, f"{path}[{number}]")
            case MapOf(of):
                if not isinstance(value, dict):
                    yield f"{path} is {_shown(value)}, expected an object"
                    return
                for key, one in value.items():
                    yield from self.problems(of, one, f"{path}.{key}")
            case OneOf(types, nullable):
                tried = [list(self.problems(each, value, path)) for each in types]
                if all(tried) and not (value is None and nullable):
                    inside = [found for found in tried if not found[0].startswith(f"{path} is ")]
                    yield from inside[0] if inside else tried[0]
            case _:
                match self.catalog.named(type_):
                    case Enum() as enum:
                        yield from self._enum_problems(enum, value, path)
                    case Union() as union:
                        yield from self._union_problems(union, value, path)
                    case Model() as model:
                        yield from self.model_problems(model, value, path)

    def model_problems(self, model: Model, value: Json, path: str = "$", *, tag: str | None = None) -> Iterator[str]:
        """All problems of an object of this model. `tag` is a key that a union adds to it."""
        if not isinstance(value, dict):
            yield f"{path} is {_shown(value)}, expected an object"
            return
        for field in model.fields:
            if field.wire in value:
                yield from self.field_problems(field, value[field.wire], f"{path}.{field.wire}")
            elif not field.optional:
                yield f"{path}.{field.wire} is missing"
        known = {field.wire for field in model.fields} | {tag}
        others = {key: each for key, each in value.items() if key not in known}
        if model.additional is not None:
            yield from self.problems(model.additional.type, others, path)
        elif self.strict:
            yield from (f"{path}.{key} is not known here" for key in others)

    def field_problems(self, field: Field, value: Json, path: str) -> Iterator[str]:
        """All problems of the value of a field."""
        if value is None and (field.nullable or (field.optional and not self.strict)):
            return
        if field.is_const:
            if value != field.const or isinstance(value, bool) != isinstance(field.const, bool):
                yield f"{path} is {_shown(value)}, expected {_shown(field.const)}"
            return
        wrong = list(self.problems(field.type, value, path))
        yield from wrong or _bound_problems(field.bounds, value, path)

    def _enum_problems(self, enum: Enum, value: Json, path: str) -> Iterator[str]:
        what, fits = _SCALARS[Kind.INTEGER if enum.is_numeric else Kind.STRING]
        if not fits(value):
            yield f"{path} is {_shown(value)}, expected {what}"
            return
        value = str(value)
        known = [each.wire for each in enum.values]
        same = str.lower if enum.ignore_case else str
        if self.strict and same(value) not in map(same, known):
            yield f"{path} is {_shown(value)}, expected one of {', '.join(known)}"

    def _union_problems(self, union: Union, value: Json, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path} is {_shown(value)}, expected an object"
            return
        if union.by_shape:
            yield from self._shape_problems(union, value, path) if self.strict else ()
            return
        tag = value.get(union.tag_field)
        variants = dict(union.variants)
        if not isinstance(tag, str):
            yield f"{path}.{union.tag_field} is {_shown(tag)}, expected one of {', '.join(variants)}"
        elif tag not in variants:
            if self.strict:
                yield f"{path}.{union.tag_field} is {_shown(tag)}, expected one of {', '.join(variants)}"
        elif model := self.catalog.model(variants[tag]):
            yield from self.model_problems(model, value, path, tag=union.tag_field)

    def _shape_problems(self, union: Union, value: Json, path: str) -> Iterator[str]:
        """Nothing if one of the variants fits; otherwise the problems of the one that fits best."""
        models = filter(None, (self.catalog.model(name) for _, name in union.variants))
        tried = [list(self.model_problems(model, value, path)) for model in models]
        yield from min(tried, key=len, default=[])


def _bound_problems(bounds: Bounds, value: Json, path: str) -> Iterator[str]:
    if _is_number(value):
        yield from _outside(bounds.min, value, bounds.max, f"{path} is {value}")
        if bounds.above is not None and value <= bounds.above:
            yield f"{path} is {value}, expected more than {bounds.above:g}"
        if bounds.below is not None and value >= bounds.below:
            yield f"{path} is {value}, expected less than {bounds.below:g}"
    elif isinstance(value, str):
        yield from _outside(bounds.min_length, len(value), bounds.max_length, f"{path} has {len(value)} characters")
        if bounds.pattern is not None and not re.search(bounds.pattern, value):
            yield f"{path} is {_shown(value)}, expected a text like {bounds.pattern}"
    elif isinstance(value, list):
        yield from _outside(bounds.min_items, len(value), bounds.max_items, f"{path} has {len(value)} items")


def _outside(least: float | None, size: float, most: float | None, found: str) -> Iterator[str]:
    if least is not None and size < least:
        yield f"{found}, expected at least {least:g}"
    if most is not None and size > most:
        yield f"{found}, expected at most {most:g}"


def _shown(value: Json) -> str:
    """A value as JSON, truncated if it is long."""
    text = repr(value) if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."

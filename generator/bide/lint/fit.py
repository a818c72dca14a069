"""Check whether a JSON value fits a type of the spec.

This does not share code with the generated packages, whose tests decode the same examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from bide import ir
from bide.ir.notation import spelled
from bide.lint.spec import FieldView, Spec
from bide.spec.document import Json

_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
UUID = re.compile(ir.UUID_PATTERN)
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Misfit:
    """One difference between a value and its type."""

    where: str
    """The JSON path of the value."""
    what: str
    is_missing: bool = False
    """Whether a required value is missing."""

    def __str__(self) -> str:
        return f"{self.where} {self.what}"


def misfits(spec: Spec, value: Json, type_: ir.Type, where: str = "$") -> Iterator[Misfit]:
    """Every difference between *value* and *type_*. Unknown keys, enum values and discriminators are allowed."""
    match type_:
        case ir.Scalar(kind):
            if not _IS_A[kind](value):
                yield Misfit(where, f"is {_said(value)}, not {_WORDS[kind]}")
        case ir.ListOf(item):
            if not isinstance(value, list):
                yield Misfit(where, f"is {_said(value)}, not a list")
                return
            for index, one in enumerate(value):
                yield from misfits(spec, one, item, f"{where}[{index}]")
        case ir.MapOf(inner):
            if not isinstance(value, dict):
                yield Misfit(where, f"is {_said(value)}, not an object")
                return
            for key, one in value.items():
                yield from misfits(spec, one, inner, f"{where}.{key}")
        case ir.OneOf(types, nullable):
            tried = [list(misfits(spec, value, each, where)) for each in types]
            if all(tried) and not (value is None and nullable):
                inside = [found for found in tried if found[0].where != where]
                yield from inside[0] if inside else [Misfit(where, f"is {_said(value)}, not {spelled(type_)}")]
        case ir.Named(name):
            yield from _named_misfits(spec, value, name, where)


def field_misfits(spec: Spec, value: Json, view: FieldView, where: str) -> Iterator[Misfit]:
    """Every difference between *value* and a field: its constant, or its type and bounds."""
    if "const" in view.more:
        const = view.more["const"]
        if value != const or isinstance(value, bool) != isinstance(const, bool):
            yield Misfit(where, f"is {_said(value)}, not {_said(const)}")
        return
    read = view.type
    if read is None:
        return
    if value is None and (read.nullable or view.is_optional):
        return
    found = list(misfits(spec, value, read.type, where))
    yield from found or _out_of_bounds(value, view.more, where)


def _named_misfits(spec: Spec, value: Json, name: str, where: str) -> Iterator[Misfit]:
    if name in spec.table("enums"):
        if spec.is_numeric(name):
            if not _IS_A[ir.Kind.INTEGER](value):
                yield Misfit(where, f"is {_said(value)}, not the number of a {name}")
        elif not isinstance(value, str):
            yield Misfit(where, f"is {_said(value)}, not the text of a {name}")
    elif name in spec.table("unions"):
        yield from _union_misfits(spec, value, name, where)
    elif spec.is_model(name):
        if isinstance(value, dict):
            yield from model_misfits(spec, value, name, where)
        else:
            yield Misfit(where, f"is {_said(value)}, not an object like {name}")


def _union_misfits(spec: Spec, value: Json, name: str, where: str) -> Iterator[Misfit]:
    union = spec.table("unions")[name]
    if isinstance(union["variants"], list):
        yield from _shape_misfits(spec, value, name, where)
        return
    if "discriminator" not in union:  # another rule reports that
        return
    tag = value.get(union["discriminator"]) if isinstance(value, dict) else None
    if not isinstance(tag, str):
        yield Misfit(where, f'is {_said(value)}, not an object with the text "{union["discriminator"]}" of {name}')
    elif tag in union["variants"]:
        yield from _named_misfits(spec, value, union["variants"][tag], where)


def _shape_misfits(spec: Spec, value: Json, name: str, where: str) -> Iterator[Misfit]:
    """Nothing if one of the variants fits; otherwise the differences to the one that fits best."""
    if not isinstance(value, dict):
        yield Misfit(where, f"is {_said(value)}, not an object like one of {name}")
        return
    tried = [list(_named_misfits(spec, value, model, where)) for _, _, model in spec.variants(name)]
    yield from min(tried, key=len, default=[])


def model_misfits(spec: Spec, value: Mapping[str, Json], name: str, where: str) -> Iterator[Misfit]:
    """Every difference between a JSON object and a model."""
    views = spec.fields(name)
    yield from fields_misfits(spec, value, views, spec.required(name), where)
    for rest in spec.additional(name):
        declared = {view.wire for view in views}
        for key, one in value.items():
            if key not in declared:
                yield from field_misfits(spec, one, replace(rest, key=key), f"{where}.{key}")


def fields_misfits(
    spec: Spec,
    value: Mapping[str, Json],
    views: Iterable[FieldView],
    required: set[str],
    where: str,
) -> Iterator[Misfit]:
    for view in views:
        if view.wire in value:
            one = value[view.wire]
            may_be_null = view.wire not in required or (view.type is not None and view.type.nullable)
            if one is None and may_be_null:
                continue
            if one is None and "const" not in view.more:
                yield Misfit(f"{where}.{view.wire}", f"is null, not {_type_said(view)}")
            else:
                yield from field_misfits(spec, one, view, f"{where}.{view.wire}")
        elif view.wire in required:
            yield Misfit(f"{where}.{view.wire}", "is missing", is_missing=True)


def _type_said(view: FieldView) -> str:
    return spelled(view.type.type) if view.type is not None else "its type"


def _said(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "text"
        case int() | float():
            return f"the number {value}" if len(str(value)) < 20 else "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def _is_datetime(value: Json) -> bool:
    return isinstance(value, str) and _DATETIME.fullmatch(value) is not None and _exists(datetime.fromisoformat, value)


def _is_date(value: Json) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _exists(date.fromisoformat, value)


def _exists(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text.upper())
    except ValueError:
        return False
    return True


_IS_A: Mapping[ir.Kind, Callable[[Json], bool]] = {
    ir.Kind.STRING: lambda value: isinstance(value, str),
    ir.Kind.INTEGER: lambda value: type(value) is int,
    ir.Kind.NUMBER: lambda value: type(value) in (int, float),
    ir.Kind.BOOLEAN: lambda value: isinstance(value, bool),
    ir.Kind.DATETIME: _is_datetime,
    ir.Kind.LOCAL_DATETIME: lambda value: _is_datetime(value) and datetime.fromisoformat(value.upper()).tzinfo is None,
    ir.Kind.UNIXTIME: lambda value: type(value) in (int, float),
    ir.Kind.UNIXTIME_MS: lambda value: type(value) in (int, float),
    ir.Kind.DATE: _is_date,
    ir.Kind.UUID: lambda value: isinstance(value, str) and UUID.fullmatch(value) is not None,
    ir.Kind.BASE64: lambda value: isinstance(value, str) and BASE64.fullmatch(value) is not None,
    ir.Kind.ANY: lambda value: True,
    ir.Kind.OBJECT: lambda value: isinstance(value, dict),
    ir.Kind.BYTES: lambda value: False,
    ir.Kind.FILE: lambda value: False,
}
_WORDS = {
    ir.Kind.STRING: "text",
    ir.Kind.INTEGER: "a whole number",
    ir.Kind.NUMBER: "a number",
    ir.Kind.BOOLEAN: "true or false",
    ir.Kind.DATETIME: "a date and time like 2026-01-31T12:00:00Z",
    ir.Kind.LOCAL_DATETIME: "a date and time without a time zone, like 2026-01-31T12:00:00",
    ir.Kind.UNIXTIME: "a number of seconds since 1970",
    ir.Kind.UNIXTIME_MS: "a number of milliseconds since 1970",
    ir.Kind.DATE: "a date like 2026-01-31",
    ir.Kind.UUID: "a UUID",
    ir.Kind.BASE64: "base64",
    ir.Kind.ANY: "anything",
    ir.Kind.OBJECT: "an object",
    ir.Kind.BYTES: "bytes, which JSON does not have",
    ir.Kind.FILE: "a file, which JSON does not have",
}


def _out_of_bounds(value: Json, more: Mapping[str, Json], where: str) -> Iterator[Misfit]:
    for bound, (is_kept, words) in _BOUNDS.items():
        if bound in more and not is_kept(value, more[bound]):
            yield Misfit(where, words.format(more[bound]))


# Not `pattern`: specs are untrusted, and a hostile regular expression can run for ever.
_BOUNDS: Mapping[str, tuple[Callable[[Json, Json], bool], str]] = {
    "min": (lambda value, bound: value >= bound, "is less than {}"),
    "max": (lambda value, bound: value <= bound, "is greater than {}"),
    "above": (lambda value, bound: value > bound, "is not greater than {}"),
    "below": (lambda value, bound: value < bound, "is not less than {}"),
    "min_length": (lambda value, bound: len(value) >= bound, "is shorter than {} characters"),
    "max_length": (lambda value, bound: len(value) <= bound, "is longer than {} characters"),
    "min_items": (lambda value, bound: len(value) >= bound, "has fewer than {} items"),
    "max_items": (lambda value, bound: len(value) <= bound, "has more than {} items"),
}

"""The arguments of a submit in an example, with values that the spec accepts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from bide.emit.python.code import Code, literal
from bide.emit.words.matching import matching
from bide.ir import (
    UNBOUNDED,
    BodyModel,
    Bounds,
    Endpoint,
    Enum,
    Field,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Parameter,
    Provider,
    Scalar,
    Type,
    Union,
)
from bide.ir.types import between

_PAGE = "https://example.com"
_TEXTS = (
    *("example", _PAGE, "a", "A", "1", "us", "US", "en", "00000000-0000-4000-8000-000000000000", "2026-01-01"),
    *("example.com", "a@example.com", "12:00", "+15550100", "0.0", "#000000"),
)
"""Candidates for a text with a pattern."""

_ADDRESS = re.compile(r"(?:url|uri|href|link|src)s?_?$", re.IGNORECASE)
_LONGEST = 60
"""Longer texts are not shown, in characters."""
_DEEPEST = 3
_WIDTH = 88
"""The longest line of an example, in columns."""

UNKNOWN = ...
"""In place of a value that cannot be made."""


def arguments(provider: Provider, endpoint: Endpoint) -> Code:
    """The required arguments of a call, as source. A value that cannot be made is `...`."""
    return Code(", ".join(_arguments(provider, endpoint)))


def call(function: str, provider: Provider, endpoint: Endpoint, *, indent: int = 0) -> Code:
    """A call with the required arguments, as source behind *indent* spaces: one on each line, if it is long."""
    given = list(_arguments(provider, endpoint))
    flat = f"{function}({', '.join(given)})"
    margin = " " * indent
    if indent + len(flat) <= _WIDTH or not given:
        return Code(flat)
    return Code(f"{function}(\n{''.join(f'{margin}    {each},{chr(10)}' for each in given)}{margin})")


def _arguments(provider: Provider, endpoint: Endpoint) -> Iterator[str]:
    given = samples(provider, endpoint)
    for each in endpoint.parameters:
        if each.name in given:
            yield f"{each.name}={_code(provider, each.field, given[each.name])}"


def samples(provider: Provider, endpoint: Endpoint) -> dict[str, Json]:
    """The required arguments of a call as JSON, by name.

    Values come from the spec's examples, or else are made within the field's bounds. If no short value fits, it is
    `UNKNOWN`, which may also be inside of others.
    """
    shown = dict(_shown(provider, endpoint.body, endpoint.examples[0].value)) if endpoint.examples else {}
    given = {}
    for parameter in endpoint.parameters:
        if not parameter.field.optional:
            value = shown.get(parameter.name)
            fits = value is not None and _is_plain(parameter.field.type, value) and _accepts(parameter.field, value)
            given[parameter.name] = value if fits else _made(provider, parameter.field)
    return given


def is_known(value: Json) -> bool:
    """Whether there is no `UNKNOWN` in it."""
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    return all(map(is_known, value)) if isinstance(value, list) else value is not UNKNOWN


def _shown(provider: Provider, body: BodyModel | None, example: Json) -> Iterator[tuple[str, Json]]:
    """The values in an example of the request, by argument."""
    if body is None or not isinstance(example, dict):
        return
    wires = {field.name: field.wire for field in provider.model(body.model).fields}
    for field in body.fields:
        value = example.get(wires.get(field.name, field.name))
        match field.value:
            case Parameter(name=name) if value is not None:
                yield name, value
            case BodyModel() as inner:
                yield from _shown(provider, inner, value)


def _is_plain(type: Type, value: Json) -> bool:
    """Whether a value of an example can be shown as it is: JSON scalars, short lists of them, and short free JSON."""
    match type:
        case Scalar(Kind.STRING):
            return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
        case Scalar(Kind.INTEGER):
            return isinstance(value, int) and not isinstance(value, bool)
        case Scalar(Kind.NUMBER):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Scalar(Kind.BOOLEAN):
            return isinstance(value, bool)
        case Scalar(Kind.OBJECT | Kind.ANY as kind):
            return (kind is Kind.ANY or isinstance(value, dict)) and len(json.dumps(value)) <= _LONGEST
        case ListOf(item):
            return isinstance(value, list) and len(value) <= 3 and all(_is_plain(item, one) for one in value)
    return False


def _accepts(field: Field, value: Json) -> bool:
    bounds = field.bounds
    if isinstance(value, str):
        least, most = bounds.min_length or 0, math.inf if bounds.max_length is None else bounds.max_length
        return least <= len(value) <= most and (bounds.pattern is None or bool(re.search(bounds.pattern, value)))
    if isinstance(value, list):
        return (bounds.min_items or 0) <= len(value) <= (math.inf if bounds.max_items is None else bounds.max_items)
    if not isinstance(value, int | float):
        return True
    low = -math.inf if bounds.min is None else bounds.min
    if (bounds.above is not None and value <= bounds.above) or (bounds.below is not None and value >= bounds.below):
        return False
    return bool(low <= value <= (math.inf if bounds.max is None else bounds.max))


def _made(provider: Provider, field: Field, depth: int = 0) -> Json:
    if field.is_const:
        return field.const
    if field.has_default and isinstance(field.default, str | int | float) and _is_plain(field.type, field.default):
        return field.default
    return _value(provider, field.type, field.bounds, field.name, depth)


def _value(provider: Provider, type: Type, bounds: Bounds, name: str, depth: int) -> Json:
    match type:
        case OneOf(types):
            return _value(provider, types[0], bounds, name, depth)
        case Scalar(kind):
            return _scalar(kind, bounds, name)
        case ListOf(item):
            count = max(bounds.min_items or 0, 1)
            if bounds.max_items == 0:
                return []
            inside = _value(provider, item, UNBOUNDED, name, depth + 1)
            if not bounds.min_items and not is_known(inside):
                return []
            return [inside] * count if count <= 3 else UNKNOWN
        case MapOf(value):
            inside = _value(provider, value, UNBOUNDED, name, depth + 1)
            return {"example": inside} if is_known(inside) else {}
    match provider.by_name[type.name]:
        case Enum() as enum:
            return enum.json(enum.values[0])
        case Model() as model if depth < _DEEPEST:
            return _object(provider, model, depth)
        case Union(variants=((_, variant), *_)) if depth < _DEEPEST:
            return _object(provider, provider.model(variant), depth)
    return UNKNOWN


def _object(provider: Provider, model: Model, depth: int) -> Json:
    tag = {model.tag_field: model.tag} if model.tag_field and model.tag is not None else {}
    return {**tag, **{field.wire: _made(provider, field, depth + 1) for field in model.fields if not field.optional}}


def _scalar(kind: Kind, bounds: Bounds, name: str) -> Json:
    match kind:
        case Kind.STRING:
            return _text(bounds, name)
        case Kind.INTEGER:
            return int(between(bounds, is_whole=True))
        case Kind.NUMBER:
            return float(between(bounds))
        case Kind.BOOLEAN:
            return True
        case Kind.OBJECT | Kind.ANY:
            return {}
    return _SPECIAL[kind][0]


_MOMENT = Code("datetime(2026, 1, 1, tzinfo=UTC)")
_BYTES = Code('b"example"')
_SPECIAL: dict[Kind, tuple[Json, Code]] = {
    Kind.DATETIME: ("2026-01-01T00:00:00Z", _MOMENT),
    Kind.UNIXTIME: (1_767_225_600, _MOMENT),
    Kind.UNIXTIME_MS: (1_767_225_600_000, _MOMENT),
    Kind.LOCAL_DATETIME: ("2026-01-01T00:00:00", Code("datetime(2026, 1, 1)")),
    Kind.DATE: ("2026-01-01", Code("date(2026, 1, 1)")),
    Kind.UUID: (_TEXTS[8], literal(_TEXTS[8])),
    Kind.BASE64: ("ZXhhbXBsZQ==", _BYTES),
    Kind.BYTES: ("example.bin", _BYTES),
    Kind.FILE: ("example.bin", _BYTES),
}
"""The samples of types whose values are not the same in JSON and in Python: both. Of a file, JSON has the path."""


def _text(bounds: Bounds, name: str) -> Json:
    usual = _PAGE if _ADDRESS.search(name) else "example"
    field = Field(wire=name, name=name, type=Scalar(Kind.STRING), bounds=bounds)
    tried = [usual, *_TEXTS]
    if bounds.min_length is not None and bounds.min_length <= _LONGEST:
        tried += [text.ljust(bounds.min_length, text[-1]) for text in tried]
    if bounds.max_length is not None:
        tried += [text[: bounds.max_length] for text in tried]
    if bounds.pattern is not None and (made := matching(bounds.pattern)) is not None:
        tried.append(made)
    return next((text for text in tried if _accepts(field, text)), UNKNOWN)


def _code(provider: Provider, field: Field, value: Json) -> Code:
    """A sample as Python source."""
    return literal(value) if field.is_const else _code_of(provider, field.type, value)


def _code_of(provider: Provider, type: Type, value: Json) -> Code:
    if value is UNKNOWN:
        return Code("...")
    match type:
        case OneOf(types):
            return _code_of(provider, types[0], value)
        case Scalar(kind):
            return _SPECIAL[kind][1] if kind in _SPECIAL else literal(value)
        case ListOf(item):
            return Code(f"[{', '.join(_code_of(provider, item, each) for each in value)}]")
        case MapOf(item):
            return Code(f'{{"example": {_code_of(provider, item, value["example"])}}}')
        case Named(name):
            match provider.by_name[name]:
                case Model() as model:
                    return _model(provider, model, value)
                case Union(variants=((_, variant), *_)):
                    return _model(provider, provider.model(variant), value)
    return literal(value)


def _model(provider: Provider, model: Model, value: Json) -> Code:
    fields = [field for field in model.fields if field.wire in value]
    inside = ", ".join(f"{field.name}={_code(provider, field, value[field.wire])}" for field in fields)
    return Code(f"models.{model.name}({inside})")

"""The arguments of a submit in an example, with values that the spec accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from bide.emit.python.code import Code, literal
from bide.ir import (
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
_UNKNOWN = Code("...")


def arguments(provider: Provider, endpoint: Endpoint) -> Code:
    """The required arguments of a call, as source.

    Values come from the spec's examples, or else are made within the field's bounds. If no short value fits, it is
    `...`.
    """
    shown = dict(_shown(provider, endpoint.body, endpoint.examples[0].value)) if endpoint.examples else {}
    given = []
    for parameter in endpoint.parameters:
        if not parameter.field.optional:
            value = shown.get(parameter.name)
            fits = value is not None and _is_plain(parameter.field.type, value) and _accepts(parameter.field, value)
            made = literal(value) if fits else _made(provider, parameter.field)
            given.append(f"{parameter.name}={made}")
    return Code(", ".join(given))


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
    """Whether a value of an example can be shown as it is: JSON scalars, and short lists of them."""
    match type:
        case Scalar(Kind.STRING):
            return isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
        case Scalar(Kind.INTEGER):
            return isinstance(value, int) and not isinstance(value, bool)
        case Scalar(Kind.NUMBER):
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Scalar(Kind.BOOLEAN):
            return isinstance(value, bool)
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
    low = -math.inf if bounds.min is None else bounds.min
    if (bounds.above is not None and value <= bounds.above) or (bounds.below is not None and value >= bounds.below):
        return False
    return bool(low <= value <= (math.inf if bounds.max is None else bounds.max))


def _made(provider: Provider, field: Field, depth: int = 0) -> Code:
    if field.is_const:
        return literal(field.const)
    if field.has_default and isinstance(field.default, str | int | float) and _is_plain(field.type, field.default):
        return literal(field.default)
    return _value(provider, field.type, field.bounds, field.name, depth)


def _value(provider: Provider, type: Type, bounds: Bounds, name: str, depth: int) -> Code:
    match type:
        case OneOf(types):
            return _value(provider, types[0], bounds, name, depth)
        case Scalar(kind):
            return _scalar(kind, bounds, name)
        case ListOf(item):
            count = max(bounds.min_items or 0, 1)
            if bounds.max_items == 0:
                return Code("[]")
            inside = _value(provider, item, Bounds(), name, depth + 1)
            return Code(f"[{', '.join([inside] * count)}]") if count <= 3 else _UNKNOWN
        case MapOf(value):
            return Code(f'{{"example": {_value(provider, value, Bounds(), name, depth + 1)}}}')
    match provider.by_name[type.name]:
        case Enum() as enum:
            return literal(enum.json(enum.values[0]))
        case Model() as model if depth < _DEEPEST:
            return _model(provider, model, depth)
        case Union(variants=((_, variant), *_)) if depth < _DEEPEST:
            return _model(provider, provider.model(variant), depth)
    return _UNKNOWN


def _model(provider: Provider, model: Model, depth: int) -> Code:
    required = [field for field in model.fields if not field.optional]
    inside = ", ".join(f"{field.name}={_made(provider, field, depth + 1)}" for field in required)
    return Code(f"models.{model.name}({inside})")


def _scalar(kind: Kind, bounds: Bounds, name: str) -> Code:
    match kind:
        case Kind.STRING:
            return _text(bounds, name)
        case Kind.INTEGER:
            return literal(int(between(bounds, is_whole=True)))
        case Kind.NUMBER:
            return literal(float(between(bounds)))
        case Kind.BOOLEAN:
            return literal(True)
        case Kind.DATETIME:
            return Code("datetime(2026, 1, 1, tzinfo=UTC)")
        case Kind.UNIXTIME | Kind.UNIXTIME_MS:
            return Code("datetime(2026, 1, 1, tzinfo=UTC)")
        case Kind.LOCAL_DATETIME:
            return Code("datetime(2026, 1, 1)")
        case Kind.DATE:
            return Code("date(2026, 1, 1)")
        case Kind.OBJECT | Kind.ANY:
            return Code("{}")
        case Kind.UUID:
            return literal("00000000-0000-4000-8000-000000000000")
    return Code('b"example"')


def _text(bounds: Bounds, name: str) -> Code:
    usual = _PAGE if _ADDRESS.search(name) else "example"
    field = Field(wire=name, name=name, type=Scalar(Kind.STRING), bounds=bounds)
    tried = [usual, *_TEXTS]
    if bounds.min_length is not None and bounds.min_length <= _LONGEST:
        tried += [text.ljust(bounds.min_length, text[-1]) for text in tried]
    if bounds.max_length is not None:
        tried += [text[: bounds.max_length] for text in tried]
    fitting = next((text for text in tried if _accepts(field, text)), None)
    return _UNKNOWN if fitting is None else literal(fitting)

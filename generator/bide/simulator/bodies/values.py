"""Deterministic values made from types. Independent of jobs."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Sequence

from bide.ir import UNBOUNDED, Bounds, Enum, Field, Json, Kind, ListOf, MapOf, Model, Named, OneOf, Scalar, Type, Union
from bide.ir.depth import Depth, T
from bide.ir.types import between
from bide.simulator.bodies.catalog import Catalog
from bide.simulator.bodies.pointer import MISSING
from bide.simulator.bodies.validation import Validator

_FREE = UNBOUNDED

_DEEP = 6
"""Below this depth a value has as few keys and items as its type allows, so that recursive models end."""

_DEEPEST = 40
"""Below this depth a model is empty: it requires itself, so no valid value exists."""

FILLER = "example"
"""A placeholder text, if neither the provider's examples nor the type have a better one."""

_PAGE = "https://example.com/"
_TEXTS = (_PAGE, FILLER, "a", "A", "1", "us", "00000000-0000-4000-8000-000000000000", "2026-01-01", "example.com")
"""Candidates for a text with a pattern."""

_TROUBLE = re.compile(r"error|fail|warning|diagnostic|problem", re.IGNORECASE)

_ADDRESS = re.compile(r"(?:url|uri|href|link|src)s?$", re.IGNORECASE)


class Values:
    """Makes values of one provider's types, from its examples if there are any."""

    def __init__(self, catalog: Catalog, preferred: frozenset[str] = frozenset()) -> None:
        self._catalog = catalog
        self.preferred = preferred
        """Enum values that are preferred: those that mean success."""
        self._depth = Depth(catalog.named)

    def value(self, type_: Type, bounds: Bounds = _FREE, *, name: str = "", depth: int = 0) -> Json:
        """A value of this type. `name` is that of the field, by which URLs are recognised."""
        match type_:
            case Scalar(kind):
                return _scalar(kind, bounds, name)
            case ListOf(item):
                least, most = bounds.min_items or 0, math.inf if bounds.max_items is None else bounds.max_items
                count = int(min(max(least, 1), most)) if depth < _DEEP else least
                return [self.value(item, name=name, depth=depth + 1) for _ in range(count)]
            case OneOf(types):
                return self.value(self._one_of(types, depth), bounds, name=name, depth=depth)
            case MapOf(of):
                return {"example": self.value(of, name=name, depth=depth + 1)} if depth < _DEEP else {}
            case _:
                return self._named(type_, depth)

    def field(self, field: Field, *, depth: int = 0) -> Json:
        """A value for this field."""
        if field.is_const:
            return copy.deepcopy(field.const)
        if field.has_default and field.default is not None:
            return copy.deepcopy(field.default)
        if field.nullable and depth > _DEEP:
            return None
        return self.value(field.type, field.bounds, name=field.wire, depth=depth)

    def model(self, model: Model, *, depth: int = 0, full: bool = True) -> dict[str, Json]:
        """An object of this model: its first valid example, otherwise one with a value for every field.

        If not `full`, it has only required keys.
        """
        example = self._example(model) if full else None
        if example is not None:
            return example
        made = {
            field.wire: self.field(field, depth=depth + 1)
            for field in model.fields
            if not field.optional or (full and depth < _DEEP and not is_error_field(field))
        }
        if full and depth < _DEEP and model.additional and "example" not in made:
            made |= self.value(model.additional.type, depth=depth + 1)
        return made

    def _example(self, model: Model) -> dict[str, Json] | None:
        check = Validator(self._catalog)
        for example in self._catalog.examples(model):
            if not any(check.model_problems(model, example)):
                found: dict[str, Json] = copy.deepcopy(example)
                return found
        return None

    def _named(self, type_: Named, depth: int) -> Json:
        if depth > _DEEPEST:
            return {}
        match self._catalog.named(type_):
            case Enum(values=values) as enum:
                return enum.json(next((value for value in values if value.wire in self.preferred), values[0]))
            case Union(tag_field=tag_field, variants=variants) as union:
                models = {Named(name): tag for tag, name in reversed(variants)}
                chosen = self._one_of([Named(name) for _, name in variants], depth)
                tagged = {} if union.by_shape else {tag_field: models[chosen]}
                return {**self._named(chosen, depth), **tagged}
            case Model() as model:
                return self.model(model, depth=depth)
        return {}

    def _one_of(self, types: Sequence[T], depth: int) -> T:
        """The first of these types; below a depth, the first that needs the fewest levels."""
        return types[0] if depth < _DEEP else self._depth.shallowest(types)


def is_error_field(field: Field) -> bool:
    """Whether a field is only for errors, by its name."""
    return field.optional and bool(_TROUBLE.search(field.wire))


def message(type_: Type, text: str) -> Json:
    """*text* as a message of this type; `MISSING` if no text can be one."""
    match type_:
        case Scalar(Kind.STRING | Kind.ANY):
            return text
        case ListOf(item):
            inner = message(item, text)
            return MISSING if inner is MISSING else [inner]
        case OneOf(types):
            return next((found for each in types if (found := message(each, text)) is not MISSING), MISSING)
    return MISSING


def _scalar(kind: Kind, bounds: Bounds, name: str) -> Json:
    match kind:
        case Kind.STRING:
            return _text(bounds, name)
        case Kind.INTEGER:
            return int(between(bounds, is_whole=True))
        case Kind.NUMBER:
            return between(bounds)
        case Kind.UUID:
            return "00000000-0000-4000-8000-000000000000"
        case Kind.BASE64:
            return "ZXhhbXBsZQ=="
        case Kind.BOOLEAN:
            return False
        case Kind.DATETIME:
            return "2026-01-01T00:00:00.000Z"
        case Kind.LOCAL_DATETIME:
            return "2026-01-01T00:00:00"
        case Kind.UNIXTIME:
            return 1_767_225_600
        case Kind.UNIXTIME_MS:
            return 1_767_225_600_000
        case Kind.DATE:
            return "2026-01-01"
        case Kind.ANY | Kind.OBJECT:
            return {}
        case Kind.BYTES | Kind.FILE:
            return b"example"


def _text(bounds: Bounds, name: str) -> str:
    if bounds.pattern is not None:
        return next((text for text in _TEXTS if re.search(bounds.pattern, text)), FILLER)
    text = _PAGE if _ADDRESS.search(name) else FILLER
    if bounds.min_length is not None:
        text = text.ljust(bounds.min_length, "x")
    return text if bounds.max_length is None else text[: bounds.max_length]

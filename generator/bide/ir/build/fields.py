"""Build fields: keys of a model, and parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bide import ir
from bide.ir.build.sources import Sources
from bide.ir.notation import parse_type
from bide.spec import names
from bide.spec.document import Json

_BOUNDS = ("min", "max", "above", "below", "min_length", "max_length", "pattern", "min_items", "max_items")
_DEPRECATED = "The provider has deprecated it."


def wire_name(key: str) -> str:
    """The wire name in a key of `fields`: `limit?` is `limit`."""
    return key.removesuffix("?")


def python_name(key: str, raw: Json) -> str:
    """The attribute for a key of `fields`: the chosen name, or one made from the wire name."""
    chosen = raw.get("name") if isinstance(raw, dict) else None
    return names.field_name(wire_name(key)) if chosen is None else names.chosen_field_name(chosen)


def build_fields(raw: Mapping[str, Json], sources: Sources, inherited: ir.Source | None) -> tuple[ir.Field, ...]:
    return tuple(build_field(key, value, sources, inherited) for key, value in raw.items())


def build_field(key: str, raw: Json, sources: Sources, inherited: ir.Source | None) -> ir.Field:
    """One field, from its key and its value: a type, or a mapping with details."""
    more = raw if isinstance(raw, dict) else {"type": raw}
    type_, nullable = _type(more)
    return ir.Field(
        wire=wire_name(key),
        name=python_name(key, raw),
        type=type_,
        optional=key.endswith("?"),
        nullable=nullable,
        const=more.get("const"),
        is_const="const" in more,
        default=more.get("default"),
        has_default="default" in more,
        bounds=_bounds(more),
        description=more.get("description", "").strip(),
        source=sources.of(more, inherited),
        deprecated=deprecation(more),
        secret=more.get("secret", False),
        when=states(more.get("when", [])),
        join=more.get("join", ""),
        in_brackets=more.get("style") == "deepObject",
    )


def deprecation(more: Mapping[str, Json]) -> str:
    """Why something should not be used; empty if it is not deprecated."""
    raw = more.get("deprecated", False)
    return _DEPRECATED if raw is True else (raw or "").strip()


def _bounds(more: Mapping[str, Json]) -> ir.Bounds:
    found = {name: more[name] for name in _BOUNDS if name in more}
    return ir.Bounds(**found) if found else ir.UNBOUNDED


def states(raw: Json) -> frozenset[ir.State]:
    """A state or a list of states."""
    return frozenset(ir.State(name) for name in ([raw] if isinstance(raw, str) else raw))


def examples(raw: Json, sources: Sources, inherited: ir.Source | None) -> tuple[ir.Example, ...]:
    return tuple(
        ir.Example(
            title=one.get("title", ""),
            source=sources.of(one, inherited),
            text=one["json"],
            value=json.loads(one["json"]),
        )
        for one in raw or ()
    )


def _type(more: Mapping[str, Json]) -> tuple[ir.Type, bool]:
    if "type" in more:
        text = parse_type(more["type"])
        return text.type, text.nullable
    return ir.Scalar(kind_of(more["const"])), False


def kind_of(value: Json) -> ir.Kind:
    """The JSON kind of a constant."""
    match value:
        case bool():
            return ir.Kind.BOOLEAN
        case str():
            return ir.Kind.STRING
        case int():
            return ir.Kind.INTEGER
        case float():
            return ir.Kind.NUMBER
        case _:
            return ir.Kind.ANY

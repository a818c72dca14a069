"""Build enums, models and unions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bide import ir
from bide.ir.build.fields import build_fields, examples, states
from bide.ir.build.sources import Sources
from bide.ir.models import REST
from bide.ir.notation import parse_type
from bide.spec import names
from bide.spec.document import Json


def build_enum(name: str, raw: Mapping[str, Json], sources: Sources, *, is_numeric: bool = False) -> ir.Enum:
    return ir.Enum(
        name=names.identifier(name),
        description=raw.get("description", "").strip(),
        source=sources.of(raw),
        values=tuple(_enum_value(wire, value) for wire, value in raw["values"].items()),
        ignore_case=raw.get("ignore_case", False),
        is_numeric=is_numeric,
    )


def _enum_value(wire: str, raw: Json) -> ir.EnumValue:
    more = raw if isinstance(raw, dict) else {"description": raw}
    name = names.identifier(more["name"]) if "name" in more else names.member_name(wire)
    return ir.EnumValue(wire=wire, name=name, description=more.get("description", "").strip())


def build_union(name: str, raw: Mapping[str, Json], sources: Sources) -> ir.Union:
    variants = raw["variants"]
    return ir.Union(
        name=names.identifier(name),
        description=raw.get("description", "").strip(),
        source=sources.of(raw),
        tag_field=raw.get("discriminator", ""),
        variants=tuple(variants.items() if isinstance(variants, dict) else (("", name) for name in variants)),
        by_shape=isinstance(variants, list),
    )


def build_models(raw: Mapping[str, Json], sources: Sources) -> dict[str, ir.Model]:
    """All models of the spec in its order, but bases before the models that narrow them."""
    built: dict[str, ir.Model] = {}
    for name, more in raw.items():
        base = more.get("is")
        if base is not None and base not in built:
            built[base] = _model(base, raw[base], None, sources)
        if name not in built:
            built[name] = _model(name, more, built.get(base), sources)
    return built


def _model(name: str, raw: Mapping[str, Json], base: ir.Model | None, sources: Sources) -> ir.Model:
    source = sources.of(raw, base.source if base else None)
    common = {
        "name": names.identifier(name),
        "description": raw.get("description", "").strip(),
        "source": source,
        "examples": examples(raw.get("examples"), sources, source),
    }
    if base is None:
        fields = build_fields(raw["fields"], sources, source)
        rest = _rest(raw["additional"]) if "additional" in raw else None
        return ir.Model(**common, fields=fields, additional=rest, envelope=raw.get("envelope", ""))
    when = states(raw["when"])
    narrowed = tuple(_narrowed(field, when) for field in base.fields)
    changed = tuple(new for new, old in zip(narrowed, base.fields, strict=True) if new != old)
    return ir.Model(
        **common,
        fields=narrowed,
        additional=base.additional,
        base=base.name,
        narrowed=changed,
        envelope=base.envelope,
    )


def _rest(type_: str) -> ir.Field:
    """The map of the keys that have no field."""
    return ir.Field(
        wire=REST,
        name="additional",
        type=parse_type(f"map of ({type_})").type,
        optional=True,
        description="All other keys of the object.",
    )


def _narrowed(field: ir.Field, when: frozenset[ir.State]) -> ir.Field:
    """The field in a model of these states: required if the spec has it in all of them."""
    return replace(field, optional=False) if field.optional and when <= field.when else field


def with_variants(models: Iterable[ir.Model], unions: Iterable[ir.Union]) -> list[ir.Model]:
    """The models, each with the unions that it is a variant of, and its discriminator value in them."""
    of_model: dict[str, list[tuple[ir.Union, str]]] = {}
    for union in unions:
        for tag, name in union.variants:
            of_model.setdefault(name, []).append((union, tag))
    return [_as_variant(model, of_model.get(model.name, [])) for model in models]


def _as_variant(model: ir.Model, unions: list[tuple[ir.Union, str]]) -> ir.Model:
    tagged = list(dict.fromkeys((union.tag_field, tag) for union, tag in unions if union.tag_field))
    is_declared = any(field.wire == tag_field for tag_field, _ in tagged for field in model.fields)
    tag_field, tag = tagged[0] if tagged and not is_declared else (None, None)
    return replace(model, unions=tuple(dict.fromkeys(union.name for union, _ in unions)), tag_field=tag_field, tag=tag)

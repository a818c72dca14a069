"""The types of a spec from JSON Schemas: models, enums and unions with names of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.spec import names

_LONGEST = 500
"""Longer descriptions are cut at a sentence, in characters."""
_DEEPEST = 12
_MOST_VALUES = 300
_BAD = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_WIRE = re.compile(r"[\x21-\x7e]{1,200}")
_SCALARS = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
_FORMATS = {
    ("string", "date-time"): "datetime",
    ("string", "date"): "date",
    ("string", "uuid"): "uuid",
    ("string", "byte"): "base64",
}
_BOUNDS = (
    ("minimum", "min", ("integer", "number")),
    ("maximum", "max", ("integer", "number")),
    ("minLength", "min_length", ("string",)),
    ("maxLength", "max_length", ("string",)),
    ("minItems", "min_items", ("list",)),
    ("maxItems", "max_items", ("list",)),
)


class Types:
    """The types of one spec, made as they are asked for."""

    def __init__(self, lens: Lens, taken: Iterable[str], prefix: str) -> None:
        self._lens = lens
        self._prefix = prefix
        """In front of a name that is taken."""
        self._names = {*taken, *names.OUR_CLASSES, *names.OUR_IMPORTS}
        self._made: dict[object, str] = {}
        self.models: dict[str, Json] = {}
        self.enums: dict[str, Json] = {}
        self.unions: dict[str, Json] = {}

    def of(self, schema: Json, hint: str, *, depth: int = 0) -> str:
        """The type of a schema. *hint* is the name of a model that has none."""
        look = self._lens.look(schema)
        kinds = look.kinds - {"null"}
        if depth > _DEEPEST:
            return "any"
        if (
            look.values
            and all(isinstance(each, str) for each in look.values if each is not None)
            and kinds <= {"string"}
        ):
            return self._enum(schema, look, hint)
        if look.properties and kinds <= {"object"}:
            return self._model(schema, look, hint, depth)
        if kinds == {"array"} or (not kinds and look.items is not None):
            inside = self.of(look.items, _singular(hint), depth=depth + 1) if look.items is not None else "any"
            return f"list of {inside}" if " or " not in inside else f"list of ({inside})"
        if kinds == {"object"}:
            return self._map(schema, hint, depth)
        scalars = [_SCALARS[kind] for kind in sorted(kinds) if kind in _SCALARS]
        if len(scalars) == 1 and len(kinds) == 1:
            resolved = self._lens.api.schema(schema)
            chosen = resolved.get("format") if isinstance(resolved, Mapping) else None
            return _FORMATS.get((scalars[0], str(chosen)), scalars[0])
        if scalars and len(scalars) == len(kinds):
            scalars = [each for each in scalars if not (each == "integer" and "number" in scalars)]
            return " or ".join(scalars)
        if kinds == {"array", "string"} and look.items is not None and not look.properties:
            inside = self.of(look.items, _singular(hint), depth=depth + 1)
            return f"string or list of {inside}" if inside == "string" else "any"
        return "any"

    def model_of(self, schema: Json, hint: str) -> str:
        """The model of the objects that a reply may be, or its type if it is never one with known fields."""
        kind, look = self.of(schema, hint).removesuffix(" or null"), self._lens.look(schema)
        return kind if kind in self.models or not look.properties else self._model(schema, look, hint, 0)

    def field(self, schema: Json, hint: str, *, is_required: bool, name: str = "") -> tuple[bool, Json]:
        """Whether a field is there always, and what a spec says of it."""
        look = self._lens.look(schema)
        constant = [each for each in look.values if each is not None]
        resolved = self._lens.api.schema(schema)
        raw: Mapping[str, Json] = (
            {**resolved, **schema} if isinstance(schema, Mapping) and isinstance(resolved, Mapping) else {}
        )
        is_optional = not is_required or bool(raw.get("readOnly")) or bool(raw.get("writeOnly"))
        if len(constant) == 1 and isinstance(constant[0], str) and is_required and not look.is_nullable and constant[0]:
            return True, {"const": constant[0]}
        kind = self.of(schema, hint)
        text = f"{kind} or null" if look.is_nullable and is_required and kind != "any" else kind
        more: dict[str, Json] = {"type": text}
        if about := described(str(raw.get("description") or look.description)):
            more["description"] = about
        for key, bound, kinds in _BOUNDS:
            value = raw.get(key)
            base = "list" if kind.startswith("list of") else kind
            if base in kinds and isinstance(value, int | float) and not isinstance(value, bool):
                more[bound] = int(value) if float(value).is_integer() else float(value)
        self._exclusive(raw, kind, more)
        if raw.get("deprecated") is True:
            more["deprecated"] = True
        default = raw.get("default")
        if _fits(kind, default) and is_optional:
            more["default"] = default
        return not is_optional, more if len(more) > 1 else text

    def named(self, base: str) -> str:
        """A class name that no other type has."""
        try:
            made = names.pascal_case(re.sub(r"[^A-Za-z0-9]+", " ", base).strip() or "Value")
        except names.BadName:
            made = f"{self._prefix}{re.sub('[^A-Za-z0-9]', '', base)}"
        made = made[:60]
        for candidate in (made, f"{self._prefix}{made}", *(f"{made}{number}" for number in range(2, 200))):
            if candidate not in self._names:
                self._names |= {candidate, f"{candidate}Like", f"Other{candidate}"}
                return candidate
        raise AssertionError("a name is free")

    def _exclusive(self, raw: Mapping[str, Json], kind: str, more: dict[str, Json]) -> None:
        if kind not in ("integer", "number"):
            return
        for key, bound, other in (("exclusiveMinimum", "above", "min"), ("exclusiveMaximum", "below", "max")):
            value = raw.get(key)
            if value is True and other in more:
                more[bound] = more.pop(other)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                more[bound] = value
                more.pop(other, None)
            if kind == "integer" and isinstance(more.get(bound), int):
                more[other] = more.pop(bound) + (1 if bound == "above" else -1)

    def _enum(self, schema: Json, look: Look, hint: str) -> str:
        values = [each for each in look.values if isinstance(each, str) and each and not _BAD.search(each)]
        if not values or len(values) > _MOST_VALUES:
            return "string"
        key = ("enum", look.name or hint, tuple(values))
        if key not in self._made:
            self._made[key] = name = self.named(look.name or hint)
            made: dict[str, Json] = {}
            members: set[str] = set()
            for value in values:
                member = _member(value, members)
                members.add(member[0])
                made[value] = "" if member[1] else {"name": member[0]}
            about = described(look.description)
            self.enums[name] = {**({"description": about} if about else {}), "values": made}
        return self._made[key]

    def _model(self, schema: Json, look: Look, hint: str, depth: int) -> str:
        key: object = ("model", look.name) if look.name else ("inline", id(self._lens.api.schema(schema)))
        if key in self._made:
            return self._made[key]
        union = self._union(schema, hint, depth)
        if union is not None:
            return union
        self._made[key] = name = self.named(look.name or hint)
        fields: dict[str, Json] = {}
        made: dict[str, Json] = {}
        if about := described(look.description):
            made["description"] = about
        made["fields"] = fields
        self.models[name] = made
        taken: set[str] = set()
        for wire, each in look.properties.items():
            if not _WIRE.fullmatch(wire) or wire.endswith("?"):
                continue
            always, what = self.field(each, f"{name} {wire}", is_required=wire in look.required)
            try:
                python = names.field_name(wire)
            except names.BadName:
                python = ""
            if not python or python in taken:
                python = next(n for k in range(1, 99) if (n := f"field_{len(taken) + k}") not in taken)
                what = {**what, "name": python} if isinstance(what, dict) else {"type": what, "name": python}
            taken.add(python)
            fields[wire if always else f"{wire}?"] = what
        if look.additional is not None:
            made["additional"] = self.of(look.additional, f"{name} value", depth=depth + 1)
        return name

    def _union(self, schema: Json, hint: str, depth: int) -> str | None:
        """A union with a discriminator whose values the document maps to models."""
        raw = self._lens.api.schema(schema)
        mapping = raw.get("discriminator") if isinstance(raw, Mapping) else None
        if not isinstance(mapping, Mapping) or not isinstance(mapping.get("mapping"), Mapping):
            return None
        tag = mapping.get("propertyName")
        if not isinstance(tag, str) or not (raw.get("oneOf") or raw.get("anyOf")):
            return None
        key = ("union", id(raw))
        if key not in self._made:
            self._made[key] = name = self.named(self._lens.api.references.name(schema) or hint)
            variants: dict[str, str] = {}
            for value, reference in mapping["mapping"].items():
                target = reference if "/" in str(reference) else f"#/components/schemas/{reference}"
                kind = self.of({"$ref": str(target)}, f"{name} {value}", depth=depth + 1)
                if kind not in self.models or kind in variants.values():
                    variants = {}
                    break
                variants[str(value)] = kind
            if not variants:
                self._made[key] = "object"
            else:
                self.unions[name] = {"discriminator": tag, "variants": variants}
        return self._made[key]

    def _map(self, schema: Json, hint: str, depth: int) -> str:
        raw = self._lens.api.schema(schema)
        inside = raw.get("additionalProperties") if isinstance(raw, Mapping) else None
        if isinstance(inside, Mapping) and inside:
            found = self.of(inside, _singular(hint), depth=depth + 1)
            return "object" if found == "any" else f"map of {found}" if " or " not in found else f"map of ({found})"
        return "object"


def described(text: str) -> str:
    """A description for a spec: one line, without marks that no text of a spec may have, cut at a sentence."""
    flat = " ".join(_BAD.sub(" ", text).split())
    if len(flat) <= _LONGEST:
        return flat
    cut = flat[:_LONGEST]
    return cut[: cut.rfind(". ") + 1] or cut.rsplit(" ", 1)[0] + " ..."


def _member(value: str, taken: set[str]) -> tuple[str, bool]:
    """The name of an enum's member, and whether it is the usual one."""
    try:
        usual = names.member_name(value)
    except names.BadName:
        usual = ""
    if usual and usual not in taken:
        return usual, True
    base = usual or "VALUE"
    return next(name for number in range(2, 1000) if (name := f"{base}_{number}") not in taken), False


def _singular(hint: str) -> str:
    return hint[:-1] if hint.endswith("s") and not hint.endswith("ss") else f"{hint} item"


def _fits(kind: str, default: Json) -> bool:
    """Whether a default has the type of its field."""
    match kind:
        case "string":
            return isinstance(default, str) and not _BAD.search(default)
        case "integer":
            return isinstance(default, int) and not isinstance(default, bool)
        case "number":
            return isinstance(default, int | float) and not isinstance(default, bool)
        case "boolean":
            return isinstance(default, bool)
    return False

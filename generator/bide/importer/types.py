"""The types of a spec from JSON Schemas: models, enums and unions with names of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bide.importer.documents.reading import Json
from bide.importer.looking import Lens, Look
from bide.importer.parts.number import Number
from bide.importer.parts.patterns import why_not
from bide.importer.parts.unions import told_apart
from bide.importer.words import singular
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
_ORDER = ("boolean", "integer", "number", "string", "array", "object")
"""Of the types of a value: the simple ones first, since examples have the first."""
_UNSAID = {
    "multipleOf": "multiples cannot be said",
    "uniqueItems": "that items are unique cannot be said",
    "minProperties": "the number of keys cannot be said",
    "maxProperties": "the number of keys cannot be said",
    "patternProperties": "patterns of keys cannot be said",
    "not": "what is excluded cannot be said",
    "dependentRequired": "fields that need others cannot be said",
    "if": "conditions cannot be said",
}
"""Keys of a schema that say something that a spec cannot say."""


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
        self.notes: list[tuple[str, str, str]] = []
        """(model, what, why) of what is left out of the types; the model is empty if it is in none."""
        self.renamed: dict[str, str] = {}
        """Why a type has another name than in the document."""
        self._whole: set[int] = set()
        """The schemas that are one model, whichever alternatives they have."""
        self._parts: dict[int, list[Json]] = {}
        """Of schemas whose values have several JSON types: a schema for each, by id."""
        self._inside: set[int] = set()
        """Those of them that are being said."""
        self._shapes: dict[str, tuple[Look, str]] = {}
        """Unions that are told apart by their shape, as long as it is not known whether they can be."""

    def of(self, schema: Json, hint: str, *, depth: int = 0) -> str:
        """The type of a schema. *hint* is the name of a model that has none."""
        look = self._lens.look(schema)
        kinds = look.kinds - {"null"}
        if depth > _DEEPEST:
            self.note("", hint, "any JSON, because it is nested too deeply")
            return "any"
        if look.is_any:
            return "any"
        if len(kinds) > 1 and not kinds <= {"integer", "number"}:
            return self._mixed(schema, look, hint, depth)
        values = [each for each in look.values if each is not None]
        is_text = kinds == {"string"} and all(_is_whole(each) or isinstance(each, str) for each in values)
        if values and (is_text or (not kinds and all(isinstance(each, str) for each in values))):
            return self._enum(schema, look, hint)
        if values and not look.is_open and kinds <= {"integer", "number"} and kinds and all(map(_is_whole, values)):
            return self._enum(schema, look, hint)
        if look.properties and kinds <= {"object"}:
            return self._model(schema, look, hint, depth)
        if kinds == {"array"} or (not kinds and look.items is not None):
            inside = self.of(look.items, _item_of(hint), depth=depth + 1) if look.items is not None else "any"
            return f"list of {inside}" if " or " not in inside else f"list of ({inside})"
        if kinds == {"object"}:
            return self._map(schema, hint, depth)
        scalars = [_SCALARS[kind] for kind in sorted(kinds) if kind in _SCALARS]
        if len(scalars) == 2:
            return "number"  # an integer is one
        if scalars:
            resolved = self._lens.api.schema(schema)
            chosen = resolved.get("format") if isinstance(resolved, Mapping) else None
            return _FORMATS.get((scalars[0], str(chosen)), scalars[0])
        return "any"

    def model_of(self, schema: Json, hint: str) -> str:
        """The model of the objects that a reply may be, or its type if it is never one with known fields."""
        look = self._lens.look(schema)
        if look.properties:
            self.one_model(schema)
        kind = self.of(schema, hint).removesuffix(" or null")
        return kind if kind in self.models or not look.properties else self._merged(look, hint, 0)

    def one_model(self, schema: Json) -> None:
        """Make one model of a schema, also where it has alternatives: pointers do not lead into unions."""
        self._whole.add(id(self._lens.api.schema(schema)))

    def note(self, owner: str, what: str, why: str) -> None:
        """Keep what is left out of a type."""
        if (owner, what, why) not in self.notes:
            self.notes.append((owner, what, why))

    def finish(self) -> None:
        """Decide which unions can be told apart by shape; the others become one model with the fields of all."""
        while self._shapes:
            name, (look, hint) = next(iter(self._shapes.items()))
            del self._shapes[name]
            order = told_apart(self.unions[name]["variants"], self.models, self.enums, self.unions)
            if order is not None:
                self.unions[name]["variants"] = order
                continue
            listed = ", ".join(self.unions.pop(name)["variants"])
            self._merged(look, hint, 0, name=name)
            self.note(name, name, f"one model with the fields of all, because nothing tells {listed} apart")

    def field(self, schema: Json, hint: str, *, is_required: bool, name: str = "") -> tuple[bool, Json]:
        """Whether a field is there always, and what a spec says of it."""
        look = self._lens.look(schema)
        constant = [] if look.is_open else [each for each in look.values if each is not None]
        resolved = self._lens.api.schema(schema)
        raw: Mapping[str, Json] = (
            {**resolved, **schema} if isinstance(schema, Mapping) and isinstance(resolved, Mapping) else {}
        )
        is_optional = not is_required or bool(raw.get("readOnly")) or bool(raw.get("writeOnly"))
        is_text = look.kinds - {"null"} <= {"string"}
        is_always = is_text and is_required and not look.is_nullable
        if len(constant) == 1 and isinstance(constant[0], str) and constant[0] and is_always:
            return True, {"const": constant[0]}
        kind = self.of(schema, hint)
        text = f"{kind} or null" if look.is_nullable and is_required and kind != "any" else kind
        more: dict[str, Json] = {"type": text}
        if about := described(str(raw.get("description") or look.description)):
            more["description"] = about
        owner, what = (
            (hint.partition(" ")[0], hint.replace(" ", ".")) if hint.partition(" ")[0] in self.models else ("", hint)
        )
        for key, bound, kinds in _BOUNDS:
            value = raw.get(key)
            base = "list" if kind.startswith("list of") else kind
            if isinstance(value, int | float) and not isinstance(value, bool):
                if base in kinds:
                    more[bound] = int(value) if float(value).is_integer() else float(value)
                else:
                    self.note(owner, f"{what}: {key}", "its type has no such bound")
        if " or " in kind and any(key in each for each in _alternatives(raw) for key, _, _ in _BOUNDS):
            self.note(owner, f"{what}: bounds", "bounds of one of several types cannot be said")
        self._pattern(raw, kind, more, owner, what)
        self._exclusive(raw, kind, more)
        if raw.get("deprecated") is True:
            more["deprecated"] = True
        default = raw.get("default")
        if default is not None and is_optional:
            if self._fits(kind, default):
                more["default"] = default
            else:
                self.note(
                    owner, f"{what}: default", "it is not of its type, or no text, number, boolean or list of these"
                )
        for key, why in _UNSAID.items():
            if raw.get(key) not in (None, False):
                self.note(owner, f"{what}: {key}", why)
        numbers = [each for each in look.values if isinstance(each, int | float) and not isinstance(each, bool)]
        if numbers and kind not in self.enums:
            self.note(owner, f"{what}: its values", "an enum has texts or whole numbers")
        return not is_optional, more if len(more) > 1 else text

    def _pattern(self, raw: Mapping[str, Json], kind: str, more: dict[str, Json], owner: str, what: str) -> None:
        pattern = raw.get("pattern")
        if not isinstance(pattern, str) or not pattern:
            return
        why = why_not(pattern) if kind == "string" else "only a text has one"
        if why:
            self.note(owner, f"{what}: pattern {pattern[:60]}", why)
        else:
            more["pattern"] = pattern

    def _fits(self, kind: str, default: Json) -> bool:
        """Whether a default has the type of its field."""
        if kind in self.enums:
            return (
                default in self.enums[kind]["values"]
                if isinstance(default, str)
                else _is_number_of(self.enums[kind], default)
            )
        if " or " in kind and "(" not in kind:
            return any(self._fits(each, default) for each in kind.split(" or "))
        if kind.startswith("list of ") and isinstance(default, list):
            return all(self._fits(kind.removeprefix("list of "), each) for each in default)
        return _fits(kind, default)

    def _mixed(self, schema: Json, look: Look, hint: str, depth: int) -> str:
        """The type of values of several JSON types, each told by the alternatives of that type."""
        raw = id(self._lens.api.schema(schema))
        if raw in self._inside:
            self.note("", look.name or hint, "any JSON where it is inside of itself")
            return "any"
        if raw not in self._parts:
            self._parts[raw] = self._by_kind(schema)
        self._inside.add(raw)
        texts = []
        for each in self._parts[raw]:
            part = self._lens.look(each)
            is_number = bool(part.values) and part.kinds <= {"integer", "number"}
            texts.append(self.of(each, f"{look.name or hint}{' number' if is_number else ''}", depth=depth + 1))
        self._inside.discard(raw)
        if not texts or "any" in texts:
            if self._parts[raw]:
                self.note("", look.name or hint, "any JSON, because its alternatives cannot be told apart")
            return "any"
        return " or ".join(texts)

    def _by_kind(self, schema: Json) -> list[Json]:
        """A schema for each JSON type that the values of a schema may have; empty if they may be anything."""
        by_kind: dict[str, list[Json]] = {}
        if not self._sorted(schema, by_kind, 0):
            return []
        if "number" in by_kind:
            by_kind["number"] += by_kind.pop("integer", [])
        found: list[Json] = []
        for kind, schemas in sorted(by_kind.items(), key=lambda each: _ORDER.index(each[0])):
            if len(schemas) == 1:
                found.append(schemas[0])
            elif kind == "array":
                items = [self._lens.look(each).items for each in schemas]
                found.append({"type": "array", "items": {"anyOf": items} if all(items) else {}})
            else:
                found.append({"anyOf": schemas})
        return found

    def _sorted(self, schema: Json, by_kind: dict[str, list[Json]], depth: int) -> bool:
        """Sort the alternatives of a schema by their JSON types; whether each has one."""
        raw = self._lens.api.schema(schema)
        kinds = self._lens.look(schema).kinds - {"null"}
        if kinds - {*_ORDER}:
            return False
        if len(kinds) == 1:
            by_kind.setdefault(next(iter(kinds)), []).append(schema)
            return True
        if not kinds or not isinstance(raw, Mapping) or depth > _DEEPEST:
            return not kinds and self._lens.look(schema).is_nullable
        if parts := _alternatives(raw):
            return all(self._sorted(each, by_kind, depth + 1) for each in parts)
        if not isinstance(raw.get("type"), list):
            return False
        for kind in sorted(kinds):
            one = {**raw, "type": kind}
            if "enum" in raw:
                one["enum"] = [each for each in raw["enum"] if _kind_of(each) == kind]
                if not one["enum"]:
                    continue
            by_kind.setdefault(kind, []).append(one)
        return True

    def named(self, base: str) -> str:
        """A class name that no other type has."""
        taken = {*names.OUR_CLASSES, *names.OUR_IMPORTS}
        try:
            made = names.pascal_case(re.sub(r"[^A-Za-z0-9]+", " ", base).strip() or "Value")
        except names.BadName:
            made = f"{self._prefix}{re.sub('[^A-Za-z0-9]', '', base)}"
        made = made[:60]
        for candidate in (made, f"{self._prefix}{made}", *(f"{made}{number}" for number in range(2, 200))):
            if candidate not in self._names:
                self._names |= {candidate, f"{candidate}Like", f"Other{candidate}"}
                if candidate != made:
                    whose = "Bide's packages have a class of that name" if made in taken else "that name is taken"
                    self.renamed[candidate] = f"{base} in the document; {whose}"
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
        is_numeric = look.kinds - {"null"} <= {"integer", "number"}
        given = [str(each) for each in look.values if each is not None]
        values = [each for each in given if each and not _BAD.search(each)]
        otherwise = ("number" if "number" in look.kinds else "integer") if is_numeric else "string"
        if not values or len(values) > _MOST_VALUES:
            self.note(
                "", hint, f"its {len(given)} values are too many for an enum" if values else "its values are empty"
            )
            return otherwise
        if bad := [each for each in given if each not in values]:
            self.note("", hint, f"the values {', '.join(map(repr, bad))[:80]} cannot be said")
        key = ("enum", look.name or hint, tuple(values))
        if key not in self._made:
            self._made[key] = name = self.named(look.name or hint)
            made: dict[str, Json] = {}
            members: set[str] = set()
            for value in values:
                member = _member(value, members)
                members.add(member[0])
                made[Number(value) if is_numeric else value] = "" if member[1] else {"name": member[0]}
            about = described(look.description)
            self.enums[name] = {**({"description": about} if about else {}), "values": made}
        return self._made[key]

    def _model(self, schema: Json, look: Look, hint: str, depth: int) -> str:
        key: object = ("model", look.name) if look.name else ("inline", id(self._lens.api.schema(schema)))
        if key in self._made:
            return self._made[key]
        is_whole = id(self._lens.api.schema(schema)) in self._whole
        parts = self._variants(schema)
        if not is_whole and (union := self._union(schema, parts, look, hint, depth)) is not None:
            self._made[key] = union
            return union
        if is_whole and len(parts) > 1:
            why = "one model with the fields of all alternatives, because pointers lead into it"
            self.note("", look.name or hint, why)
        return self._merged(look, hint, depth, key=key)

    def _merged(self, look: Look, hint: str, depth: int, *, key: object = None, name: str = "") -> str:
        """A model with all fields that an object may have."""
        name = name or self.named(look.name or hint)
        if key is not None:
            self._made[key] = name
        fields: dict[str, Json] = {}
        made: dict[str, Json] = {}
        if about := described(look.description):
            made["description"] = about
        made["fields"] = fields
        self.models[name] = made
        taken: set[str] = set()
        for wire, each in look.properties.items():
            if not _WIRE.fullmatch(wire) or wire.endswith("?"):
                self.note(name, f"{name}.{wire}", "a field cannot have this name")
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

    def _variants(self, schema: Json) -> list[Json]:
        """The alternatives of a schema that is nothing else than one of several objects."""
        raw = self._lens.api.schema(schema)
        if not isinstance(raw, Mapping) or raw.get("properties") or raw.get("allOf"):
            return []
        found: list[Json] = []
        for each in self._flat(raw, 0):
            part = self._lens.look(each)
            if part.properties:
                found += [] if any(self._lens.look(other) is part for other in found) else [each]
            elif part.kinds - {"null"}:
                return []
        names_ = [self._lens.look(each).name for each in found]
        return [each for at, each in enumerate(found) if not names_[at] or names_[at] not in names_[:at]]

    def _flat(self, raw: Mapping[str, Json], depth: int) -> Iterator[Json]:
        """The alternatives of a schema, and those of alternatives that are nothing else."""
        for each in _alternatives(raw):
            inner = self._lens.api.schema(each)
            is_choice = (
                isinstance(inner, Mapping) and _alternatives(inner) and not {"properties", "allOf"} & inner.keys()
            )
            if is_choice and depth < _DEEPEST:
                yield from self._flat(inner, depth + 1)
            else:
                yield each

    def _union(self, schema: Json, parts: list[Json], look: Look, hint: str, depth: int) -> str | None:
        """A union: by a discriminator, by a field that is another constant in each variant, or by shape."""
        raw = self._lens.api.schema(schema)
        if len(parts) < 2 or not isinstance(raw, Mapping):
            return None
        told = raw.get("discriminator")
        told = told if isinstance(told, Mapping) else {}
        tag = str(told.get("propertyName") or "") or self._tag(parts)
        key = ("union", id(raw))
        if key in self._made:
            return self._made[key]
        self._made[key] = name = self.named(look.name or hint)
        labels = [self._label(each, tag, number) for number, each in enumerate(parts, 1)]
        kinds = [self.of(each, f"{name} {label}", depth=depth + 1) for each, label in zip(parts, labels, strict=True)]
        if not all(kind in self.models for kind in kinds) or len(set(kinds)) < 2:
            self._made.pop(key)
            self._names.discard(name)
            self.renamed.pop(name, None)
            self.note(
                "", look.name or hint, "one model with the fields of all, because its variants are unions or maps"
            )
            return None
        mapping = told.get("mapping")
        variants = self._tagged(tag, parts, kinds, mapping if isinstance(mapping, Mapping) else {}) if tag else {}
        about = described(str(raw.get("description") or ""))
        more = {"description": about} if about else {}
        if variants:
            self.unions[name] = {**more, "discriminator": tag, "variants": variants}
        else:
            self.unions[name] = {**more, "variants": kinds}
            self._shapes[name] = (look, hint)
        return name

    def _label(self, part: Json, tag: str, number: int) -> str:
        """What a variant without a name is called: by its title, its value of the discriminator, or its number."""
        look, raw = self._lens.look(part), self._lens.api.schema(part)
        values = self._lens.property(look, tag).values if tag else []
        title = raw.get("title") if isinstance(raw, Mapping) else None
        if isinstance(title, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]{0,40}", title):
            return title
        return str(values[0]) if len(values) == 1 and re.match(r"[A-Za-z]", str(values[0])) else str(number)

    def _tag(self, parts: list[Json]) -> str:
        """A field that each variant requires, with other constants in each."""
        looks = [self._lens.look(each) for each in parts]
        for wire in looks[0].properties:
            values = [self._lens.property(look, wire).values if wire in look.required else [] for look in looks]
            flat = [each for of_one in values for each in of_one]
            if all(values) and all(isinstance(each, str) and each for each in flat) and len(set(flat)) == len(flat):
                return wire
        return ""

    def _tagged(self, tag: str, parts: list[Json], kinds: list[str], mapping: Mapping[str, Json]) -> dict[str, str]:
        """The model of each value of a discriminator; empty if one has none, or a variant may lack it."""
        found: dict[str, str] = {}
        by_name = {self._lens.look(each).name: kind for each, kind in zip(parts, kinds, strict=True)}
        for value, reference in mapping.items():
            kind = by_name.get(str(reference).rpartition("/")[2])
            if kind is None:
                return {}
            found[str(value)] = kind
        for each, kind in zip(parts, kinds, strict=True):
            look = self._lens.look(each)
            values = self._lens.property(look, tag).values or [look.name]
            for value in values if kind not in found.values() else []:
                if not isinstance(value, str) or not value or value in found:
                    return {}
                found[value] = kind
            field_ = self.models[kind]["fields"].get(tag, self.models[kind]["fields"].get(f"{tag}?"))
            mine = [value for value, other in found.items() if other == kind]
            if field_ is None:
                if len(mine) > 1:
                    return {}
            elif f"{tag}?" in self.models[kind]["fields"] or (
                isinstance(field_, dict) and "const" in field_ and mine != [field_["const"]]
            ):
                return {}
        return found

    def _map(self, schema: Json, hint: str, depth: int) -> str:
        raw = self._lens.api.schema(schema)
        inside = raw.get("additionalProperties") if isinstance(raw, Mapping) else None
        if isinstance(inside, Mapping) and inside:
            found = self.of(inside, _item_of(hint), depth=depth + 1)
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


def _item_of(hint: str) -> str:
    """The name of what is in a list: `Page link` of `Page links`."""
    one = singular(hint)
    return one if one != hint else f"{hint} item"


def _alternatives(raw: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The alternatives of a schema."""
    given = [raw.get(key) for key in ("oneOf", "anyOf")]
    return [each for some in given if isinstance(some, list) for each in some if isinstance(each, Mapping)]


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number_of(enum: Json, value: Json) -> bool:
    return _is_whole(value) and any(isinstance(each, Number) and each == str(value) for each in enum["values"])


def _kind_of(value: Json) -> str:
    """The JSON type of a value of an enum."""
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "number"


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

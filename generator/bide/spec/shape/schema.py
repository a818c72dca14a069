"""Check the shape of a spec: which keys it has, and which values they hold.

The rules are in `spec.schema.json`, which editors read too. This module turns violations of that schema into
diagnostics. Checks that compare one part of a spec with another are in `lint`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice

from bide.spec.diagnostics import Diagnostic, Place
from bide.spec.document import PROBLEM_LIMIT, Document, Json, Path
from bide.spec.hints import did_you_mean, first_of, nearest
from bide.spec.oneline import one_line
from bide.spec.shape import fits as shape
from bide.spec.shape.findings import Fault, found_in
from bide.spec.shape.habits import as_boolean, as_type, instead_of_key, stands_for
from bide.spec.shape.language import owners_in

_FEW = 3
"""If more kinds of mappings than this have a key, the help names none of them."""

FILE = "spec.schema.json"
"""The file name of the schema."""

_DURATIONS = ("duration", "duration or range")
"""The titles of what is written as a number with a unit."""

_LONGEST_EXAMPLE = 80
"""The longest example shown in a help, in characters."""

_TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def check(document: Document) -> list[Diagnostic]:
    """The violations of the schema, in the order of the file."""
    return [problem for problem, _ in faults(document)]


def faults(document: Document) -> list[tuple[Diagnostic, Path]]:
    """The violations of the schema, each with the path of the key or value that is wrong."""
    if _is_shaped_like_a_spec()(document.data):
        return []
    from bide.spec.shape.validator import errors  # slow to import

    violations = islice(errors(spec_schema(), document.data, _definitions()), PROBLEM_LIMIT)
    found = list(found_in(violations, spec_schema()["$defs"]))
    translation = _Translation(document, _misspelt_keys(found))
    told = ((problem, fault.culprit) for fault in found for problem in translation.of(fault))
    return sorted(set(islice(told, PROBLEM_LIMIT)), key=lambda one: one[0])


@cache
def _is_shaped_like_a_spec() -> shape.Check:
    return shape.compiled(spec_schema())


@cache
def _definitions() -> Mapping[str, shape.Check]:
    return shape.definitions(spec_schema())


@cache
def spec_schema() -> Mapping[str, Json]:
    """The JSON Schema of a spec."""
    loaded: Mapping[str, Json] = json.loads(schema_text())
    return loaded


def schema_text() -> str:
    """The text of the JSON Schema of a spec."""
    return resources.files("bide").joinpath("spec", "shape", FILE).read_text(encoding="utf-8")


@cache
def owners() -> Mapping[str, tuple[str, ...]]:
    """For each key of the language, the titles of the mappings that have it."""
    return owners_in(spec_schema())


def shown(value: Json) -> str:
    """A value of a spec, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- the translation --------------------------------------------------------------------------------------------------


def _misspelt_keys(faults: Iterable[Fault]) -> dict[Path, set[str]]:
    """For each mapping, the keys that its unknown keys probably stand for. They are not reported as missing too."""
    meant: dict[Path, set[str]] = {}
    for fault in faults:
        if fault.keyword == "additionalProperties":
            near = stands_for(fault.wanted, fault.schema) or nearest(fault.wanted, _unused_keys(fault))
            if near is not None:
                meant.setdefault(fault.path, set()).add(near)
    return meant


def _unused_keys(fault: Fault) -> list[str]:
    return [key for key in fault.schema.get("properties", {}) if key not in fault.instance]


@dataclass(frozen=True, slots=True)
class _Translation:
    """Turns violations of the schema into diagnostics."""

    document: Document
    misspelt: Mapping[Path, set[str]]

    def of(self, fault: Fault) -> Iterator[Diagnostic]:
        if fault.is_about_a_key:
            return self._bad_key(fault)
        translate = _TRANSLATIONS.get(fault.keyword, _Translation._untranslated)
        return translate(self, fault)

    # places and names

    def _value(self, fault: Fault) -> Place:
        return self.document.value_place(fault.path)

    def _key(self, fault: Fault) -> Place:
        return self.document.key_place(fault.path)

    def _name(self, fault: Fault) -> str:
        match fault.path:
            case ():
                return "a spec"
            case (*_, str(key)):
                return f'"{key}"'
            case (*_, str(key), int(index)):
                return f'item {index + 1} of "{key}"'
            case _:
                return "this"

    # keys

    def _bad_key(self, fault: Fault) -> Iterator[Diagnostic]:
        path = (*fault.path, fault.instance)
        yield Diagnostic(self.document.key_place(path), "bad-name", _not_a(fault), _write_it_like(fault))

    def _unknown_key(self, fault: Fault) -> Iterator[Diagnostic]:
        key = fault.wanted
        if _has_fields_in_place(fault) and not self.misspelt.get(fault.path):
            return
        place = self.document.key_place((*fault.path, key))
        allowed = _unused_keys(fault)
        owning = owners().get(key, ())
        is_elsewhere = 0 < len(owning) <= _FEW and nearest(key, allowed) is None
        help_ = instead_of_key(key, fault.schema)
        if not help_:
            help_ = f'"{key}" is a key of {" and ".join(owning)}' if is_elsewhere else did_you_mean(key, allowed)
            help_ = help_ or first_of(allowed)
        yield Diagnostic(place, "unknown-key", f'unknown key "{key}"', help_)

    def _missing_key(self, fault: Fault) -> Iterator[Diagnostic]:
        meant = self.misspelt.get(fault.path, set())
        for key in fault.wanted:
            if key not in fault.instance and key not in meant:
                message = f'{self._name(fault)} has no "{key}"'
                yield Diagnostic(self._key(fault), "missing-key", message, self._explained(fault.schema, key))

    def _missing_companion(self, fault: Fault) -> Iterator[Diagnostic]:
        meant = self.misspelt.get(fault.path, set())
        for key, needed in fault.wanted.items():
            for companion in needed:
                if key in fault.instance and companion not in fault.instance and companion not in meant:
                    message = f'"{key}" also needs "{companion}"'
                    place = self.document.key_place((*fault.path, key))
                    yield Diagnostic(place, "missing-key", message, self._explained(fault.schema, companion))

    def _explained(self, schema: Mapping[str, Json], key: str) -> str:
        """The description of a key, as a help."""
        about = schema.get("properties", {}).get(key, {})
        named = spec_schema()["$defs"].get(about.get("$ref", "").rpartition("/")[2], {})
        description: str = about.get("description") or named.get("description") or ""
        return f"{key}: {description}" if description else ""

    # alternatives

    def _alternatives(self, fault: Fault) -> Iterator[Diagnostic]:
        return self._key_of_several(fault, fault.keys) if fault.keys else self._untranslated(fault)

    def _key_of_several(self, fault: Fault, keys: list[str]) -> Iterator[Diagnostic]:
        """Exactly one of several keys must be there, and none or more than one is."""
        if not isinstance(fault.instance, dict):
            return  # its type is wrong, and reported already
        there = [key for key in keys if key in fault.instance]
        if there:
            place = self.document.key_place((*fault.path, there[1]))
            message = f'"{there[0]}" and "{there[1]}" cannot be used together'
            yield Diagnostic(place, "conflicting-keys", message, f"keep one of {', '.join(there)}")
        elif not self.misspelt.get(fault.path, set()).intersection(keys):
            quoted = [f'"{key}"' for key in keys]
            message = f"{self._name(fault)} has no {', '.join(quoted[:-1])} or {quoted[-1]}"
            help_ = "add one of them"
            if _has_fields_in_place(fault):
                help_ = f"put the fields under the key fields, as in {{fields: {{{next(iter(fault.instance))}: ...}}}}"
            yield Diagnostic(self._key(fault), "missing-key", message, help_)

    # values

    def _bad_type(self, fault: Fault) -> Iterator[Diagnostic]:
        allowed = fault.wanted
        return self._not_of_types(fault, allowed if isinstance(allowed, list) else [allowed])

    def _not_of_types(self, fault: Fault, types: Iterable[str]) -> Iterator[Diagnostic]:
        wanted = " or ".join(_TYPE_WORDS[name] for name in dict.fromkeys(types))
        value = fault.instance
        if value is None:
            yield Diagnostic(self._key(fault), "bad-type", f"{self._name(fault)} is empty; it must be {wanted}")
            return
        is_unquoted = list(types) == ["string"] and isinstance(value, bool | int | float) and _fits_as_text(fault)
        help_ = (
            f'put it in quotes: "{shown(value)}"'
            if is_unquoted
            else _unlike_a_habit(fault) or _write_it_all_like(fault)
        )
        message = f"{self._name(fault)} must be {wanted}, not {_type_words(value)}"
        yield Diagnostic(self._value(fault), "bad-type", message, help_)

    def _not_allowed(self, fault: Fault) -> Iterator[Diagnostic]:
        allowed = fault.wanted
        if isinstance(fault.instance, str):
            message = f"{shown(fault.instance)} is not a valid {_noun(fault)}"
            help_ = self._state_of(fault) or did_you_mean(fault.instance, allowed)
            yield Diagnostic(self._value(fault), "bad-value", message, help_)

    def _state_of(self, fault: Fault) -> str:
        """The help where a status is written in place of its state; empty otherwise."""
        lifecycles = self.document.get("lifecycles")
        for lifecycle in lifecycles.values() if isinstance(lifecycles, dict) else ():
            states = lifecycle.get("states") if isinstance(lifecycle, dict) else None
            state = states.get(fault.instance) if isinstance(states, dict) else None
            if isinstance(state, str) and state in fault.wanted:
                return f'"{fault.instance}" is a status; write its state, {state}'
        return ""

    def _not_the_constant(self, fault: Fault) -> Iterator[Diagnostic]:
        message = f"{self._name(fault)} must be {shown(fault.wanted)}"
        yield Diagnostic(self._value(fault), "bad-value", message, _unlike_a_habit(fault))

    def _not_written_so(self, fault: Fault) -> Iterator[Diagnostic]:
        if fault.instance:
            help_ = _with_a_unit(fault) or _end_of_it(fault) or _write_it_like(fault)
            yield Diagnostic(self._value(fault), "bad-value", _not_a(fault), help_)
        else:
            yield from self._empty(fault)

    def _empty(self, fault: Fault) -> Iterator[Diagnostic]:
        if fault.instance in ("", [], {}):
            yield Diagnostic(self._key(fault), "empty", f"{self._name(fault)} is empty")
        else:
            yield from self._out_of_bounds(fault)

    def _out_of_bounds(self, fault: Fault) -> Iterator[Diagnostic]:
        words = _BOUND_WORDS[fault.keyword].format(bound=fault.wanted)
        yield Diagnostic(self._value(fault), "bad-value", f"{self._name(fault)} {words}")

    def _untranslated(self, fault: Fault) -> Iterator[Diagnostic]:
        message = f"{self._name(fault)} cannot be {shown(fault.instance)}"
        yield Diagnostic(self._value(fault), "bad-value", message)


_TRANSLATIONS: Mapping[str, Callable[[_Translation, Fault], Iterator[Diagnostic]]] = {
    "additionalProperties": _Translation._unknown_key,
    "required": _Translation._missing_key,
    "dependentRequired": _Translation._missing_companion,
    "anyOf": _Translation._alternatives,
    "oneOf": _Translation._alternatives,
    "type": _Translation._bad_type,
    "enum": _Translation._not_allowed,
    "const": _Translation._not_the_constant,
    "pattern": _Translation._not_written_so,
    "minLength": _Translation._empty,
    "minItems": _Translation._empty,
    "minProperties": _Translation._empty,
    "maxLength": _Translation._out_of_bounds,
    "maxItems": _Translation._out_of_bounds,
    "minimum": _Translation._out_of_bounds,
    "maximum": _Translation._out_of_bounds,
    "uniqueItems": _Translation._out_of_bounds,
}

_BOUND_WORDS = {
    "maxLength": "is longer than {bound} characters",
    "maxItems": "has more than {bound} items",
    "minimum": "is less than {bound}",
    "maximum": "is more than {bound}",
    "uniqueItems": "has duplicate items",
    "minLength": "is shorter than {bound} characters",
    "minItems": "has fewer than {bound} items",
    "minProperties": "has fewer than {bound} keys",
}


def _type_words(value: Json) -> str:
    types = (("object", dict), ("array", list), ("string", str), ("boolean", bool), ("integer", int), ("number", float))
    return next((_TYPE_WORDS[name] for name, type_ in types if isinstance(value, type_)), _TYPE_WORDS["null"])


def _noun(fault: Fault) -> str:
    noun: str = fault.schema.get("title", "allowed value")
    return noun


def _not_a(fault: Fault) -> str:
    return f"{shown(fault.instance)} is not a valid {_noun(fault)}"


def _has_fields_in_place(fault: Fault) -> bool:
    """Whether a model has its fields one level too high: it has keys, and no known one."""
    known = fault.schema.get("properties", {})
    instance = fault.instance if isinstance(fault.instance, dict) else {}
    return "fields" in known and bool(instance) and not known.keys() & instance.keys()


def _fits_as_text(fault: Fault) -> bool:
    """Whether a value that is not text would be right in quotes."""
    return shape.pattern(fault.schema.get("pattern", "")).search(shown(fault.instance)) is not None


def _unlike_a_habit(fault: Fault) -> str:
    """The help for a value that people write elsewhere; empty if it is none."""
    if fault.wanted is True or fault.wanted == "boolean":
        help_ = as_boolean(fault.instance)
        return "" if fault.wanted is True and help_.startswith("write false") else help_
    return as_type(fault.instance) if _noun(fault) == "type" else _with_a_unit(fault)


def _with_a_unit(fault: Fault) -> str:
    """The help for a duration without a unit; empty for everything else."""
    number = str(fault.instance)
    if _noun(fault) not in _DURATIONS or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", number):
        return ""
    return f"add its unit, as in {number}s; the units are ms, s, m, h and d"


def _end_of_it(fault: Fault) -> str:
    """The help for the template of a text that names more than the id; empty for everything else."""
    before, id_, after = str(fault.instance).partition("{job_id}")
    if _noun(fault) != "template of a text" or not id_ or "{" in after:
        return ""
    end = before.rpartition("}")[2] + id_ + after
    return f'only {{job_id}} may be in it: write the end of the text, as in "{end}"'


def _write_it_all_like(fault: Fault) -> str:
    """An example of a whole value, as a help where a value has another type."""
    examples = [one_line(example) for example in fault.schema.get("examples", ())]
    short = [example for example in examples if len(example) <= _LONGEST_EXAMPLE]
    return f"write it like {short[0]}" if short else ""


def _write_it_like(fault: Fault) -> str:
    written = str if fault.is_about_a_key else one_line  # a key needs no quotes to be text
    examples = [written(example) for example in fault.schema.get("examples", ())]
    return f"write it like {' or '.join(examples)}" if examples else ""

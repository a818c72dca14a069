"""The shape of a spec: which keys there are, and what each may hold.

`spec.schema.json` says it, for editors too; here its verdicts are put into the author's words. Nothing here looks from one part
of a spec to another: that is `lint`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bide.diagnostics import Diagnostic, Place
from bide.hints import did_you_mean, nearest
from bide.source import Document, Json, Path

_TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def check(document: Document) -> list[Diagnostic]:
    """Every way in which the document is not shaped like a spec, in the order of the file."""
    errors = list(_validator().iter_errors(document.data))
    translation = _Translation(document, _misspelt_keys(errors))
    return sorted({problem for error in errors for problem in translation.of(error)})


@cache
def spec_schema() -> Mapping[str, Json]:
    """The JSON Schema of a spec."""
    text = resources.files("bide").joinpath("spec.schema.json").read_text(encoding="utf-8")
    loaded: Mapping[str, Json] = json.loads(text)
    return loaded


def shown(value: Json) -> str:
    """A value of a spec, short enough for a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


# --- the validator -----------------------------------------------------------------------------------------------------


@cache
def _validator() -> Any:
    # 200.0 is no HTTP status and 1.0 no count, whatever JSON Schema thinks of them.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict = extend(Draft202012Validator, {"pattern": _pattern}, type_checker=types)
    return strict(spec_schema())


def _pattern(validator: Any, pattern: str, instance: Json, schema: Json) -> Iterator[ValidationError]:
    """As JSON Schema's own dialect reads it: `$` is the end of the text, and not also the line break before the end."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$(?=$|\))", r"\\Z", pattern), instance):
        yield ValidationError("pattern")


# --- the translation ---------------------------------------------------------------------------------------------------


def _misspelt_keys(errors: Iterable[ValidationError]) -> dict[Path, set[str]]:
    """For each mapping, the keys that an unknown key of it was probably meant to be: they are not missing as well."""
    meant: dict[Path, set[str]] = {}
    for error in errors:
        if error.validator == "additionalProperties":
            for key in _unknown_keys(error):
                near = nearest(key, _unused_keys(error))
                if near is not None:
                    meant.setdefault(tuple(error.absolute_path), set()).add(near)
    return meant


def _unknown_keys(error: ValidationError) -> list[str]:
    return [key for key in error.instance if key not in error.schema.get("properties", {})]


def _unused_keys(error: ValidationError) -> list[str]:
    return [key for key in error.schema.get("properties", {}) if key not in error.instance]


@dataclass(frozen=True, slots=True)
class _Translation:
    """From JSON Schema's errors to diagnostics."""

    document: Document
    misspelt: Mapping[Path, set[str]]

    def of(self, error: ValidationError) -> Iterator[Diagnostic]:
        if self._is_about_a_key(error):
            return self._bad_key(error)
        translate = _TRANSLATIONS.get(str(error.validator), _Translation._untranslated)
        return translate(self, error)

    # where, and how it is called

    def _value(self, error: ValidationError) -> Place:
        return self.document.value_place(tuple(error.absolute_path))

    def _key(self, error: ValidationError) -> Place:
        return self.document.key_place(tuple(error.absolute_path))

    def _name(self, error: ValidationError) -> str:
        path = tuple(error.absolute_path)
        match path:
            case ():
                return "a spec"
            case (*_, str(key)):
                return f'"{key}"'
            case (*_, str(key), int(index)):
                return f'item {index + 1} of "{key}"'
            case _:
                return "this"

    # keys

    def _is_about_a_key(self, error: ValidationError) -> bool:
        return "propertyNames" in error.absolute_schema_path

    def _bad_key(self, error: ValidationError) -> Iterator[Diagnostic]:
        path = (*error.absolute_path, error.instance)
        yield Diagnostic(self.document.key_place(path), "bad-name", _not_a(error), _write_it_like(error))

    def _unknown_key(self, error: ValidationError) -> Iterator[Diagnostic]:
        for key in _unknown_keys(error):
            place = self.document.key_place((*error.absolute_path, key))
            yield Diagnostic(place, "unknown-key", f'unknown key "{key}"', did_you_mean(key, _unused_keys(error)))

    def _missing_key(self, error: ValidationError) -> Iterator[Diagnostic]:
        meant = self.misspelt.get(tuple(error.absolute_path), set())
        # jsonschema reports each missing key by an error of its own, and does not say which.
        missing = [key for key in error.validator_value if key not in error.instance]
        for key in missing:
            if key not in meant:
                message = f'{self._name(error)} has no "{key}"'
                yield Diagnostic(self._key(error), "missing-key", message, self._explained(error.schema, key))

    def _missing_companion(self, error: ValidationError) -> Iterator[Diagnostic]:
        for key, needed in error.validator_value.items():
            for companion in needed:
                if key in error.instance and companion not in error.instance:
                    message = f'"{key}" needs "{companion}" beside it'
                    place = self.document.key_place((*error.absolute_path, key))
                    yield Diagnostic(place, "missing-key", message, self._explained(error.schema, companion))

    def _explained(self, schema: Mapping[str, Json], key: str) -> str:
        """What a key means."""
        about = schema.get("properties", {}).get(key, {})
        named = spec_schema()["$defs"].get(about.get("$ref", "").rpartition("/")[2], {})
        description: str = about.get("description") or named.get("description") or ""
        return f"{key}: {description}" if description else ""

    # alternatives

    def _alternatives(self, error: ValidationError) -> Iterator[Diagnostic]:
        choices = [list(choice) for choice in map(_only_requires, error.validator_value) if choice]
        if len(choices) == len(error.validator_value):
            return self._key_of_several(error, [key for choice in choices for key in choice])
        return self._meant(error)

    def _key_of_several(self, error: ValidationError, keys: list[str]) -> Iterator[Diagnostic]:
        """One of several keys has to be there: none is, or more than one."""
        there = [key for key in keys if key in error.instance]
        if there:
            place = self.document.key_place((*error.absolute_path, there[1]))
            message = f'"{there[0]}" and "{there[1]}" cannot both be here'
            yield Diagnostic(place, "conflicting-keys", message, f"keep one of {', '.join(there)}")
        elif not self.misspelt.get(tuple(error.absolute_path), set()).intersection(keys):
            quoted = [f'"{key}"' for key in keys]
            message = f"{self._name(error)} has no {', '.join(quoted[:-1])} or {quoted[-1]}"
            help_ = "one of them has to be here"
            yield Diagnostic(self._key(error), "missing-key", message, help_)

    def _meant(self, error: ValidationError) -> Iterator[Diagnostic]:
        """What is wrong with the alternative that was meant: the one for values of this type."""
        depth = len(error.absolute_path)
        by_choice: dict[Json, list[ValidationError]] = {}
        for inner in error.context or ():
            by_choice.setdefault(inner.schema_path[0], []).append(inner)
        fitting = [
            inner
            for inner in by_choice.values()
            if not any(one.validator == "type" and len(one.absolute_path) == depth for one in inner)
        ]
        if not fitting:
            types = [one.validator_value for inner in by_choice.values() for one in inner if one.validator == "type"]
            return self._not_of_types(error, types)
        closest = min(fitting, key=len)
        return (problem for inner in closest for problem in self.of(inner))

    # values

    def _bad_type(self, error: ValidationError) -> Iterator[Diagnostic]:
        allowed = error.validator_value
        return self._not_of_types(error, allowed if isinstance(allowed, list) else [allowed])

    def _not_of_types(self, error: ValidationError, types: Iterable[str]) -> Iterator[Diagnostic]:
        wanted = " or ".join(_TYPE_WORDS[name] for name in dict.fromkeys(types))
        value = error.instance
        if value is None:
            yield Diagnostic(self._key(error), "bad-type", f"{self._name(error)} is empty; it has to be {wanted}")
            return
        is_unquoted = "string" in types and isinstance(value, bool | int | float)
        help_ = f'put it in quotes: "{shown(value)}"' if is_unquoted else ""
        message = f"{self._name(error)} has to be {wanted}, not {_type_words(value)}"
        yield Diagnostic(self._value(error), "bad-type", message, help_)

    def _not_allowed(self, error: ValidationError) -> Iterator[Diagnostic]:
        allowed = error.validator_value
        if isinstance(error.instance, str):
            message = f"{shown(error.instance)} is no {_noun(error)}"
            yield Diagnostic(self._value(error), "bad-value", message, did_you_mean(error.instance, allowed))

    def _not_the_constant(self, error: ValidationError) -> Iterator[Diagnostic]:
        message = f"{self._name(error)} can only be {shown(error.validator_value)}"
        yield Diagnostic(self._value(error), "bad-value", message)

    def _not_written_so(self, error: ValidationError) -> Iterator[Diagnostic]:
        if error.instance:
            yield Diagnostic(self._value(error), "bad-value", _not_a(error), _write_it_like(error))
        else:
            yield from self._empty(error)

    def _empty(self, error: ValidationError) -> Iterator[Diagnostic]:
        if error.instance in ("", [], {}):
            yield Diagnostic(self._key(error), "empty", f"{self._name(error)} is empty")
        else:
            yield from self._out_of_bounds(error)

    def _out_of_bounds(self, error: ValidationError) -> Iterator[Diagnostic]:
        words = _BOUND_WORDS[str(error.validator)].format(bound=error.validator_value)
        yield Diagnostic(self._value(error), "bad-value", f"{self._name(error)} {words}")

    def _untranslated(self, error: ValidationError) -> Iterator[Diagnostic]:
        yield Diagnostic(self._value(error), "bad-value", f"{self._name(error)}: {error.message}")


_TRANSLATIONS: Mapping[str, Callable[[_Translation, ValidationError], Iterator[Diagnostic]]] = {
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
    "minimum": _Translation._out_of_bounds,
    "maximum": _Translation._out_of_bounds,
    "uniqueItems": _Translation._out_of_bounds,
}

_BOUND_WORDS = {
    "maxLength": "is longer than {bound} characters",
    "minimum": "is less than {bound}",
    "maximum": "is more than {bound}",
    "uniqueItems": "says the same thing twice",
    "minLength": "is shorter than {bound} characters",
    "minItems": "has less than {bound} items",
    "minProperties": "has less than {bound} keys",
}


def _only_requires(schema: Mapping[str, Json]) -> list[str] | None:
    """The keys that *schema* requires, if that is all it says."""
    return schema["required"] if set(schema) == {"required"} else None


def _type_words(value: Json) -> str:
    types = (("object", dict), ("array", list), ("string", str), ("boolean", bool), ("integer", int), ("number", float))
    return next((_TYPE_WORDS[name] for name, type_ in types if isinstance(value, type_)), _TYPE_WORDS["null"])


def _noun(error: ValidationError) -> str:
    noun: str = error.schema.get("title", "allowed value")
    return noun


def _not_a(error: ValidationError) -> str:
    return f"{shown(error.instance)} is no {_noun(error)}"


def _write_it_like(error: ValidationError) -> str:
    examples = [str(example) for example in error.schema.get("examples", ())]
    return f"write it like {' or '.join(examples)}" if examples else ""

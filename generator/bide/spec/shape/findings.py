"""The violations that JSON Schema found in a spec, as plain values.

Where no alternative of an `anyOf` or `oneOf` fits, JSON Schema reports the violations of each. Only those of the
alternative that the author most likely meant are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from bide.spec.document import PROBLEM_LIMIT, Json, Path
from bide.spec.hints import nearest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_CHOICES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Fault:
    """One violation of the schema."""

    keyword: str
    wanted: Any
    """The value of the keyword. For `additionalProperties`: the unknown key."""
    instance: Json
    path: Path
    schema: Mapping[str, Json]
    """The schema that contains the keyword."""
    is_about_a_key: bool = False
    choice: int = 0
    """The index of the alternative that it belongs to."""
    inside: tuple[Fault, ...] = ()
    """For alternatives: the violations of each."""

    @property
    def culprit(self) -> Path:
        """The path of the value or the key that is wrong."""
        if self.keyword == "additionalProperties":
            return (*self.path, self.wanted)
        return (*self.path, self.instance) if self.is_about_a_key else self.path

    @property
    def keys(self) -> list[str]:
        """For alternatives that only require keys: these keys."""
        choices = [choice for choice in self.wanted if choice.get("type", "object") == "object"]
        is_only_keys = len(choices) > 1 and all(choice.keys() <= {"type", "required"} for choice in choices)
        return [key for choice in choices for key in choice["required"]] if is_only_keys else []


def found_in(errors: Iterable[ValidationError], definitions: Mapping[str, Json]) -> Iterator[Fault]:
    """The violations; for alternatives, those of the one that was most likely meant.

    *definitions* are the `$defs` that an alternative may refer to.
    """
    for error in errors:
        yield from _resolved(_fault(error), definitions)


def _fault(error: ValidationError) -> Fault:
    found: Any = error
    steps = list(found.schema_path)
    return Fault(
        keyword=found.validator,
        wanted=found.validator_value,
        instance=found.instance,
        path=tuple(found.absolute_path),
        schema=found.schema,
        is_about_a_key="propertyNames" in found.absolute_schema_path,
        choice=steps[0] if steps and isinstance(steps[0], int) else 0,
        inside=tuple(_fault(inner) for inner in found.context or ()),
    )


def _resolved(fault: Fault, definitions: Mapping[str, Json]) -> Iterator[Fault]:
    if fault.keyword == "additionalProperties":
        unknown = (key for key in fault.instance if key not in fault.schema.get("properties", {}))
        yield from (replace(fault, wanted=key) for key in islice(unknown, PROBLEM_LIMIT))
        return
    if fault.keyword not in _CHOICES or fault.keys or not fault.inside:
        yield fault
        return
    choices = [[one for one in fault.inside if one.choice == number] for number in range(len(fault.wanted))]
    fitting = [
        number for number, found in enumerate(choices) if not any(_is_of_another_type(one, fault) for one in found)
    ]
    if not fitting:
        types = [name for one in fault.inside if one.keyword == "type" for name in _listed(one.wanted)]
        yield Fault("type", list(dict.fromkeys(types)), fault.instance, fault.path, fault.schema)
        return
    schemas = [_followed(choice, definitions) for choice in fault.wanted]
    meant = min(fitting, key=lambda number: _distance(fault, schemas[number], choices[number]))
    for one in choices[meant]:
        yield from _resolved(one, definitions)


def _distance(fault: Fault, schema: Mapping[str, Json], found: list[Fault]) -> tuple[bool, bool, int, int, int]:
    """How far the value is from this alternative; smaller is nearer. Compares constants, keys, depth and count.

    An alternative that has none of its keys is the farthest.
    """
    differs_in_a_constant = any(one.keyword == "const" and len(one.path) == len(fault.path) + 1 for one in found)
    known = schema.get("properties", {})
    keys = list(fault.instance) if isinstance(fault.instance, dict) else []
    shared = sum(key in known or nearest(key, known) is not None for key in keys)
    depth = min((len(one.path) for one in found), default=0)
    return bool(keys) and not shared, differs_in_a_constant, -shared, -depth, len(found)


def _followed(schema: Mapping[str, Json], definitions: Mapping[str, Json]) -> Mapping[str, Json]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return definitions.get(name, schema) if name else schema


def _is_of_another_type(inner: Fault, outer: Fault) -> bool:
    return inner.keyword == "type" and inner.path == outer.path


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types

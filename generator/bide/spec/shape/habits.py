"""What to write in place of keys and values that people know from OpenAPI, JSON Schema and older YAML."""

from __future__ import annotations

from collections.abc import Mapping

from bide.spec.document import Json

_UNION = "declare a union under unions, and use its name as the type"

_OF_A_FIELD = {
    "$ref": "write the name of the model as the type",
    "anyOf": _UNION,
    "explode": 'remove it: a list in a query is exploded unless it has a "join"',
    "enum": "declare the values under enums, and use the name of that enum as the type",
    "format": "remove it; for dates and times, use the type datetime or date",
    "items": 'remove it, and put the type of the items in the type, as in "list of string"',
    "maximum": 'use "max"',
    "minimum": 'use "min"',
    "nullable": 'remove it, and put "or null" after the type, as in "string or null"',
    "oneOf": _UNION,
    "optional": 'remove it, and put a "?" after the name of the field',
    "properties": "declare a model with these fields, and use its name as the type",
    "required": 'remove it: a field is required unless its name ends with "?"',
}

_OF_A_MODEL = {
    "$ref": "remove it, and use the name of the model where it is needed",
    "anyOf": "declare a union under unions",
    "oneOf": "declare a union under unions",
    "properties": 'use "fields"',
    "required": 'remove it: a field is required unless its name ends with "?"',
    "type": "remove it: a model is an object",
}

_STANDS_FOR = {"$ref": "type", "properties": "fields"}

_NOT_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def instead_of_key(key: str, schema: Mapping[str, Json]) -> str:
    """The help for an unknown key of a mapping with this schema; empty if it is no such habit."""
    known = schema.get("properties", {})
    habits = _OF_A_FIELD if "type" in known else _OF_A_MODEL if "fields" in known else {}
    return habits.get(key, "")


def stands_for(key: str, schema: Mapping[str, Json]) -> str | None:
    """The key of this schema that the unknown *key* has the meaning of."""
    meant = _STANDS_FOR.get(key)
    return meant if meant in schema.get("properties", {}) else None


def as_boolean(value: Json) -> str:
    """The help for text where a boolean is needed; empty if YAML never took it for one."""
    meant = _NOT_BOOLEANS.get(value.casefold()) if isinstance(value, str) else None
    return f"write {meant}: {value} is text in YAML 1.2" if meant else ""


def as_type(value: Json) -> str:
    """The help for a list where a type is needed; empty if it is not a list of types."""
    match value:
        case [str(inner)]:
            return f'write it as "list of {inner}"'
        case [str(inner), "null" | None] | ["null" | None, str(inner)]:
            return f'write it as "{inner} or null"'
    return ""

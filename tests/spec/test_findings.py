"""Which of several alternatives was meant, and what is told of it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from bide.spec.shape.findings import found_in
from bide.spec.shape.schema import _TRANSLATIONS, spec_schema

SCHEMA = {
    "oneOf": [
        {"$ref": "#/$defs/header"},
        {"$ref": "#/$defs/basic"},
        {"type": "array", "items": {"$ref": "#/$defs/header"}},
        {"type": "string", "pattern": "^[a-z]+$"},
    ],
    "$defs": {
        "header": {
            "type": "object",
            "required": ["header", "env"],
            "additionalProperties": False,
            "properties": {"header": {"type": "string"}, "env": {"type": "string"}},
        },
        "basic": {
            "type": "object",
            "required": ["basic", "user", "password", "env"],
            "additionalProperties": False,
            "properties": {
                "basic": {"const": True},
                "user": {"type": "string"},
                "password": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["env"]}]},
                "env": {"type": "string"},
            },
        },
    },
}


def told(instance: object) -> list[tuple[str, tuple[str | int, ...]]]:
    """The keyword and the path of each fault."""
    errors = Draft202012Validator(SCHEMA).iter_errors(instance)
    return [(fault.keyword, fault.culprit) for fault in found_in(errors, SCHEMA["$defs"])]


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ({"header": 5, "env": "KEY"}, [("type", ("header",))]),
        ({"header": "X-Key"}, [("required", ())]),
        ({"basic": True, "user": "me", "password": "x"}, [("required", ())]),
        ({"basic": True, "user": "me", "password": {}, "env": "KEY"}, [("required", ("password",))]),
        ({"basic": True, "user": "me", "password": 5, "env": "KEY"}, [("type", ("password",))]),
        (
            {"basic": True, "usr": "me", "env": "KEY"},
            [("additionalProperties", ("usr",)), ("required", ()), ("required", ())],
        ),
        ({"heder": "X-Key", "env": "KEY"}, [("additionalProperties", ("heder",)), ("required", ())]),
        ([{"header": "X-Key", "env": 5}], [("type", (0, "env"))]),
        ("A B", [("pattern", ())]),
        (5, [("type", ())]),
        (None, [("type", ())]),
    ],
    ids=json.dumps,
)
def test_the_alternative_that_was_meant(instance: object, expected: list[tuple[str, tuple[str | int, ...]]]) -> None:
    """What is told is what is wrong with the alternative that the value is most like, and of no other."""
    assert sorted(told(instance)) == sorted(expected)


def test_none_of_the_types() -> None:
    """A value of a type that no alternative has is told all the types that there are, each once."""
    [fault] = found_in(Draft202012Validator(SCHEMA).iter_errors(5), SCHEMA["$defs"])

    assert fault.wanted == ["object", "array", "string"]


def test_every_keyword_of_the_language_is_translated() -> None:
    """What JSON Schema can find in a spec is told in words that are for it, and never in JSON Schema's own."""
    used = set(keywords(spec_schema()))

    assert used <= set(_TRANSLATIONS) | SILENT


SILENT = {
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "examples",
    "default",
    "if",
    "then",
    "else",
    "properties",
    "propertyNames",
    "items",
}
"""Keywords that find nothing themselves."""


def keywords(schema: object) -> list[str]:
    """The keywords in a schema and in all that is in it."""
    if not isinstance(schema, dict):
        return []
    inner: list[object] = [
        schema.get(key) for key in ("items", "propertyNames", "additionalProperties", "then", "else")
    ]
    for key in ("properties", "$defs"):
        inner += schema.get(key, {}).values()
    for key in ("anyOf", "oneOf"):
        inner += schema.get(key, [])
    return [*schema, *(key for one in inner for key in keywords(one))]

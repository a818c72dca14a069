"""Problems of `anyOf`: the alternative that was meant, and its problems."""

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
    """The keyword and the path of each problem."""
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
    """Only problems of the most similar alternative are reported."""
    assert sorted(told(instance)) == sorted(expected)


def test_a_value_of_no_allowed_type() -> None:
    """The message lists all allowed types, each once."""
    [fault] = found_in(Draft202012Validator(SCHEMA).iter_errors(5), SCHEMA["$defs"])

    assert fault.wanted == ["object", "array", "string"]


def test_every_keyword_of_the_language_is_translated() -> None:
    """No message has JSON Schema's own words."""
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
"""Keywords that report nothing themselves."""


def keywords(schema: object) -> list[str]:
    """The keywords in a schema, at any depth."""
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

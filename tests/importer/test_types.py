"""JSON Schemas become the types of the language, or less, but never something else."""

from __future__ import annotations

from typing import Any

import pytest

from bide.importer.drafting import Wanted, draft
from bide.spec.document import read
from tests.importer.documents import JOBS, api, document, poll, reply, spec_of, submit


def fields_of(properties: dict[str, Any], required: list[str] = []) -> dict[str, Any]:  # noqa: B006  # only read
    """The fields of a model with these properties."""
    body = {
        "content": {"application/json": {"schema": {"type": "object", "properties": properties, "required": required}}}
    }
    found = document({"/jobs": {"post": {**submit(), "requestBody": body}}, "/jobs/{id}": {"get": poll()}})
    made = draft(api(found), Wanted(name="acme"))
    fields: dict[str, Any] = made.data["models"]["JobBody"]["fields"]
    return fields


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "datetime"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"type": "string", "format": "byte"}, "base64"),
        ({"type": ["integer", "null"]}, "integer"),
        ({"type": "integer", "nullable": True}, "integer"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number"),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "integer or string"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "object"}, "object"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer"),
        ({}, "any"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, {"type": "integer", "min": 1, "max": 9}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "min": 1}),
        ({"type": "number", "exclusiveMinimum": True, "minimum": 0}, {"type": "number", "above": 0}),
        (
            {"type": "string", "default": "en", "deprecated": True},
            {"type": "string", "deprecated": True, "default": "en"},
        ),
        ({"type": "integer", "default": "7"}, "integer"),
        ({"type": "string", "description": "Two\n lines.\u202e"}, {"type": "string", "description": "Two lines."}),
        ({"allOf": [{"type": "string"}, {"maxLength": 5}]}, "string"),
    ],
)
def test_a_schema_has_a_type(schema: dict[str, Any], kind: Any) -> None:
    """An optional field."""
    assert {"x?": kind} == fields_of({"x": schema})


def test_a_required_field_may_be_null_or_a_constant() -> None:
    """An enum of one text is a constant."""
    properties = {
        "a": {"type": ["string", "null"]},
        "b": {"type": "string", "enum": ["fetch"]},
        "c": {"type": "string"},
    }

    assert {"a": "string or null", "b": {"const": "fetch"}, "c": "string"} == fields_of(properties, ["a", "b", "c"])


def test_names_that_python_cannot_have_get_others() -> None:
    """Fields that would have the same name, or none; classes with the names of ours."""
    assert {
        "a-b?": "string",
        "a_b?": {"type": "string", "name": "field_2"},
        "+1?": {"type": "string", "name": "field_3"},
    } == fields_of({"a-b": {"type": "string"}, "a_b": {"type": "string"}, "+1": {"type": "string"}})
    found = document(
        {"/jobs": {"post": submit({"$ref": "#/components/schemas/Model"})}, "/jobs/{id}": {"get": poll()}},
        components={"schemas": {"Model": {"type": "object", "properties": {"id": {"type": "string"}}}}},
    )
    assert "returns: AcmeModel" in spec_of(found).text


def test_a_discriminator_makes_a_union() -> None:
    """If the document maps its values to models."""
    schemas = {
        "Click": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "at": {"type": "string"}},
        },
        "Write": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "text": {"type": "string"}},
        },
        "Action": {
            "oneOf": [{"$ref": "#/components/schemas/Click"}, {"$ref": "#/components/schemas/Write"}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"click": "#/components/schemas/Click", "write": "Write"},
            },
        },
    }
    body = {"type": "object", "properties": {"action": {"$ref": "#/components/schemas/Action"}}}
    found = document(
        {
            "/jobs": {"post": {**submit(), "requestBody": {"content": {"application/json": {"schema": body}}}}},
            "/jobs/{id}": {"get": poll()},
        },
        components={"schemas": schemas},
    )
    data = read("acme.yaml", spec_of(found).text).data

    assert {"discriminator": "kind", "variants": {"click": "Click", "write": "Write"}} == data["unions"]["Action"]


def test_what_cannot_be_said_is_left_out_with_the_reason() -> None:
    """At the end of the spec, and the rest is there."""
    found = document(
        {
            **JOBS["paths"],
            "/live": {"get": {"responses": {"200": {"description": "", "content": {"text/event-stream": {}}}}}},
        }
    )
    found["paths"]["/search"] = {
        "get": {"responses": reply({"type": "object", "properties": {"a": {"type": "string"}}})}
    }
    made = spec_of(found, operations=True)

    assert "# Left out:\n#   GET /live: it is a stream, whose events have to be written by hand" in made.text
    assert "get: /search" in made.text


def test_two_operations_at_one_address_are_one() -> None:
    """The second is left out, and says why."""
    found = document({**JOBS["paths"], "/jobs?beta=true": {"post": submit()}})
    made = spec_of(found)

    assert 1 == len(made.draft.jobs)
    assert any("same method and path" in why or "same-address" in why for _, why in made.draft.left_out)

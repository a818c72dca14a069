"""JSON Schemas become the types of the language, or less, but never something else."""

from __future__ import annotations

from typing import Any

import pytest

from bide.importer.drafting.drafting import Wanted, draft
from bide.importer.words import singular
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
        ({"type": "string", "pattern": "^https?://"}, {"type": "string", "pattern": "^https?://"}),
        ({"type": "string", "pattern": "^(a+)+$"}, "string"),
        ({"type": "string", "pattern": "\\p{L}"}, "string"),
        ({"oneOf": [{"type": "number"}, {"type": "string", "const": "auto"}]}, "number or JobBodyX"),
        ({"oneOf": [{"const": "auto"}, {"type": "integer"}]}, "integer or JobBodyX"),
        ({"anyOf": [{"const": "auto"}, {"type": "string"}]}, "JobBodyX"),
        ({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}, "string or list of integer"),
        ({"oneOf": [{"type": "boolean"}, {"type": "object"}]}, "boolean or object"),
        ({"type": ["string", "integer", "null"], "enum": ["auto", 1, None]}, "JobBodyXNumber or JobBodyX"),
        ({"oneOf": [{"type": "string"}, {}]}, "any"),
        (
            {"type": "array", "items": {"type": "string"}, "default": ["a"]},
            {"type": "list of string", "default": ["a"]},
        ),
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


@pytest.mark.parametrize("is_required", [True, False])
def test_a_constant_of_one_alternative_is_no_constant(is_required: bool) -> None:
    """Of `a number, or auto`, nothing is always there."""
    schema = {"oneOf": [{"type": "number"}, {"type": "string", "const": "auto"}]}

    assert ["number or JobBodyX"] == list(fields_of({"x": schema}, ["x"] if is_required else []).values())


def test_enums_of_numbers_and_their_defaults() -> None:
    """Whole numbers are an enum with keys without quotes; others are listed."""
    properties = {
        "size": {"type": "integer", "enum": [1, 2], "default": 2},
        "kind": {"type": "string", "enum": ["a", "b"], "default": "b"},
        "rate": {"type": "number", "enum": [1.5, 2]},
        "side": {"type": "string", "enum": ["sd", 720]},
        "odd": {"type": "string", "enum": ["a", "b"], "default": "c"},
    }
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}
    made = spec_of(document({"/jobs": {"post": {**submit(), "requestBody": body}}, "/jobs/{id}": {"get": poll()}}))
    data = read("acme.yaml", made.text).data

    assert {
        "size?": {"type": "JobBodySize", "default": 2},
        "kind?": {"type": "JobBodyKind", "default": "b"},
        "rate?": "number",
        "side?": "JobBodySide",
        "odd?": "JobBodyOdd",
    } == data["models"]["JobBody"]["fields"]
    assert '{1: "", 2: ""}' in made.text
    assert ["sd", "720"] == list(data["enums"]["JobBodySide"]["values"])
    assert ("JobBody.rate: its values", "an enum has texts or whole numbers") in made.draft.left_out
    assert any(what == "JobBody.odd: default" for what, _ in made.draft.left_out)


def object_of(*required: str, **properties: Any) -> dict[str, Any]:
    """A schema of objects."""
    return {"type": "object", "required": list(required), "properties": properties}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}


@pytest.mark.parametrize(
    ("variants", "union"),
    [
        (
            {"Circle": object_of("at", at=TEXT), "Square": object_of("at", "side", at=TEXT, side=NUMBER)},
            {"variants": ["Square", "Circle"]},
        ),
        (
            {
                "Click": object_of("do", do={"const": "click"}, at=TEXT),
                "Write": object_of("do", do={"type": "string", "enum": ["write"]}, text=TEXT),
            },
            {"discriminator": "do", "variants": {"click": "Click", "write": "Write"}},
        ),
        ({"Circle": object_of(at=TEXT), "Square": object_of(side=NUMBER)}, None),
    ],
    ids=["by shape, in the order that tells them apart", "by a constant", "not at all"],
)
def test_models_without_a_discriminator_are_a_union(variants: dict[str, Any], union: Any) -> None:
    """If something tells them apart; else they are one model, which is listed."""
    schema = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in variants]}
    body = {"content": {"application/json": {"schema": object_of(shape={"$ref": "#/components/schemas/Shape"})}}}
    found = document({"/jobs": {"post": {**submit(), "requestBody": body}}, "/jobs/{id}": {"get": poll()}})
    found["components"]["schemas"] = {**variants, "Shape": schema}
    made = spec_of(found)
    data = read("acme.yaml", made.text).data

    assert "Shape" == data["models"]["JobBody"]["fields"]["shape?"]
    assert union == data.get("unions", {}).get("Shape")
    if union is None:
        assert {"at?": "string", "side?": "number"} == data["models"]["Shape"]["fields"]
        why = "one model with the fields of all, because nothing tells Circle, Square apart"
        assert ("Shape", why) in made.draft.left_out
    else:
        assert [] == made.draft.left_out


def test_a_poll_that_returns_one_of_several_models_is_one_model() -> None:
    """Pointers do not lead into unions; that it was several is listed."""
    busy = object_of("id", "status", id=TEXT, status={"type": "string", "enum": ["queued", "running"]})
    over = object_of("id", "status", "text", id=TEXT, status={"type": "string", "enum": ["done", "failed"]}, text=TEXT)
    made = spec_of(document({"/jobs": {"post": submit(busy)}, "/jobs/{id}": {"get": poll({"oneOf": [busy, over]})}}))
    data = read("acme.yaml", made.text).data

    assert {"id", "status", "text?"} == data["models"][data["jobs"]["job"]["snapshot"]]["fields"].keys()
    assert ["queued", "running", "done", "failed"] == list(data["lifecycles"]["job"]["states"])
    assert any(why.startswith("one model with the fields of all alternatives") for _, why in made.draft.left_out)


def test_a_type_that_is_inside_of_itself_ends() -> None:
    """As a schema of any JSON is."""
    found = document(
        {"/jobs": {"post": submit()}, "/jobs/{id}": {"get": poll()}},
        components={
            "schemas": {
                "Value": {"oneOf": [TEXT, {"type": "array", "items": {"$ref": "#/components/schemas/Value"}}]},
            }
        },
    )
    schema = {"$ref": "#/components/schemas/Value"}
    body = {"content": {"application/json": {"schema": object_of(value=schema)}}}
    found["paths"]["/jobs"]["post"]["requestBody"] = body
    made = draft(api(found), Wanted(name="acme"))

    assert {"value?": "string or list of any"} == made.data["models"]["JobBody"]["fields"]


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("jobs", "job"),
        ("queries", "query"),
        ("statuses", "status"),
        ("addresses", "address"),
        ("processes", "process"),
        ("analyses", "analysis"),
        ("batches", "batch"),
        ("caches", "cache"),
        ("causes", "cause"),
        ("pre_recorded_status", "pre_recorded_status"),
        ("address", "address"),
        ("process", "process"),
        ("analysis", "analysis"),
        ("series", "series"),
        ("s", "s"),
    ],
)
def test_one_of_several(plural: str, one: str) -> None:
    """A word that only looks like a plural stays."""
    assert one == singular(plural)

"""What a document has is said where the language can, and listed where it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from bide.spec.document import read
from tests.importer.documents import JOB, JOBS, document, poll, reply, spec_of, submit

THIN = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


def spec(found: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The data of a spec, and all that it leaves out."""
    text = spec_of(found).text
    left_out = text.partition("# Left out:")[2].replace("#", " ")
    return read("acme.yaml", text).data, " ".join(left_out.split())


def with_job(job: Any = JOB, **below: Any) -> dict[str, Any]:
    """A document with a job, and operations below it by the end of their path."""
    more = {f"/jobs/{{id}}/{name}": operations for name, operations in below.items()}
    return document({"/jobs": {"post": submit(job)}, "/jobs/{id}": {"get": poll(job)}, **more})


def test_callbacks_and_webhooks_are_listed() -> None:
    """A spec needs to know how they are signed."""
    found = document(
        {"/jobs": {"post": {**submit(), "callbacks": {"finished": {}}}}, "/jobs/{id}": {"get": poll()}},
        webhooks={"job.done": {}},
    )
    _, left_out = spec(found)

    assert "callback finished of POST /jobs, webhook job.done: how it is signed is not in the document" in left_out


def test_arguments_of_a_poll_are_listed() -> None:
    """And those of a cancellation; keys are no arguments."""
    given = [{"in": "query", "name": name, "schema": {"type": "boolean"}} for name in ("verbose", "full")]
    found = with_job(cancel={"post": {"parameters": given[:1], "responses": {"200": {"description": ""}}}})
    found["paths"]["/jobs/{id}"]["get"]["parameters"] = given
    _, left_out = spec(found)

    assert "verbose in the query of POST /jobs/{id}/cancel, verbose and full in the query of GET /jobs/{id}" in left_out


@pytest.mark.parametrize(
    ("status", "about", "is_over"),
    [("409", "Conflict", True), ("422", "The job has already finished", True), ("422", "Invalid", False)],
)
def test_a_job_that_is_over_cannot_be_cancelled(status: str, about: str, is_over: bool) -> None:
    """A 409 says so, and other statuses whose text says it."""
    replies = {"200": {"description": ""}, status: {"description": about}}
    data, _ = spec(with_job(cancel={"post": {"responses": replies}}))

    assert ([int(status)] if is_over else None) == data["lifecycles"]["job"]["cancel"].get("over")


SCHEMES = {
    "key": {"type": "http", "scheme": "bearer"},
    "old-key": {"type": "apiKey", "in": "header", "name": "X-Acme-Key"},
    "login": {"type": "http", "scheme": "basic"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "in-url": {"type": "apiKey", "in": "query", "name": "token"},
}


@pytest.mark.parametrize(
    ("security", "auth"),
    [
        ([{"key": []}], {"bearer": True, "env": "ACME_API_KEY"}),
        (
            [{"key": []}, {"old-key": []}],
            {
                "one_of": [
                    {"bearer": True, "env": "ACME_API_KEY"},
                    {"header": "X-Acme-Key", "env": "ACME_OLD_KEY", "name": "old_key"},
                ]
            },
        ),
        (
            [{"key": [], "old-key": []}],
            [
                {"bearer": True, "env": "ACME_API_KEY"},
                {"header": "X-Acme-Key", "env": "ACME_OLD_KEY", "name": "old_key"},
            ],
        ),
        (
            [{"in-url": [], "key": []}, {"in-url": [], "old-key": []}],
            [
                {
                    "one_of": [
                        {"bearer": True, "env": "ACME_KEY", "name": "key"},
                        {"header": "X-Acme-Key", "env": "ACME_OLD_KEY", "name": "old_key"},
                    ]
                },
                {"query": "token", "env": "ACME_API_KEY"},
            ],
        ),
        (
            [{"in-url": [], "key": []}, {"in-url": []}],
            {"query": "token", "env": "ACME_API_KEY"},
        ),
        (
            [{"old-key": []}, {"login": []}, {"cookie": []}],
            {
                "one_of": [
                    {"header": "X-Acme-Key", "env": "ACME_API_KEY"},
                    [
                        {"basic": "username", "env": "ACME_USERNAME"},
                        {"basic": "password", "env": "ACME_PASSWORD"},
                    ],
                ]
            },
        ),
    ],
    ids=[
        "one",
        "one of two",
        "both",
        "one, and always another, in the URL",
        "one that is enough alone",
        "one of three, of which one cannot be said",
    ],
)
def test_each_way_to_authenticate_is_there(security: list[Any], auth: Any) -> None:
    """Schemes of which one is enough, and schemes that belong together."""
    found = {**JOBS, "security": security, "components": {"securitySchemes": SCHEMES}}
    data, left_out = spec(found)

    assert auth == data["auth"]
    assert ({"cookie": []} in security) == ("security cookie: a spec cannot say cookie" in left_out)


def test_a_request_with_another_secret_is_listed() -> None:
    """Where most have the same."""
    given = {**submit(), "security": [{"old-key": []}]}
    paths = {"/jobs": {"post": given}, "/jobs/{id}": {"get": poll()}, "/other": {"get": poll()}}
    data, left_out = spec(document(paths, components={"securitySchemes": SCHEMES}))

    assert {"bearer": True, "env": "ACME_API_KEY"} == data["auth"]
    assert "POST /jobs (old-key): it needs another secret" in left_out


def test_variables_of_a_server_with_listed_values() -> None:
    """Are arguments of the client; others are written into the URL, and other servers are listed."""
    variables = {
        "region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."},
        "port": {"default": "443", "enum": ["443", "8443"]},
        "version": {"default": "v1"},
    }
    servers = [
        {"url": "https://{region}.acme.example:{port}/{version}", "variables": variables},
        {"url": "https://sandbox.acme.example", "description": "For tests"},
    ]
    data, left_out = spec({**JOBS, "servers": servers})

    assert "https://{region}.acme.example:443/v1" == data["base_url"]
    assert ["eu", "us"] == list(data["variables"]["region"]["values"])
    assert ("eu", "Where.") == (data["variables"]["region"]["default"], data["variables"]["region"]["description"])
    assert "server variable port: 443 is written into the base URL" in left_out
    assert "443, 8443" in left_out
    assert "server https://sandbox.acme.example: a spec has one base URL" in left_out
    assert "(For tests)" in left_out


def test_examples_are_in_the_spec_if_they_fit() -> None:
    """Of a submit and of a poll; one that contradicts its schema is listed."""
    good, bad = {"id": "j1", "status": "completed"}, {"id": 5, "status": "failed"}
    found = with_job()
    content = found["paths"]["/jobs/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    content["examples"] = {"good": {"value": good}, "bad": {"value": bad}}
    asked = found["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]
    found["paths"]["/jobs"]["post"]["requestBody"] = {
        "content": {"application/json": {**asked, "example": {"url": "https://a.example"}}}
    }
    data, left_out = spec(found)

    [model] = [each for each in data["models"].values() if "examples" in each]
    assert ['{"id": "j1", "status": "completed"}'] == [each["json"] for each in model["examples"]]
    assert ['{"url": "https://a.example"}'] == [each["json"] for each in data["jobs"]["job"]["submit"]["examples"]]
    assert "an example of JobSubmitted: $.id is the number 5" in left_out


def test_a_form_keeps_the_bounds_of_its_fields() -> None:
    """As a JSON body does."""
    fields = {
        "file": {"type": "string", "format": "binary"},
        "title": {"type": "string", "maxLength": 120, "default": "x"},
    }
    body = {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": fields}}}}
    found = document({"/jobs": {"post": {**submit(), "requestBody": body}}, "/jobs/{id}": {"get": poll()}})
    data, _ = spec(found)

    assert {"file?": "file", "title?": {"type": "string", "max_length": 120, "default": "x"}} == data["jobs"]["job"][
        "submit"
    ]["body"]


ITEM = {"type": "object", "properties": {"code": {"type": "string"}, "detail": {"type": "string"}}}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"error_code": {"type": ["integer", "null"]}}, {"code": "error_code"}),
        (
            {"errorCode": {"type": "string"}, "error_message": {"type": "string"}},
            {"code": "errorCode", "message": "error_message"},
        ),
        ({"errors": {"type": "array", "items": ITEM}}, {"code": "errors.0.code", "message": "errors.0.detail"}),
        ({"errors": {"type": "array", "items": {"type": "string"}}}, {"message": "errors"}),
        ({"error": {"oneOf": [{"type": "string"}, ITEM]}}, {"message": "error"}),
        (
            {"error": {"oneOf": [ITEM, {"type": "object", "properties": {"message": {"type": "string"}}}]}},
            {"code": "error.code", "message": "error.message"},
        ),
    ],
    ids=["a number", "beside each other", "in a list", "a list of texts", "a text or an object", "two models"],
)
def test_the_error_of_a_poll_is_found(fields: dict[str, Any], error: dict[str, str]) -> None:
    """Wherever its code and its message are."""
    properties = {key: JOB["properties"][key] for key in ("id", "status")}
    job = {"type": "object", "required": ["id", "status"], "properties": {**properties, **fields}}

    assert error == spec(with_job(job))[0]["lifecycles"]["job"]["error"]


def test_the_code_of_an_error_body_may_be_in_a_list() -> None:
    """Or beside the message."""
    listed = {
        "type": "object",
        "properties": {"message": {"type": "string"}, "errors": {"type": "array", "items": ITEM}},
    }
    flat = {"type": "object", "properties": {"error": {"type": "string"}, "message": {"type": "string"}}}
    for body, code in ((listed, "errors.0.code"), (flat, "error")):
        found = with_job()
        found["paths"]["/jobs"]["post"]["responses"] |= reply(body, "400")
        assert [{"name": "error", "code": code, "message": "message"}] == spec(found)[0]["errors"]


def test_what_is_all_inside_of_one_object_has_an_envelope() -> None:
    """Pointers begin inside, and the result is the job; what is beside it is listed."""
    wrap = {
        "type": "object",
        "required": ["success", "response"],
        "properties": {"success": {"type": "boolean"}, "message": {"type": "string"}},
    }
    queued = {**wrap, "properties": {**wrap["properties"], "response": THIN}}
    shown = {**wrap, "properties": {**wrap["properties"], "response": {"$ref": "#/components/schemas/Render"}}}
    found = document({"/renders": {"post": submit(queued, "201")}, "/renders/{id}": {"get": poll(shown)}})
    found["components"]["schemas"] = {"Render": JOB}
    data, left_out = spec(found)

    job, lifecycle = data["jobs"]["render"], data["lifecycles"]["render"]
    assert ("response", "response") == (
        data["models"]["Render"]["envelope"],
        data["models"][job["submit"]["returns"]]["envelope"],
    )
    assert ("id", "Render", "status") == (job["submit"]["job_id"], job["snapshot"], lifecycle["status"])
    assert {"code": "error.code", "message": "error.message"} == lifecycle["error"]
    assert "success, message of GET /renders/{id}" in left_out


@pytest.mark.parametrize("beside", [{"error": {"type": "string"}}, {"items": {"type": "array", "items": JOB}}])
def test_what_is_beside_the_job_and_is_needed_keeps_the_whole_model(beside: dict[str, Any]) -> None:
    """An envelope would hide it."""
    shown = {"type": "object", "required": ["data"], "properties": {**beside, "data": JOB}}
    data, _ = spec(document({"/renders": {"post": submit(THIN)}, "/renders/{id}": {"get": poll(shown)}}))

    assert "data.status" == data["lifecycles"]["render"]["status"]
    assert not any("envelope" in each for each in data["models"].values())


def test_a_type_with_another_name_says_why() -> None:
    """Since readers look for the document's."""
    job = {**JOB, "properties": {**JOB["properties"], "line": {"$ref": "#/components/schemas/Timeline"}}}
    found = with_job(job)
    found["components"]["schemas"] = {"Timeline": {"type": "object", "properties": {"a": {"type": "string"}}}}
    text = spec_of(found).text

    assert "  # Timeline in the document; Bide's packages have a class of that name\n  AcmeTimeline:" in text


@pytest.mark.parametrize("name", ["title", "name", "description", "default", "docs", "const", "type", "fields"])
def test_a_field_of_any_name_uses_its_type(name: str) -> None:
    """Those that are named like keys of the language, too; and values of a discriminator."""
    variants = {f"{name}": {"$ref": "#/components/schemas/Text"}, "other": {"$ref": "#/components/schemas/Size"}}
    schemas: dict[str, Any] = {
        "Head": {"type": "object", "properties": {"text": {"type": "string"}}},
        "Text": {"type": "object", "properties": {"text": {"type": "string"}}},
        "Size": {"type": "object", "properties": {"size": {"type": "integer"}}},
        "Block": {
            "oneOf": list(variants.values()),
            "discriminator": {
                "propertyName": "kind",
                "mapping": {value: each["$ref"] for value, each in variants.items()},
            },
        },
    }
    more = {name: {"$ref": "#/components/schemas/Head"}, "block": {"$ref": "#/components/schemas/Block"}}
    job = {**JOB, "required": ["id", "status", name, "block"], "properties": {**JOB["properties"], **more}}
    found = with_job(job)
    found["components"]["schemas"] = schemas
    data, left_out = spec(found)

    [model] = [each for each in data["models"].values() if name in each.get("fields", {})]
    assert ("Head", "Block") == (model["fields"][name], model["fields"]["block"])
    assert {"Head", "Text", "Size"} <= data["models"].keys()
    assert "" == left_out


def test_a_request_without_a_key_says_so() -> None:
    """Where the others have one."""
    found = with_job()
    found["paths"]["/jobs/{id}"]["get"]["security"] = []
    data, _ = spec(found)

    assert ("none", None) == (data["lifecycles"]["job"]["poll"]["auth"], data["jobs"]["job"]["submit"].get("auth"))


def test_an_object_in_a_query_has_its_style() -> None:
    """Another object in a query is listed."""
    schema = {"type": "object", "properties": {"size": {"type": "integer"}}}
    given = [
        {"in": "query", "name": "filter", "style": "deepObject", "schema": schema},
        {"in": "query", "name": "other", "schema": schema},
    ]
    paths = {"/jobs": {"post": submit(parameters=given)}, "/jobs/{id}": {"get": poll()}}
    data, left_out = spec(document(paths))

    assert {"filter?": {"type": "JobFilter", "style": "deepObject"}} == data["jobs"]["job"]["submit"]["query"]
    assert "parameter other: a JobFilter in the query cannot be said" in left_out


def test_a_variant_that_cannot_be_said_leaves_the_others() -> None:
    """A model that must be inside of itself has no value."""
    schemas = {
        "Endless": {
            "type": "object",
            "required": ["next"],
            "properties": {"next": {"$ref": "#/components/schemas/Endless"}},
        },
        "Square": {"type": "object", "required": ["side"], "properties": {"side": {"type": "integer"}}},
        "Circle": {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}},
    }
    shape = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}
    found = with_job({**JOB, "properties": {**JOB["properties"], "shape": shape}})
    found["components"]["schemas"] = schemas
    data, left_out = spec(found)

    [union] = data["unions"].values()
    assert {"Square", "Circle"} <= set(union["variants"])
    assert "Endless" in left_out

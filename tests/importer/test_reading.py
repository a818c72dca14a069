"""Documents are read whatever their form is, within limits, and never from the network."""

from __future__ import annotations

import json
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bide.importer.documents.openapi import api_of
from bide.importer.documents.reading import Unreadable, parsed, read
from bide.importer.importing import NotImported
from tests.importer.documents import BODY, JOBS, document, spec_of, submit


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b"a: 2024-01-01\nb: yes\nc: 012\nd: 1.5\ne: null\nf: true\n", None),
    ],
)
def test_json_is_tried_first_and_yaml_is_that_of_1_2(data: bytes, found: Any) -> None:
    """Whatever the name of the file is; a date, `yes` and `012` stay text."""
    usual = {"a": "2024-01-01", "b": "yes", "c": "012", "d": 1.5, "e": None, "f": True}

    assert parsed(data, "x") == (usual if found is None else found)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff", "byte 0 is not UTF-8"),
        (b"a: [", "x:2:1: this is neither JSON nor YAML"),
        (b"- a\n", "a document is an object, and this is a list"),
        (b"[" * 5000, "nested too deeply"),
        (
            b"a: &a [x, x]\n"
            + b"".join(
                b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c]\n" % ((98 + n,) * 2 + (97 + n,) * 6) for n in range(12)
            ),
            "more than",
        ),
    ],
)
def test_what_cannot_be_read_is_explained(data: bytes, says: str) -> None:
    """With the place where there is one; aliases that multiply are bounded."""
    with pytest.raises(Unreadable, match=says.replace("[", r"\[")):
        parsed(data, "x")


@pytest.mark.parametrize(
    "found", [{}, {"openapi": "4.0", "paths": {}}, {"openapi": "3.1.0"}, {"swagger": "1.2", "paths": {}}]
)
def test_what_is_no_openapi_is_refused(found: dict[str, Any]) -> None:
    """With the versions that can be imported."""
    with pytest.raises(Unreadable, match=r"OpenAPI 2.0, 3.0, 3.1 and 3.2 with `paths` can be imported"):
        api_of(found)


def test_references_lead_to_files_of_the_folder_and_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file is read; one outside of the folder, one that is missing and the network are named, and left out."""
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: pytest.fail("a reference was fetched"))
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "parts.yaml").write_text("Body: {type: object, required: [url], properties: {url: {type: string}}}\n")
    (tmp_path / "secret.yaml").write_text("Body: {type: string}\n")
    for reference, is_there in (
        ("parts.yaml#/Body", True),
        ("../secret.yaml#/Body", False),
        ("missing.yaml#/Body", False),
        ("https://example.com/parts.yaml#/Body", False),
        ("file:///etc/passwd", False),
        ("#/nothing", False),
    ):
        found = json.loads(json.dumps(JOBS))
        found["paths"]["/jobs"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {"$ref": reference}
        file = folder / "openapi.json"
        file.write_text(json.dumps(found))
        api = api_of(read(file), file)
        [body] = [each.body for each in api.operations if each.method == "post"]
        assert (api.schema(body) == {**BODY}) is is_there, reference
        assert (reference in api.references.missing) is not is_there, reference


def test_circles_of_references_end() -> None:
    """In schemas and in references that lead to each other."""
    schemas = {
        "Node": {
            "type": "object",
            "properties": {"next": {"$ref": "#/components/schemas/Node"}, "name": {"type": "string"}},
        },
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}], "properties": {"x": {"type": "string"}}},
    }
    properties = {name.lower(): {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}}
    found = json.loads(json.dumps(JOBS))
    found["paths"]["/jobs"]["post"]["requestBody"] = body
    found["components"]["schemas"] = schemas

    assert "next?: Node" in spec_of(found).text


def test_openapi_2_is_read_as_3() -> None:
    """Host, body, form fields, security and replies."""
    job = {
        "type": "object",
        "properties": {"id": {"type": "string"}, "status": {"type": "string", "enum": ["running", "done", "failed"]}},
    }
    found = {
        "swagger": "2.0",
        "info": {"title": "Acme"},
        "host": "api.acme.example",
        "basePath": "/v2",
        "schemes": ["http", "https"],
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "paths": {
            "/jobs": {
                "post": {
                    "consumes": ["multipart/form-data"],
                    "parameters": [
                        {"in": "formData", "name": "clip", "type": "file", "required": True},
                        {"in": "formData", "name": "language", "type": "string"},
                        {"in": "query", "name": "tags", "type": "array", "items": {"type": "string"}},
                    ],
                    "responses": {"202": {"description": "", "schema": job}},
                }
            },
            "/jobs/{id}": {
                "get": {
                    "parameters": [{"in": "path", "name": "id", "type": "string", "required": True}],
                    "responses": {"200": {"description": "", "schema": job}},
                }
            },
        },
    }
    text = spec_of(found).text

    assert "base_url: https://api.acme.example/v2" in text
    assert "auth: {header: X-Key, env: ACME_API_KEY}" in text
    assert "body: {clip: file, language?: string}" in text, text
    assert 'tags?: {type: list of string, join: ","}' in text


BROKEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just({"$ref": "#/components/schemas/Job"}),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damage_gives_a_spec_or_a_reason(data: st.DataObject) -> None:
    """Any value of a document may be anything else: never a traceback, and never a spec that does not check clean."""
    found: Any = json.loads(
        json.dumps(document({"/jobs": {"post": submit()}, "/jobs/{id}": JOBS["paths"]["/jobs/{id}"]}))
    )
    holder, path = found, []
    while True:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        path.append(key)
        inside = holder[key]
        if not isinstance(inside, dict | list) or not inside or data.draw(st.booleans()):
            holder[key] = data.draw(BROKEN)
            break
        holder = inside

    with suppress(NotImported, Unreadable):
        spec_of(found)

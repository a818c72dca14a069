"""Small OpenAPI documents, made of parts."""

from __future__ import annotations

from typing import Any

from bide.importer.documents.openapi import Api, api_of
from bide.importer.importing import Import, Wanted, imported

STATUS = {"type": "string", "enum": ["queued", "running", "completed", "failed"]}
JOB: dict[str, Any] = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {"type": "string"},
        "status": STATUS,
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "result": {"type": "object", "properties": {"text": {"type": "string"}}},
        "error": {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}},
    },
}
BODY = {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}


def reply(schema: Any, status: str = "200") -> dict[str, Any]:
    """The replies of an operation: one with JSON."""
    return {status: {"description": "It.", "content": {"application/json": {"schema": schema}}}}


def submit(schema: Any = JOB, status: str = "200", **more: Any) -> dict[str, Any]:
    """A POST with a JSON body."""
    body = {"required": True, "content": {"application/json": {"schema": BODY}}}
    return {"requestBody": body, "responses": reply(schema, status), **more}


def poll(schema: Any = JOB, **more: Any) -> dict[str, Any]:
    """A GET of a job."""
    return {"responses": reply(schema), **more}


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with these paths."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Acme", "version": "1.2"},
        "servers": [{"url": "https://api.acme.example/v1"}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
        "paths": paths,
        **more,
    }


JOBS = document({"/jobs": {"post": submit()}, "/jobs/{id}": {"get": poll()}})
"""The simplest document with a job."""


def api(found: dict[str, Any]) -> Api:
    """The API of a document."""
    return api_of(found)


def spec_of(found: dict[str, Any], **wanted: Any) -> Import:
    """The import of a document."""
    return imported(api_of(found), Wanted(name="acme", **wanted), source="openapi.yaml", schema="bide.schema.json")

"""A made-up job API of any size, as a spec and as OpenAPI."""

from __future__ import annotations

import json

FIELDS = 10


_HEAD = """\
bide: 1
name: acme
title: Acme
class: Acme
description: Does made-up work.
docs: https://acme.example/docs
base_url: https://api.acme.example/v1
auth: {header: X-Api-Key, env: ACME_API_KEY}
enums:
  Status:
    description: Where a job is.
    values: {running: Under way., done: Ready., failed: It failed.}
"""

_MODELS = """\
  Work{job}Request:
    description: What is sent.
    fields: {{{sent}}}
  Work{job}State:
    description: What is received.
    fields: {{id: string, status: Status, {received}}}
"""

_JOB = """\
  work_{job}:
    description: Do the work.
    submit: {{post: /work{job}, body: Work{job}Request, returns: Work{job}State, job_id: id}}
    lifecycle: work_{job}
    snapshot: Work{job}State
    result: Work{job}State
"""

_LIFECYCLE = """\
  work_{job}:
    poll: {{get: "/work{job}/{{job_id}}"}}
    status: status
    states: {{running: running, done: succeeded, failed: failed}}
    polling: {{interval: 2s..5s}}
"""


def spec(jobs: int, *, first: str = "field_0") -> str:
    """The spec in YAML: each job has a submit, a poll and two models of 10 fields. *first* is a field of the first."""

    def models(job: int) -> str:
        names = [first if job == 0 else "field_0", *(f"field_{number}" for number in range(1, FIELDS))]
        sent = ", ".join(f"{name}?: string" for name in names)
        received = ", ".join(f"field_{number}?: string" for number in range(FIELDS - 2))
        return _MODELS.format(job=job, sent=sent, received=received)

    parts = [_HEAD, "models:\n", *map(models, range(jobs))]
    parts += ["jobs:\n", *(_JOB.format(job=job) for job in range(jobs))]
    parts += ["lifecycles:\n", *(_LIFECYCLE.format(job=job) for job in range(jobs))]
    return "".join(parts)


def openapi(jobs: int) -> str:
    """The same as an OpenAPI 3.1 document in JSON."""
    paths: dict[str, object] = {}
    schemas: dict[str, object] = {"Status": {"type": "string", "enum": ["running", "done", "failed"]}}
    for job in range(jobs):
        request, state = f"Work{job}Request", f"Work{job}State"
        fields = {f"field_{number}": {"type": "string", "description": "The field."} for number in range(FIELDS)}
        schemas[request] = {"type": "object", "properties": fields}
        schemas[state] = {
            "type": "object",
            "required": ["id", "status"],
            "properties": {
                "id": {"type": "string"},
                "status": {"$ref": "#/components/schemas/Status"},
                **{name: fields[name] for name in list(fields)[: FIELDS - 2]},
            },
        }
        answer = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{state}"}}}}
        paths[f"/work{job}"] = {
            "post": {
                "operationId": f"submit_work{job}",
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{request}"}}}
                },
                "responses": {"200": {"description": "The job.", **answer}},
            }
        }
        paths[f"/work{job}/{{id}}"] = {
            "get": {
                "operationId": f"poll_work{job}",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "The job.", **answer}},
            }
        }
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Acme", "version": "1"},
            "paths": paths,
            "components": {"schemas": schemas},
        }
    )

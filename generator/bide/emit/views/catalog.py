"""The catalog of a package: its jobs and operations as data, for its command line and its MCP server.

It is JSON, so no text of a spec can become code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from bide.emit.views.schemas import Schema, Schemas
from bide.emit.words import prose
from bide.emit.words.samples import is_known, samples
from bide.ir import Endpoint, Job, Json, Kind, Operation, Provider, Scalar, Secret, Source, Type, Variable
from bide.spec.names import snake_case

_BYTES = Scalar(Kind.BYTES)


def has_catalog(provider: Provider) -> bool:
    """Whether the package has a command line or an MCP server."""
    return provider.command is not None or provider.server is not None


def catalog(provider: Provider) -> str:
    """The text of `catalog.json`."""
    return _printed(_Catalog(provider).whole) + "\n"


class _Catalog:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._inputs = Schemas(provider, "inputs")
        self._outputs = Schemas(provider, "outputs")

    @property
    def whole(self) -> Json:
        provider = self._provider
        whole = {
            "generated": f"by Bide from {provider.spec_file}. Edit the spec, then run `bide generate`.",
            "name": provider.name,
            "title": provider.title,
            "description": prose.sentence(provider.description),
            "docs": provider.docs,
            "class": provider.class_name,
            "distribution": provider.package.name,
            "version": provider.package.version,
            "command": provider.command,
            "server": provider.server,
            "secrets": [_secret(each) for each in provider.auth],
            "variables": [_variable(each) for each in provider.variables],
            "jobs": {job.name: self._job(job) for job in provider.jobs},
            "operations": {operation.name: self._operation(operation) for operation in provider.operations},
        }
        return {**whole, "inputs": self._inputs.definitions, "outputs": self._outputs.definitions}

    def _job(self, job: Job) -> Json:
        polling, lifecycle = job.polling, job.lifecycle
        return {
            **self._about(job, job.submit),
            "has_keys": job.idempotency_key is not None,
            "can_be_cancelled": lifecycle.cancel is not None,
            "has_progress": any((lifecycle.progress.share, lifecycle.progress.percent, lifecycle.progress.done)),
            "address": _address(job),
            "timeout": polling.timeout,
            "typical": list(polling.typical) if polling.typical else None,
            **self._returns([job.result]),
        }

    def _operation(self, operation: Operation) -> Json:
        endpoint = operation.endpoint
        found = {
            **self._about(operation, endpoint),
            "is_read_only": endpoint.method == "GET",
            "is_destructive": endpoint.method == "DELETE",
            "is_idempotent": endpoint.idempotent or endpoint.method in ("GET", "PUT", "DELETE"),
            "job": operation.job,
        }
        if operation.stream is not None:
            return found | {"returns": "events", "result": {}}
        return found | self._returns([reply.type for reply in operation.replies if not reply.job])

    def _about(self, found: Job | Operation, endpoint: Endpoint) -> dict[str, Json]:
        example = samples(self._provider, endpoint)
        return {
            "command": found.command,
            "tool": found.tool,
            "description": prose.sentence(found.description),
            "deprecated": prose.sentence(found.deprecated),
            "page": _page(found.source),
            "arguments": self._arguments(endpoint),
            "example": example if is_known(example) else None,
        }

    def _arguments(self, endpoint: Endpoint) -> Schema:
        parameters = endpoint.parameters
        schema: Schema = {
            "type": "object",
            "properties": {each.name: self._inputs.of_field(each.field) for each in parameters},
            "additionalProperties": False,
        }
        if required := [each.name for each in parameters if not each.field.optional]:
            schema["required"] = required
        return schema

    def _returns(self, types: Iterable[Type | None]) -> dict[str, Json]:
        types = list(types)
        if _BYTES in types:
            return {"returns": "bytes", "result": {}}
        if not any(types):
            return {"returns": "nothing", "result": {}}
        return {"returns": "json", "result": self._outputs.any_of(types)}


def _secret(secret: Secret) -> Json:
    return {"argument": secret.argument, "env": secret.env, "is_usual": secret.is_usual, "way": secret.way}


def _address(job: Job) -> dict[str, str]:
    """What `attach` takes beside the id, by the names of its arguments, each with its name in Python."""
    arguments = job.address_arguments
    return {name: arguments[name].name if name in arguments else snake_case(name) for name in job.attached_with}


def _variable(variable: Variable) -> Json:
    return {
        "argument": variable.name,
        "env": variable.env,
        "default": variable.default,
        "values": [value for value, _ in variable.values],
        "description": prose.sentence(variable.description),
    }


def _page(source: Source | None) -> str:
    return source.url if source else ""


_encoded = json.JSONEncoder(ensure_ascii=False).encode


def _printed(value: Json, margin: str = "\n") -> str:
    """JSON with a line for each member, but objects and lists without others in them are one line."""
    within = margin + " "
    if isinstance(value, dict):
        opening, closing, inside = "{", "}", [*value.values()]
        members = [f"{_encoded(key)}: {_printed(each, within)}" for key, each in value.items()]
    elif isinstance(value, list):
        opening, closing, inside = "[", "]", value
        members = [_printed(each, within) for each in value]
    else:
        return _encoded(value)
    if not any(isinstance(each, (dict, list)) for each in inside):
        return f"{opening}{', '.join(members)}{closing}"
    return f"{opening}{within}{f',{within}'.join(members)}{margin}{closing}"

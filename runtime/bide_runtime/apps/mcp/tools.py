"""The tools of a package: one for each job and operation, and those that every server with jobs has."""

from __future__ import annotations

from collections.abc import Iterator

import mcp_types as types

from ..catalog.catalog import Catalog, Entry, JobEntry, OperationEntry, Schema

RESULT, CANCEL, LIST = "job_result", "job_cancel", "job_list"
"""The tools that are not of the spec. The linter keeps their names free."""

_TOKEN: Schema = {
    "type": "string",
    "description": "The token of a job: exactly the text of `job` in an earlier answer.",
}
_FILE: Schema = {
    "type": "object",
    "description": "A file: a resource of this server, to be read by its address.",
    "properties": {
        "uri": {"type": "string"},
        "size": {"type": "integer", "description": "Bytes."},
        "media_type": {"type": "string"},
        "text": {"type": "string", "description": "The text of the file, perhaps cut, if it is text."},
    },
    "required": ["uri", "size", "media_type"],
}
_ERROR: Schema = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "message": {"type": "string", "description": "What happened, with the provider's own words."},
        "code": {"type": "string", "description": "The provider's code."},
        "reason": {"type": "string", "description": "The provider's reason."},
        "http_status": {"type": "integer"},
        "request_id": {"type": "string", "description": "For the provider's support."},
    },
    "required": ["kind", "message"],
}
_STATES = {
    "pending": "it waits at the provider",
    "running": "the provider works on it",
    "succeeded": "there is a result",
    "partial": "there is a result, but some of the work failed",
    "failed": "it ended without a result",
    "cancelled": "it was cancelled",
    "expired": "the provider no longer has it",
    "refused": "there is no job",
    "unsure": "nobody knows whether there is a job: do not call the tool again by yourself",
}


def tools_of(catalog: Catalog, *, has_ledger: bool) -> dict[str, types.Tool]:
    """The tools by name."""
    return {tool.name: tool for tool in _tools(catalog, has_ledger=has_ledger)}


def entries_of(catalog: Catalog) -> dict[str, Entry]:
    """The jobs and operations that are tools, by the names of the tools."""
    entries: list[Entry] = [*catalog.jobs.values(), *catalog.operations.values()]
    return {entry.tool: entry for entry in entries if entry.tool is not None}


def is_object(catalog: Catalog, entry: Entry) -> bool:
    """Whether the result of an operation is a JSON object, which is the answer as it is."""
    return entry.returns == "json" and catalog.resolved(entry.result).get("type") == "object"


def _tools(catalog: Catalog, *, has_ledger: bool) -> Iterator[types.Tool]:
    for name, entry in entries_of(catalog).items():
        yield types.Tool(
            name=name,
            title=f"{catalog.title}: {name.replace('_', ' ')}",
            description=_description(catalog, entry),
            input_schema=_input_schema(catalog, entry),
            output_schema=_output_schema(catalog, entry),
            annotations=_annotations(entry),
        )
    if not catalog.jobs:
        return
    yield types.Tool(
        name=RESULT,
        title=f"{catalog.title}: result of a job",
        description=(
            "The result of a job that was still running when its tool answered. Waits for it like that tool, and costs"
            " nothing. Call it again as long as the state is pending or running."
        ),
        input_schema=_object({"job": _TOKEN}),
        output_schema=_job_schema({}),
        annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=True),
    )
    if any(job.can_be_cancelled for job in catalog.jobs.values()):
        kinds = ", ".join(name for name, job in catalog.jobs.items() if job.can_be_cancelled)
        yield types.Tool(
            name=CANCEL,
            title=f"{catalog.title}: cancel a job",
            description=f"Asks the provider to cancel a job. Jobs that can be cancelled: {kinds}.",
            input_schema=_object({"job": _TOKEN}),
            output_schema=_job_schema({}),
            annotations=types.ToolAnnotations(destructive_hint=True, idempotent_hint=True, open_world_hint=True),
        )
    if has_ledger:
        yield types.Tool(
            name=LIST,
            title=f"{catalog.title}: jobs so far",
            description="The newest jobs of this server's ledger, also of earlier sessions, with their arguments.",
            input_schema=_object(
                {"limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}}, needed=()
            ),
            output_schema=_LISTED,
            annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
        )


def _description(catalog: Catalog, entry: Entry) -> str:
    said = [entry.description]
    if entry.deprecated:
        said.append(f"Deprecated: {entry.deprecated}")
    if isinstance(entry, JobEntry):
        said.append(f"Each call submits a job to {catalog.title}, which may cost money.")
        if entry.typical is not None:
            said.append(f"It usually takes {_seconds(entry.typical[0])} to {_seconds(entry.typical[1])}.")
        said.append(
            f"If it takes longer than one call waits, the answer has a token: pass it to {RESULT}."
            f" A client waits for {_seconds(entry.timeout)} by default."
        )
    if any(_is_file(catalog, schema) for schema in entry.properties.values()):
        said.append("A file is given by its path on the machine of this server, and is sent to the provider.")
    if entry.page:
        said.append(f"Documentation: {entry.page}")
    return " ".join(filter(None, said))


def _seconds(seconds: float) -> str:
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds:.3g} s"


def _is_file(catalog: Catalog, schema: Schema) -> bool:
    schema = catalog.resolved(schema)
    return "path" in (schema.get("format"), schema.get("items", {}).get("format"))


def _input_schema(catalog: Catalog, entry: Entry) -> Schema:
    schema = catalog.standalone(entry.arguments)
    return schema if entry.example is None else {**schema, "examples": [entry.example]}


def _output_schema(catalog: Catalog, entry: Entry) -> Schema:
    if isinstance(entry, JobEntry):
        return catalog.standalone(_job_schema(entry.result, is_file=entry.returns == "bytes"))
    assert isinstance(entry, OperationEntry)
    if entry.job is not None:
        job = catalog.jobs[entry.job]
        either = {} if {} in (entry.result, job.result) else {"anyOf": [entry.result, job.result]}
        return catalog.standalone(_job_schema(either, is_file="bytes" in (entry.returns, job.returns)))
    match entry.returns:
        case "bytes":
            return _object({"file": _FILE})
        case "events":
            events = {"type": "array", "description": "The events in their order."}
            is_complete = {"type": "boolean", "description": "Whether the stream ended, and all events are here."}
            return _object({"events": events, "is_complete": is_complete})
        case "nothing":
            return _object({"result": {"type": "null", "description": "It is done."}})
    if is_object(catalog, entry):
        return catalog.standalone(catalog.resolved(entry.result))
    return catalog.standalone(_object({"result": entry.result}))


def _job_schema(result: Schema, *, is_file: bool = False) -> Schema:
    states = "; ".join(f"{state}: {meaning}" for state, meaning in _STATES.items())
    properties: Schema = {
        "state": {"type": "string", "enum": list(_STATES), "description": f"{states[0].upper()}{states[1:]}."},
        "status": {"type": "string", "description": "The provider's own word for the state."},
        "job": _TOKEN,
        "result": result,
        "next": {"type": "string", "description": "What to do now."},
        "error": _ERROR,
    }
    if is_file or not result:
        properties["file"] = _FILE
    return {"type": "object", "properties": properties, "required": ["state"]}


def _annotations(entry: Entry) -> types.ToolAnnotations:
    if isinstance(entry, OperationEntry):
        return types.ToolAnnotations(
            read_only_hint=entry.is_read_only,
            destructive_hint=entry.is_destructive,
            idempotent_hint=entry.is_idempotent,
            open_world_hint=True,
        )
    return types.ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True
    )


def _object(properties: Schema, needed: tuple[str, ...] | None = None) -> Schema:
    required = list(properties) if needed is None else list(needed)
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


_LISTED = _object(
    {
        "jobs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer", "description": "Its number in the ledger."},
                    "kind": {"type": "string"},
                    "state": {"type": "string"},
                    "arguments": {"type": "object"},
                    "submitted_at": {"type": "string", "format": "date-time"},
                    "job": _TOKEN,
                    "error": {"type": "string"},
                },
                "required": ["number", "kind", "state", "arguments"],
            },
        }
    }
)

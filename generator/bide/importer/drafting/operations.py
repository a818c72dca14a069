"""Draft an operation: a request that is no part of a job."""

from __future__ import annotations

from bide.importer.documents.openapi import Operation
from bide.importer.documents.reading import Json
from bide.importer.drafting.context import Context
from bide.importer.drafting.jobs import about
from bide.importer.drafting.replies import text_media, type_of
from bide.importer.parts.draft import CannotSay

_STREAMS = ("text/event-stream", "application/x-ndjson")


def operation_of(context: Context, operation: Operation, name: str) -> dict[str, Json]:
    """The operation *name*. Raises `CannotSay`."""
    made = about(operation) | context.requests.of(operation, name)
    reply = next(iter(operation.successes), None)
    if reply is None:
        return made
    if reply.media.startswith(_STREAMS):
        raise CannotSay("it is a stream, whose events have to be written by hand")
    if reply.schema is not None and reply.status != 204:
        kind = type_of(context, reply, f"{name} reply")
        if accepted := text_media(reply):
            made.setdefault("headers", {})["Accept"] = {"const": accepted}
        made["returns"] = kind
    return made

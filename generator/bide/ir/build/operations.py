"""Build operations: one request, and its reply or stream."""

from __future__ import annotations

from collections.abc import Mapping

from bide import ir
from bide.ir.build.endpoints import Bodies, build_endpoint, build_id
from bide.ir.build.fields import deprecation
from bide.ir.notation import parse_pointer, parse_type
from bide.spec import names
from bide.spec.document import Json


def build_operation(
    name: str, raw: Mapping[str, Json], bodies: Bodies, unions: Mapping[str, ir.Union]
) -> ir.Operation:
    source = bodies.sources.of(raw)
    stream = raw.get("stream")
    return ir.Operation(
        name=names.identifier(name),
        description=raw.get("description", "").strip(),
        source=source,
        endpoint=build_endpoint(name, raw, bodies, source),
        replies=_replies(raw.get("returns")) if stream is None else (),
        stream=None if stream is None else _stream(name, stream, unions),
        deprecated=deprecation(raw),
        command=names.command(name, raw.get("cli")),
        tool=names.tool(name, raw.get("mcp")),
        is_free=raw.get("free", False),
    )


def _replies(raw: Json) -> tuple[ir.Reply, ...]:
    if not isinstance(raw, dict):
        return (_reply(None, raw),)
    return tuple(_reply(int(status), reply) for status, reply in raw.items())


def _reply(status: int | None, raw: Json) -> ir.Reply:
    match raw:
        case None:
            return ir.Reply(status=status)
        case str():
            return ir.Reply(status=status, type=parse_type(raw).type)
        case _:
            return ir.Reply(status=status, job=raw["job"], job_id=build_id(raw.get("job_id")))


def _stream(name: str, raw: Mapping[str, Json], unions: Mapping[str, ir.Union]) -> ir.Stream:
    error, last = raw.get("error", {}), raw.get("last", [])
    events = raw.get("events", raw.get("lines"))
    union = unions.get(events) if isinstance(events, str) else None
    union = None if union is None or union.by_shape else union
    by_name = events.items() if isinstance(events, dict) else [("", events)] if union is None else union.variants
    return ir.Stream(
        events=tuple(by_name),
        union=events if isinstance(events, str) else names.event_class(name),
        is_named=isinstance(events, dict),
        kind="" if union is None else union.tag_field,
        is_lines="lines" in raw,
        last=frozenset() if isinstance(last, dict) else frozenset([last] if isinstance(last, str) else last),
        end=last["data"] if isinstance(last, dict) else "",
        error_event=error.get("event"),
        error_message=parse_pointer(error["message"]) if error else (),
    )


def event_union(operation: ir.Operation) -> ir.Union | None:
    """The union of the events of a stream. The name of an event selects the variant, so JSON has no discriminator."""
    if operation.stream is None or not operation.stream.is_named:
        return None
    return ir.Union(
        name=operation.stream.union,
        description=f"An event of `{operation.name}`.",
        source=operation.source,
        tag_field="",
        variants=operation.stream.events,
    )

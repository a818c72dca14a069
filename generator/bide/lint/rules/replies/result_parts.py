"""wrong-result: the poll reply, or its field that has the result, can be decoded as the result.

Why: for example, a list is never an object.

    models: {Job: {fields: {status: string, pages?: list of Page}}}
    jobs: {fetch: {snapshot: Job, result: Page, ...}}
    lifecycles: {job: {result: {field: pages}, ...}}       # refused: "pages" is list of Page

Without `result` in the lifecycle, the whole poll reply is the result:

    jobs: {fetch: {snapshot: Job, result: list of Page, ...}}      # refused: a poll reply is an object
    jobs: {fetch: {snapshot: Job, result: Job, ...}}               # fine, as are other models, object and map of any
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import NotationError, parse_type, spelled
from bide.lint.spec import METHODS, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, job in spec.table("jobs").items():
        lifecycle = spec.table("lifecycles").get(job["lifecycle"])
        if lifecycle is None or "snapshot" not in job:
            continue
        at = lifecycle.get("result", {})
        if "field" in at:
            yield from _in_a_field(spec, name, job, at["field"])
        elif not any(method in at for method in METHODS):
            yield from _in_the_reply(spec, name, job)


def _in_a_field(spec: Spec, name: str, job: Mapping[str, Json], pointer: str) -> Iterator[Diagnostic]:
    found = spec.follow_or_none(pointer, ir.Named(job["snapshot"]))
    wanted = _type_or_none(job["result"])
    if found is not None and wanted is not None and not _can_be_read_as(spec, found, wanted):
        message = f'"{pointer}" is {spelled(found)}, but the result of "{name}" is {spelled(wanted)}'
        yield spec.at_value(("lifecycles", job["lifecycle"], "result", "field"), "wrong-result", message)


def _in_the_reply(spec: Spec, name: str, job: Mapping[str, Json]) -> Iterator[Diagnostic]:
    for key in ("result", "failed_result"):
        wanted = _type_or_none(job.get(key))
        if wanted is None or wanted == ir.Scalar(ir.Kind.BYTES):
            continue  # bytes-result reports that
        is_typed_map = isinstance(wanted, ir.MapOf) and wanted.value != ir.Scalar(ir.Kind.ANY)
        is_unknown = isinstance(wanted, ir.Named) and not spec.is_type(wanted.name)
        if not is_unknown and (_kind(spec, wanted) != ir.Kind.OBJECT.value or is_typed_map):
            snapshot = job["snapshot"]
            message = f"this cannot be {spelled(wanted)}: it is the whole poll reply, which is {snapshot}"
            narrowed = next((each for each, raw in spec.table("models").items() if raw.get("is") == snapshot), snapshot)
            help_ = (
                f"use {narrowed}, or point to a field of the reply in the lifecycle, as in result: {{field: output}}"
            )
            yield spec.at_value(("jobs", name, key), "wrong-result", message, help_)


def _type_or_none(text: Json) -> ir.Type | None:
    try:
        return parse_type(text).type if isinstance(text, str) else None
    except NotationError:
        return None


def _can_be_read_as(spec: Spec, found: ir.Type, wanted: ir.Type) -> bool:
    """Whether JSON of one type may also be of the other. Any two models may share JSON: unknown fields are ignored."""
    kinds = {_kind(spec, found), _kind(spec, wanted)}
    if isinstance(found, ir.ListOf) and isinstance(wanted, ir.ListOf):
        return _can_be_read_as(spec, found.item, wanted.item)
    return len(kinds) == 1 or None in kinds or kinds == {"integer", "number"}


def _kind(spec: Spec, type_: ir.Type) -> str | None:
    """The type in JSON; `None` if it is free or unknown."""
    match type_:
        case ir.Scalar(ir.Kind.ANY):
            return None
        case ir.OneOf():
            return None
        case ir.Scalar(ir.Kind.UNIXTIME | ir.Kind.UNIXTIME_MS):
            return ir.Kind.NUMBER.value
        case ir.Scalar(ir.Kind.DATETIME | ir.Kind.LOCAL_DATETIME | ir.Kind.DATE):
            return ir.Kind.STRING.value
        case ir.Scalar(kind):
            return kind.value
        case ir.ListOf():
            return "list"
        case ir.Named(name) if name in spec.table("enums"):
            return ir.Kind.STRING.value
        case ir.Named(name) if not spec.is_type(name):
            return None
        case _:
            return ir.Kind.OBJECT.value

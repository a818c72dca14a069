"""wrong-result: the field of the poll reply that has the result can be decoded as the result.

Why: for example, a list is never an object.

    models: {Job: {fields: {status: string, pages?: list of Page}}}
    jobs: {fetch: {snapshot: Job, result: Page, ...}}
    lifecycles: {job: {result: {field: pages}, ...}}       # refused: "pages" is list of Page
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import NotationError, parse_type, spelled
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, job in spec.table("jobs").items():
        path: Path = ("lifecycles", job["lifecycle"], "result", "field")
        pointer = spec.document.get(*path)
        if not pointer or "snapshot" not in job:
            continue
        found = spec.follow_or_none(pointer, ir.Named(job["snapshot"]))
        try:
            wanted = parse_type(job["result"]).type
        except NotationError:
            continue
        if found is not None and not _can_be_read_as(spec, found, wanted):
            message = f'"{pointer}" is {spelled(found)}, but the result of "{name}" is {spelled(wanted)}'
            yield spec.at_value(path, "wrong-result", message)


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
        case ir.Scalar(ir.Kind.DATETIME | ir.Kind.DATE):
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

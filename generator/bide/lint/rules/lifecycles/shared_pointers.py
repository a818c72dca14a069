"""other-name: if jobs share a lifecycle, its pointers lead through fields with the same Python names.

Why: the lifecycle becomes one table in the generated code, which reads the snapshots of all its jobs.

    models:
      Fetch: {fields: {jobStatus: string}}
      Crawl: {fields: {jobStatus: {type: string, name: status}}}    # refused, if one lifecycle polls both
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.notation import parse_pointer
from bide.ir.pointers import LeadsNowhere
from bide.lint.spec import FieldView, Spec
from bide.spec import names
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, lifecycle in spec.table("lifecycles").items():
        first: dict[tuple[str, int], FieldView] = {}
        for _, job in spec.jobs_of(name):
            for pointer in _pointers(lifecycle) if "snapshot" in job else ():
                for depth, view in enumerate(_views(spec, job["snapshot"], pointer)):
                    other = first.setdefault((pointer, depth), view)
                    if _name(other) != _name(view):
                        line = spec.document.key_place(other.path).line
                        message = f'"{view.wire}" is called {_name(view)} here and {_name(other)} on line {line}'
                        help_ = f'the lifecycle "{name}" polls both: give them the same name'
                        yield spec.at_key(view.path, "other-name", message, help_)


def _pointers(lifecycle: Mapping[str, Json]) -> Iterator[str]:
    yield from filter(None, (lifecycle.get("status"),))
    yield from lifecycle.get("ready", {})
    for end in lifecycle.get("ends", ()):
        yield from (end["if"],) if isinstance(end["if"], str) else end["if"]
    for table in ("error", "progress", "retry_after"):
        yield from lifecycle.get(table, {}).values()
    yield from filter(None, (lifecycle.get("result", {}).get("field"), lifecycle.get("credits")))


def _views(spec: Spec, model: str, pointer: str) -> Iterator[FieldView]:
    """The fields that a pointer leads through, as long as each is in a model."""
    here: ir.Type = ir.Named(model)
    for step in parse_pointer(pointer):
        view = next((view for view in spec.fields(_model(here)) if view.wire == step), None)
        if view is not None:
            yield view
        try:
            here = spec.follow(step, here)
        except LeadsNowhere:
            return


def _model(type_: ir.Type) -> str:
    """The name of a model; empty if it is none. It may be nullable."""
    match type_:
        case ir.Named(name) | ir.OneOf((ir.Named(name),)):
            return name
        case _:
            return ""


def _name(view: FieldView) -> str:
    chosen: str | None = view.more.get("name")
    try:
        return chosen or names.field_name(view.wire)
    except names.BadName:
        return view.wire

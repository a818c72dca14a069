"""endless-model: no model has to hold itself.

Why: no JSON could be written of it.

    Page: {fields: {parent: Page}}             # refused
    Page: {fields: {parent?: Page}}            # fine, and so is `Page or null` and `list of Page`
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.diagnostics import Diagnostic
from bide.lint.spec import FieldView, Spec


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name in spec.table("models"):
        for view in _inevitable(spec, name):
            target = _held(view)
            if target is not None and view.path[1] == name and name in _inside(spec, target):
                yield spec.at_key(view.path, "endless-model", f'every "{name}" has to hold another "{name}"')


def _inevitable(spec: Spec, model: str) -> list[FieldView]:
    required = spec.required(model)
    return [view for view in spec.fields(model) if view.wire in required and _held(view) is not None]


def _held(view: FieldView) -> str | None:
    """The model or union that is always in this field."""
    read = view.type
    return read.type.name if read and not read.nullable and isinstance(read.type, ir.Named) else None


def _inside(spec: Spec, start: str) -> set[str]:
    """Everything that a value of this model or union has to hold, itself too."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [held for view in _inevitable(spec, name) if (held := _held(view))]
    return seen

"""endless-model: no model requires a value of itself.

Why: no JSON document could satisfy it.

    Page: {fields: {parent: Page}}             # refused
    Page: {fields: {parent?: Page}}            # fine, and so is `Page or null` and `list of Page`
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    held = {name: _held(spec, name) for name in spec.table("models")}
    endless = _endless({name: set(models.values()) for name, models in held.items()})
    for name in endless:
        for view in spec.fields(name):
            model = held[name].get(view.wire)
            if model in endless and view.path[1] == name:
                message = f'every "{name}" needs a "{model}" inside, without end'
                yield spec.at_key(view.path, "endless-model", message, 'put a "?" after the name, or make it a list')


def _held(spec: Spec, name: str) -> dict[str, str]:
    """The models of the required fields of a model, by wire name."""
    required = spec.required(name)
    models = {view.wire: _model(spec, view) for view in spec.fields(name) if view.wire in required}
    return {wire: model for wire, model in models.items() if model is not None}


def _model(spec: Spec, view: FieldView) -> str | None:
    read = view.type
    if read is None or read.nullable or not isinstance(read.type, ir.Named):
        return None
    return read.type.name if spec.is_model(read.type.name) else None


def _endless(held: dict[str, set[str]]) -> set[str]:
    """The models without a finite value: those left after repeatedly removing models that require no other."""
    holders: dict[str, list[str]] = {}
    for name, models in held.items():
        for model in models:
            holders.setdefault(model, []).append(name)
    left = {name: len(models) for name, models in held.items()}
    ending = [name for name, count in left.items() if count == 0]
    while ending:
        name = ending.pop()
        del left[name]
        for holder in holders.get(name, ()):
            left[holder] -= 1
            if left[holder] == 0:
                ending.append(holder)
    return set(left)

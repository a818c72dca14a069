"""endless-model: no model has to hold itself.

Why: no JSON could be written of it.

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
                message = f'every "{name}" has to hold a "{model}", and that never ends'
                yield spec.at_key(view.path, "endless-model", message, 'put a "?" behind the name, or make it a list')


def _held(spec: Spec, name: str) -> dict[str, str]:
    """The model that is in each field of a model, where there always is one."""
    required = spec.required(name)
    models = {view.wire: _model(spec, view) for view in spec.fields(name) if view.wire in required}
    return {wire: model for wire, model in models.items() if model is not None}


def _model(spec: Spec, view: FieldView) -> str | None:
    read = view.type
    if read is None or read.nullable or not isinstance(read.type, ir.Named):
        return None
    return read.type.name if spec.is_model(read.type.name) else None


def _endless(held: dict[str, set[str]]) -> set[str]:
    """The models of which no value ends: what is left when all that hold none of them are taken away, over and over."""
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

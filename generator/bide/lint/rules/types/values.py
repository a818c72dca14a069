"""bad-default: a default has the type of its field and is within its bounds.

Why: the documentation shows it as the value that the server assumes.

    limit?: {type: integer, default: "10"}           # refused: text
    limit?: {type: integer, default: 10, max: 5}     # refused: greater than max
    limit?: {type: integer, default: 10}             # fine

bad-const: a constant is a scalar and has the type of its field.

Why: it becomes a `Literal` type in the generated code.

    scale: {const: 1.5}                        # refused: a fraction
    kinds: {const: [a, b]}                     # refused: a list
    kind: {const: fetch}                       # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.fit import field_misfits, misfits
from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for view in spec.all_fields:
        if "const" in view.more:
            yield from _constant(spec, view)
        elif "default" in view.more:
            yield from _default(spec, view)


def _constant(spec: Spec, view: FieldView) -> Iterator[Diagnostic]:
    path = (*view.path, "const")
    const = view.more["const"]
    if not isinstance(const, str | int | None):
        message = '"const" must be text, a whole number, true, false or null'
        yield spec.at_value(path, "bad-const", message)
    if view.type is not None and not (const is None and view.type.nullable):
        for misfit in misfits(spec, const, view.type.type, "const"):
            yield spec.at_value(path, "bad-const", str(misfit))
    if "default" in view.more:
        message = '"const" and "default" cannot be used together'
        yield spec.at_key((*view.path, "default"), "conflicting-keys", message)


def _default(spec: Spec, view: FieldView) -> Iterator[Diagnostic]:
    default = view.more["default"]
    if view.type is None or (default is None and view.type.nullable):
        return
    misfits_of_type = list(misfits(spec, default, view.type.type, "default"))
    for misfit in misfits_of_type or field_misfits(spec, default, view, "default"):
        yield spec.at_value((*view.path, "default"), "bad-default", str(misfit))

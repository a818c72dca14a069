"""bad-value, conflicting-keys: a `default` or a `const` is of the type of its field, and a `const` is simple.

Why: they are printed into the documentation and the types of the generated code.

    limit?: {type: integer, default: "10"}     # refused
    limit?: {type: integer, default: 10}       # fine
    scale: {const: 1.5}                        # refused: such numbers are equal by luck
    kinds: {const: [a, b]}                     # refused
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.diagnostics import Diagnostic
from bide.lint.fit import misfits
from bide.lint.spec import FieldView, Spec


def check(spec: Spec) -> Iterator[Diagnostic]:
    for view in spec.all_fields():
        for key in ("default", "const"):
            if key in view.more:
                yield from _problems(spec, view, key)
        if not isinstance(view.more.get("const"), str | int | None):
            message = '"const" has to be text, a whole number, true, false or null'
            yield spec.at_value((*view.path, "const"), "bad-value", message)
        if "const" in view.more and "default" in view.more:
            message = 'what is constant has no "default"'
            yield spec.at_key((*view.path, "default"), "conflicting-keys", message)


def _problems(spec: Spec, view: FieldView, key: str) -> Iterator[Diagnostic]:
    read = view.type
    value = view.more[key]
    if read is None or (value is None and read.nullable):
        return
    for misfit in misfits(spec, value, read.type, key):
        yield spec.at_value((*view.path, key), "bad-value", str(misfit))

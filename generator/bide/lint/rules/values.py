"""bad-value: a `default` or a `const` is of the type of its field.

limit?: {type: integer, default: "10"}     # refused
limit?: {type: integer, default: 10}       # fine
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

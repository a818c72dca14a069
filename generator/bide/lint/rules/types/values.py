"""bad-default: a default has the type of its field and is within its bounds.

Why: the documentation shows it as the value that the server assumes.

    limit?: {type: integer, default: "10"}           # refused: text
    limit?: {type: integer, default: 10, max: 5}     # refused: greater than max
    limit?: {type: integer, default: 10}             # fine

mixed-enum: the values of an enum are all text, or all whole numbers.

Why: an enum is one type in JSON. A value without quotes that looks like a whole number is one.

    values: {1: Bad., 2: Good.}                # fine: the numbers 1 and 2
    values: {"1": Bad., "2": Good.}            # fine: the texts 1 and 2
    values: {1: Bad., good: Good.}             # refused

bad-const: a constant is a scalar and has the type of its field.

Why: the generated code has its value.

    scale: {const: 1.5}                        # fine
    kinds: {const: [a, b]}                     # refused: a list
    kind: {const: fetch}                       # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.fit import field_misfits, misfits
from bide.lint.spec import FieldView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name in spec.table("enums"):
        yield from _mixed(spec, name)
    for view in spec.all_fields:
        if "const" in view.more:
            yield from _constant(spec, view)
        elif "default" in view.more:
            yield from _default(spec, view)


def _mixed(spec: Spec, name: str) -> Iterator[Diagnostic]:
    if spec.is_numeric(name):
        for value in spec.table("enums")[name]["values"]:
            path = ("enums", name, "values", value)
            if path not in spec.document.numbers:
                message = f'"{value}" is text, but other values of "{name}" are numbers'
                yield spec.at_key(path, "mixed-enum", message, "put all values in quotes if they are text in JSON")


def _constant(spec: Spec, view: FieldView) -> Iterator[Diagnostic]:
    path = (*view.path, "const")
    const = view.more["const"]
    if not isinstance(const, str | int | float | None):
        message = '"const" must be text, a number, true, false or null'
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

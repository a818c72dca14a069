"""parameter-type: path, query and header parameters have a type that can be written as text.

Why: there is no standard text form of an object or null.

    query: {limit?: integer, tags?: list of string}     # fine
    query: {filter?: Filter}                            # refused, if Filter is a model
    path: {id: string or null}                          # refused
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import alternatives
from bide.lint.spec import SECTIONS, FieldView, Spec
from bide.spec.diagnostics import Diagnostic

_WRITABLE = frozenset(ir.Kind) - {ir.Kind.ANY, ir.Kind.OBJECT, ir.Kind.BYTES, ir.Kind.BASE64, ir.Kind.FILE}


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        for section in SECTIONS:
            for view in endpoint.parameters(section):
                problem = _problem(spec, section, view)
                if problem:
                    yield spec.at_key(view.path, "parameter-type", f'"{view.wire}" {problem}')


def _problem(spec: Spec, section: str, view: FieldView) -> str:
    if "const" in view.more:
        if section == "path":
            return "is a constant: write it into the path itself"
        return "" if isinstance(view.more["const"], str | int | float) else "must be text, a number, true or false"
    if view.type is None:
        return ""
    type_ = view.type.type
    if section == "query" and isinstance(type_, ir.ListOf):
        type_ = type_.item
    is_writable = all(_is_writable(spec, each) for each in alternatives(type_)) and not getattr(
        type_, "nullable", False
    )
    if not is_writable:
        return f"has a type that cannot be sent in a {section.removesuffix('s')}"
    return 'cannot be null here: to make it optional, put a "?" after its name' if view.type.nullable else ""


def _is_writable(spec: Spec, type_: ir.Type) -> bool:
    return (isinstance(type_, ir.Scalar) and type_.kind in _WRITABLE) or (
        isinstance(type_, ir.Named) and (type_.name in spec.table("enums") or not spec.is_type(type_.name))
    )

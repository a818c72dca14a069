"""parameter-type: path, query and header parameters have a type that can be written as text.

Why: there is no standard text form of an object or null.

    query: {limit?: integer, tags?: list of string}               # fine
    query: {filter?: Filter}                                      # refused, if Filter is a model
    query: {filter?: {type: Filter, style: deepObject}}           # fine: filter[price]=9&filter[color]=red
    path: {id: string or null}                                    # refused

An object in brackets has texts, numbers, booleans, times, enums and lists of these in it, and models and maps with the
same. It has no `null`, no list of objects, no union and no model that contains itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import alternatives, spelled
from bide.lint.brackets import is_object, is_text, wrong_in_brackets
from bide.lint.spec import SECTIONS, FieldView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        for section in SECTIONS:
            for view in endpoint.parameters(section):
                problem, help_ = _problem(spec, section, view)
                if problem:
                    yield spec.at_key(view.path, "parameter-type", f'"{view.wire}" {problem}', help_)


def _problem(spec: Spec, section: str, view: FieldView) -> tuple[str, str]:
    if "const" in view.more:
        if section == "path":
            return "is a constant: write it into the path itself", ""
        if isinstance(view.more["const"], str | int | float):
            return "", ""
        return "must be text, a number, true or false", ""
    if view.type is None:
        return "", ""
    if view.type.nullable:
        return 'cannot be null here: to make it optional, put a "?" after its name', ""
    type_ = view.type.type
    if section == "query" and "style" in view.more:
        wrong = wrong_in_brackets(spec, type_, view.wire)
        return (f"cannot be sent in brackets: {wrong}", "") if wrong else ("", "")
    has_objects = any(is_object(spec, each) for each in alternatives(type_))
    if section == "query" and isinstance(type_, ir.ListOf):
        type_ = type_.item
    if is_text(spec, type_):
        return "", ""
    problem = f"has a type that cannot be sent in a {section.removesuffix('s')}"
    if section == "query" and has_objects:
        wanted = spelled(view.type.type)
        return problem, f"write {{type: {wanted}, style: deepObject}} to send {view.wire}[name]=value"
    return problem, ""

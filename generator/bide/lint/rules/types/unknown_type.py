"""unknown-type: a type is built in, or the name of an enum, model or union.

Why: only then is the Python type known.

    limit: int              # refused
    limit: integer          # fine
    pages: list of Page     # fine, if there is a model Page

Alternatives differ in JSON:

    size: string or integer         # fine
    size: integer or number         # refused: both are numbers
    page: Page or Site              # refused: both are objects; declare a union

`bytes` is only for a whole body: of a request, the result of a job, or the reply to an operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide import ir
from bide.ir.endpoints import is_file_or_text
from bide.ir.notation import BUILT_IN, NotationError, TypeText, parse_type, spelled
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path
from bide.spec.hints import did_you_mean

_USUAL = {
    "int": "integer",
    "str": "string",
    "bool": "boolean",
    "float": "number",
    "array": "list of T",
    "dict": "object",
    "text": "string",
    "url": "string",
    "uri": "string",
    "double": "number",
    "timestamp": "datetime",
    "json": "any",
    "unix": "unixtime",
    "epoch": "unixtime",
}
_DECLARE_IT = f"declare it in models, enums or unions; built in are {', '.join(BUILT_IN)}"


def check(spec: Spec) -> Iterator[Diagnostic]:
    bodies = set(_in_bodies(spec))
    for view in spec.all_fields:
        if "type" in view.more:
            path = view.type_path if isinstance(spec.document.at(view.path), dict) else view.path
            may_be_file = view.path in bodies and "const" not in view.more
            yield from _problems(spec, path, view.more["type"], is_field=True, may_be_file=may_be_file)
    for path, text in _bodies(spec):
        yield from _problems(spec, path, text, is_field=False)


def _bodies(spec: Spec) -> Iterator[tuple[Path, str]]:
    """The types of replies, results and bodies that are one argument."""
    for endpoint in spec.endpoints:
        body = endpoint.raw.get("body")
        if endpoint.role in ("operation", "submit") and isinstance(body, str) and not _is_a_name(spec, body):
            yield (*endpoint.path, "body"), body
    for name, operation in spec.table("operations").items():
        path: Path = ("operations", name, "returns")
        returns = operation.get("returns")
        replies = returns.items() if isinstance(returns, dict) else ()
        if isinstance(returns, str):
            yield path, returns
        yield from (((*path, status), reply) for status, reply in replies if isinstance(reply, str))
    for name, job in spec.table("jobs").items():
        for key in ("result", "failed_result"):
            if key in job:
                yield ("jobs", name, key), job[key]
        if "find" in job["submit"]:
            yield ("jobs", name, "submit", "find", "returns"), job["submit"]["find"]["returns"]
    for name, lifecycle in spec.table("lifecycles").items():
        if "returns" in lifecycle.get("cancel", {}):
            yield ("lifecycles", name, "cancel", "returns"), lifecycle["cancel"]["returns"]


def _is_a_name(spec: Spec, body: str) -> bool:
    """Whether a body is a model, or a misspelt one, which unknown-model reports."""
    return spec.is_model(body) or (body.isalnum() and body[0].isupper() and not spec.is_type(body))


def _in_bodies(spec: Spec) -> Iterator[Path]:
    """The fields of the bodies of operations and submits: inline, or of a model that is used for nothing else."""
    elsewhere = set(_named_elsewhere(spec))
    for endpoint in spec.endpoints:
        body = endpoint.raw.get("body")
        if endpoint.role in ("operation", "submit"):
            yield from (view.path for view in endpoint.body_fields)
            if isinstance(body, str) and body not in elsewhere:
                yield from (view.path for view in spec.fields(body))


def _named_elsewhere(spec: Spec) -> Iterator[str]:
    """The models that are used in other models or in replies."""
    for view in spec.all_fields:
        if view.type is not None:
            yield from (each.name for each in view.type.leaves if isinstance(each, ir.Named))
    for job in spec.table("jobs").values():
        yield from filter(None, (job["submit"].get("returns"), job.get("snapshot")))
    for _, text in _bodies(spec):
        yield text


_LIST = re.compile(r"(?i:list|array|sequence)\[(\w+)\]|(?i:array|list) of (\w+)s?|(\w+)\[\]|\[(\w+)\]")
"""Other notations of a list."""


def _problems(spec: Spec, path: Path, text: str, *, is_field: bool, may_be_file: bool = False) -> Iterator[Diagnostic]:
    try:
        read = parse_type(text)
    except NotationError as error:
        items = _LIST.fullmatch(text.strip())
        usual = "write it like string, list of Page, map of integer, or Page or null"
        help_ = f"write list of {next(filter(None, items.groups()))}" if items else usual
        yield spec.at_value(path, "unknown-type", str(error), help_)
        return
    for inner in read.leaves:
        yield from _of_leaf(spec, path, read, inner, is_field=is_field, may_be_file=may_be_file)
    if read.nullable and not is_field:
        yield spec.at_value(path, "unknown-type", '"or null" is only for fields')
    yield from _of_alternatives(spec, path, read.type)


def _of_leaf(
    spec: Spec,
    path: Path,
    read: TypeText,
    inner: ir.Scalar | ir.Named,
    *,
    is_field: bool,
    may_be_file: bool,
) -> Iterator[Diagnostic]:
    if isinstance(inner, ir.Named) and not spec.is_type(inner.name):
        usual = _USUAL.get(inner.name.casefold())
        known = [*BUILT_IN, *spec.type_names]
        help_ = f'did you mean "{usual}"?' if usual else did_you_mean(inner.name, known) or _DECLARE_IT
        yield spec.at_value(path, "unknown-type", f'there is no type "{inner.name}"', help_)
    elif inner == ir.Scalar(ir.Kind.BYTES) and (is_field or read.type != inner):
        yield spec.at_value(
            path, "unknown-type", '"bytes" is only for a whole body', 'in JSON, use "base64" or "string"'
        )
    elif inner == ir.Scalar(ir.Kind.FILE) and (
        not (read.type in (inner, ir.ListOf(inner)) or is_file_or_text(read.type)) or read.nullable or not may_be_file
    ):
        message = '"file", "list of file" and "file or string" are only for a field in the body of a request'
        yield spec.at_value(
            path, "unknown-type", message, "in a reply, use bytes for a whole body, or string for a URL"
        )


def _of_alternatives(spec: Spec, path: Path, type_: ir.Type) -> Iterator[Diagnostic]:
    """The problems of alternatives that have the same JSON type."""
    match type_:
        case ir.ListOf(inner) | ir.MapOf(inner):
            yield from _of_alternatives(spec, path, inner)
        case ir.OneOf() if is_file_or_text(type_):
            return  # a text is the text, and whatever else is a file
        case ir.OneOf(types):
            first: dict[str, ir.Type] = {}
            for each in types:
                yield from _of_alternatives(spec, path, each)
                for kind in _json_types(spec, each):
                    if kind == "anything" and len(types) > 1:
                        message = f'"{spelled(each)}" cannot be told apart from the other types'
                        yield spec.at_value(path, "unknown-type", message, f'use "{spelled(each)}" by itself')
                    elif kind in first and first[kind] is not each:
                        message = f'"{spelled(first[kind])}" and "{spelled(each)}" are both {kind} in JSON'
                        yield spec.at_value(path, "unknown-type", message, _ONE_OF[kind])
                    first.setdefault(kind, each)
            times = [each for each in types if isinstance(each, ir.Scalar) and each.kind in _TIMES]
            if len({_json_types(spec, each) for each in times}) > 1:
                message = f'"{spelled(times[0])}" and "{spelled(times[1])}" are both a datetime in Python'
                yield spec.at_value(path, "unknown-type", message, "use one of them, or string or number for the other")


_TIMES = (ir.Kind.DATETIME, ir.Kind.LOCAL_DATETIME, ir.Kind.UNIXTIME, ir.Kind.UNIXTIME_MS)

_ONE_OF = {
    "text": "use string for both",
    "a number": "use number for both",
    "true or false": "write boolean once",
    "a list": "write one list: list of (A or B)",
    "an object": "declare a union of both models under unions",
}


def _json_types(spec: Spec, type_: ir.Type) -> tuple[str, ...]:
    """The JSON types of the values of a type."""
    match type_:
        case ir.Scalar(kind):
            return (_JSON_TYPES.get(kind, "text"),)
        case ir.ListOf():
            return ("a list",)
        case ir.Named(name) if name in spec.table("enums"):
            return ("a number" if spec.is_numeric(name) else "text",)
        case ir.Named(name) if name in spec.table("unions"):
            return ("an object",)
        case ir.OneOf(types):
            return tuple(kind for each in types for kind in _json_types(spec, each))
    return ("an object",)


_JSON_TYPES = {
    ir.Kind.INTEGER: "a number",
    ir.Kind.NUMBER: "a number",
    ir.Kind.UNIXTIME: "a number",
    ir.Kind.UNIXTIME_MS: "a number",
    ir.Kind.BOOLEAN: "true or false",
    ir.Kind.OBJECT: "an object",
    ir.Kind.ANY: "anything",
    ir.Kind.FILE: "anything",
    ir.Kind.BYTES: "anything",
}

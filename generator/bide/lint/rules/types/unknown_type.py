"""unknown-type: a type is built in, or the name of an enum, model or union.

Why: only then is the Python type known.

    limit: int              # refused
    limit: integer          # fine
    pages: list of Page     # fine, if there is a model Page

`bytes` is only for a whole body: the result of a job, or the reply to an operation.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.ir.notation import BUILT_IN, NotationError, parse_type
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
    "uuid": "string",
    "text": "string",
    "url": "string",
    "uri": "string",
    "double": "number",
    "timestamp": "datetime",
    "json": "any",
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
    """The types of replies and results."""
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
    for name, lifecycle in spec.table("lifecycles").items():
        if "returns" in lifecycle.get("cancel", {}):
            yield ("lifecycles", name, "cancel", "returns"), lifecycle["cancel"]["returns"]


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
        if view.type is not None and isinstance(view.type.innermost, ir.Named):
            yield view.type.innermost.name
    for job in spec.table("jobs").values():
        yield from filter(None, (job["submit"].get("returns"), job.get("snapshot")))
    for _, text in _bodies(spec):
        yield text


def _problems(spec: Spec, path: Path, text: str, *, is_field: bool, may_be_file: bool = False) -> Iterator[Diagnostic]:
    try:
        read = parse_type(text)
    except NotationError as error:
        help_ = "write it like string, list of Page, map of integer, or Page or null"
        yield spec.at_value(path, "unknown-type", str(error), help_)
        return
    inner = read.innermost
    if isinstance(inner, ir.Named) and not spec.is_type(inner.name):
        usual = _USUAL.get(inner.name.casefold())
        known = [*BUILT_IN, *spec.type_names]
        help_ = f'did you mean "{usual}"?' if usual else did_you_mean(inner.name, known) or _DECLARE_IT
        yield spec.at_value(path, "unknown-type", f'there is no type "{inner.name}"', help_)
    elif inner == ir.Scalar(ir.Kind.BYTES) and (is_field or read.type != inner):
        yield spec.at_value(path, "unknown-type", '"bytes" is only for a whole body', 'in JSON, use "string"')
    elif inner == ir.Scalar(ir.Kind.FILE) and (read.type != inner or read.nullable or not may_be_file):
        message = '"file" is only for a field in the body of a request, and not in a list or map'
        yield spec.at_value(
            path, "unknown-type", message, "in a reply, use bytes for a whole body, or string for a URL"
        )
    elif read.nullable and not is_field:
        yield spec.at_value(path, "unknown-type", '"or null" is only for fields')

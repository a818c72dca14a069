"""unknown-type: a type is built in, or the name of an enum, model or union.

Why: nothing can be made of a type that nobody knows.

    limit: int              # refused
    limit: integer          # fine
    pages: list of Page     # fine, if there is a model Page

`bytes` is for a whole body: the result of a job, or what an operation returns.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide import ir
from bide.diagnostics import Diagnostic
from bide.hints import did_you_mean
from bide.lint.spec import Spec
from bide.notation import BUILT_IN, NotationError, parse_type
from bide.source import Path

_USUAL = {
    "int": "integer",
    "str": "string",
    "bool": "boolean",
    "float": "number",
    "array": "list of T",
    "dict": "object",
}


def check(spec: Spec) -> Iterator[Diagnostic]:
    for view in spec.all_fields():
        if "type" in view.more:
            path = view.type_path if isinstance(spec.document.at(view.path), dict) else view.path
            yield from _problems(spec, path, view.more["type"], is_field=True)
    for path, text in _bodies(spec):
        yield from _problems(spec, path, text, is_field=False)


def _bodies(spec: Spec) -> Iterator[tuple[Path, str]]:
    """The types that are not of fields."""
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


def _problems(spec: Spec, path: Path, text: str, *, is_field: bool) -> Iterator[Diagnostic]:
    try:
        read = parse_type(text)
    except NotationError as error:
        help_ = "write it like string, list of Page, map of integer, or Page or null"
        yield spec.at_value(path, "unknown-type", str(error), help_)
        return
    inner = read.innermost
    if isinstance(inner, ir.Named) and not spec.is_type(inner.name):
        usual = _USUAL.get(inner.name.casefold())
        help_ = f'did you mean "{usual}"?' if usual else did_you_mean(inner.name, [*BUILT_IN, *spec.type_names])
        yield spec.at_value(path, "unknown-type", f'there is no type "{inner.name}"', help_)
    elif inner == ir.Scalar(ir.Kind.BYTES) and (is_field or read.type != inner):
        yield spec.at_value(path, "unknown-type", '"bytes" can only be a whole body', 'a text in JSON is a "string"')
    elif read.nullable and not is_field:
        yield spec.at_value(path, "unknown-type", 'only a field can be "or null"')

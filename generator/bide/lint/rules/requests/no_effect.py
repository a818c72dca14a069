"""no-effect: each key of a spec has an effect.

Why: its author would rely on something that does not happen.

    headers: {Content-Type: string}                                 # refused with a body: it is not an argument
    headers: {Content-Type: {const: application/vnd.api+json}}      # fine: the body is sent with it
    headers: {Content-Length: {const: 10}}                          # refused: the HTTP engine sets it
    fields: {url: {type: string, when: succeeded}}                  # refused: it has a value in every state
    fields: {kind: {const: fetch, max_length: 9}}                   # refused: a constant needs no bounds
    pages: {list: items, next: cursor, query: cursor, first: 0}     # refused: these pages are not numbered
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bide import ir
from bide.ir.endpoints import FORMS
from bide.ir.notation import alternatives
from bide.lint.brackets import has_list, is_object
from bide.lint.media import has_files
from bide.lint.spec import METHODS, EndpointView, FieldView, Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Json, Path

_OF_THE_ENGINE = frozenset(("connection", "content-length", "host", "keep-alive", "te", "transfer-encoding", "upgrade"))
_BOUNDS = ("min", "max", "min_length", "max_length", "pattern", "min_items", "max_items")


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name in spec.document.data.get("headers", {}):
        yield from _of_every_request(spec, ("headers", name), name.casefold())
    for name in spec.document.data.get("query", {}):
        if any(name == secret.get("query") for _, secret in spec.secrets()):
            message = f'"auth" sends the query parameter "{name}" already'
            yield spec.at_key(("query", name), "no-effect", message, "remove one of them")
    for endpoint in spec.endpoints:
        for view in endpoint.parameters("headers"):
            yield from _header(spec, endpoint, view)
    for name in spec.table("models"):
        for view in spec.fields(name) if "fields" in spec.table("models")[name] else ():
            if "when" in view.more and not view.is_optional and view.type is not None and not view.type.nullable:
                message = '"when" has no effect: this field has a value in every state'
                yield spec.at_key(
                    (*view.path, "when"), "no-effect", message, f'remove it, or name the field "{view.wire}?"'
                )
    for name, enum in spec.table("enums").items():
        if "ignore_case" in enum and spec.is_numeric(name):
            message = '"ignore_case" has no effect on numbers'
            yield spec.at_key(("enums", name, "ignore_case"), "no-effect", message, "remove it")
    for view in spec.all_fields:
        for bound in _BOUNDS if "const" in view.more else ():
            if bound in view.more:
                message = f'"{bound}" has no effect on a constant'
                yield spec.at_key((*view.path, bound), "no-effect", message, "remove it")
    in_query = {view.path: view for each in spec.endpoints for view in each.parameters("query")}
    for view in spec.all_fields:
        has_object = view.path in in_query and _has_object(spec, view)
        is_list = view.path in in_query and (_is_list(view) or (has_object and _has_list(spec, view)))
        if "join" in view.more and not is_list:
            message = '"join" has an effect only on a list in a query'
            yield spec.at_key((*view.path, "join"), "no-effect", message, "remove it")
        if "style" in view.more and not has_object:
            message = '"style" has an effect only on an object in a query'
            yield spec.at_key((*view.path, "style"), "no-effect", message, "remove it")
    for endpoint in spec.endpoints:
        if endpoint.role == "find":
            yield from _first(spec, endpoint.path, endpoint.raw)
    for name, lifecycle in spec.table("lifecycles").items():
        yield from _first(spec, ("lifecycles", name, "result"), lifecycle.get("result", {}))
        result = lifecycle.get("result", {})
        for key in ("not_ready", "gone", "failed", "query", "headers", "body", "timeout", "rate_limit"):
            if key in result and not any(method in result for method in METHODS):
                message = f'"{key}" has no effect: the result has no address of its own'
                yield spec.at_key(("lifecycles", name, "result", key), "no-effect", message, "remove it")


def _first(spec: Spec, path: Path, raw: Mapping[str, Json]) -> Iterator[Diagnostic]:
    pages = raw.get("pages", {})
    if "first" in pages and "next" in pages and "offset" not in pages:
        message = '"first" has no effect: pages with a "next" are not numbered'
        yield spec.at_key((*path, "pages", "first"), "no-effect", message, "remove it")


def _is_list(view: FieldView) -> bool:
    return view.type is not None and isinstance(view.type.type, ir.ListOf)


def _has_object(spec: Spec, view: FieldView) -> bool:
    return view.type is not None and any(is_object(spec, each) for each in alternatives(view.type.type))


def _has_list(spec: Spec, view: FieldView) -> bool:
    return "style" in view.more and view.type is not None and has_list(spec, view.type.type)


def _of_every_request(spec: Spec, path: Path, name: str) -> Iterator[Diagnostic]:
    if name == "content-type":
        message = '"Content-Type" has no effect here: each body is sent with its own'
        help_ = "set it as a constant in `headers` of the operation or the submit"
        yield spec.at_key(path, "no-effect", message, help_)
    yield from _of_the_engine(spec, path, name)
    yield from _of_auth(spec, path, name)


def _header(spec: Spec, endpoint: EndpointView, view: FieldView) -> Iterator[Diagnostic]:
    name = view.wire.casefold()
    if name == "content-type" and "body" in endpoint.raw:
        is_whole = isinstance(endpoint.raw["body"], str) and not spec.is_model(endpoint.raw["body"])
        if is_whole and view.more.get("const") in FORMS:
            message = f'"{view.more["const"]}" is for a body with fields, and this body is {endpoint.raw["body"]}'
            yield spec.at_key(view.path, "no-effect", message, "write the fields of the body, or remove it")
        if has_files(spec, endpoint):
            message = '"Content-Type" has no effect here: a body with files is sent as multipart/form-data'
            yield spec.at_key(view.path, "no-effect", message, "remove it")
        elif "const" not in view.more:
            message = '"Content-Type" is not an argument: the body is always written in the same way'
            yield spec.at_key(view.path, "no-effect", message, "make it a constant, or remove it")
    yield from _of_the_engine(spec, view.path, name)
    yield from _of_auth(spec, view.path, name)


def _of_the_engine(spec: Spec, path: Path, name: str) -> Iterator[Diagnostic]:
    if name in _OF_THE_ENGINE:
        yield spec.at_key(path, "no-effect", f'"{_name(path)}" is a header that the HTTP engine sets', "remove it")


def _of_auth(spec: Spec, path: Path, name: str) -> Iterator[Diagnostic]:
    if any(name == _header_of(secret) for _, secret in spec.secrets()):
        yield spec.at_key(path, "no-effect", f'"auth" sends the header "{_name(path)}" already', "remove one of them")


def _name(path: Path) -> str:
    return str(path[-1]).removesuffix("?")


def _header_of(secret: ir.Json) -> str:
    """The header that a secret is sent in, in lower case; empty if it is sent elsewhere."""
    if "header" in secret:
        return str(secret["header"]).casefold()
    return "" if "query" in secret else "authorization"

"""constant-idempotency-key: an idempotency key is not a constant.

Why: the provider would take every submit after the first for a repetition, and create no job.

    submit: {body: {idempotency_key: {const: abc}, url: string}, ...}                    # refused
    submit: {body: {url: string}, idempotency_key: Idempotency-Key, ...}                 # fine

idempotency-argument (warning): an idempotency key is not an argument.

Why: a key must be the same on every attempt, and an argument usually is not. If `idempotency_key` says where it is,
Bide makes one key for each job. Only then does it send a submit again after its reply was lost.

    submit: {body: {idempotency_key?: string, url: string}, ...}                         # warned about
    submit: {body: {url: string}, idempotency_key: {field: idempotency_key}, ...}        # fine
    submit: {body: {url: string}, idempotency_key: Idempotency-Key, ...}                 # fine: the header

idempotency-field: a key that is a field is in a body that is a JSON object.

Why: other bodies have no fields, or their fields are no JSON.

    submit: {body: list of string, idempotency_key: {field: token}, ...}                 # refused
    submit: {body: {page: file}, idempotency_key: {field: token}, ...}                   # refused: multipart/form-data
    submit: {body: {url: string}, idempotency_key: {field: token}, ...}                  # fine
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide import ir
from bide.lint.media import media_type
from bide.lint.spec import EndpointView, FieldView, Spec
from bide.spec.diagnostics import Diagnostic

_NAMES = frozenset(
    ("clienttoken", "clientrequestid", "clientrequesttoken", "deduplicationid", "deduplicationkey", "dedupekey")
)

_OBJECTS = frozenset((ir.Kind.OBJECT, ir.Kind.ANY))


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.role == "submit":
            yield from _misplaced(spec, endpoint)
            for view in _sent(spec, endpoint):
                if _is_a_key(view.wire) or view.wire.casefold() == _name(endpoint):
                    yield _problem(spec, endpoint, view)


def _problem(spec: Spec, endpoint: EndpointView, view: FieldView) -> Diagnostic:
    if "const" in view.more:
        message = f'"{view.wire}" is the same for every job, so only the first submit would create one'
        help_ = f"remove it, and set idempotency_key to {_place(view)}"
        return spec.at_key(view.path, "constant-idempotency-key", message, help_)
    message = f'"{view.wire}" is an argument, which may differ between attempts'
    help_ = (
        "remove it: Bide sends its own key there"
        if _name(endpoint)
        else f"remove it, and set idempotency_key to {_place(view)}"
    )
    return spec.at_key(view.path, "idempotency-argument", message, help_, "warning")


def _sent(spec: Spec, endpoint: EndpointView) -> Iterator[FieldView]:
    """The parameters and fields that a submit sends, without its path."""
    yield from endpoint.parameters("query")
    yield from endpoint.parameters("headers")
    yield from spec.sent_in_body(endpoint)


def _is_a_key(wire: str) -> bool:
    letters = re.sub(r"[^a-z]", "", wire.casefold())
    return "idempoten" in letters or letters in _NAMES


def _place(view: FieldView) -> str:
    """The place of a key, as the spec says it."""
    section = view.path[-2]
    if section == "headers":
        return view.wire
    return f"{{query: {view.wire}}}" if section == "query" else f"{{field: {view.wire}}}"


def _name(endpoint: EndpointView) -> str:
    """The name of the header, parameter or field in lower case; empty if there is no key."""
    key = endpoint.raw.get("idempotency_key", "")
    if isinstance(key, dict):
        key = next(key[place] for place in ("header", "query", "field") if place in key)
    name: str = key
    return name.casefold()


def _is_no_object(view: FieldView) -> bool:
    """Whether this is a whole body that has no fields."""
    if view.path[-1] != "body" or view.type is None:
        return False
    found = view.type.type
    return isinstance(found, ir.ListOf) or (isinstance(found, ir.Scalar) and found.kind not in _OBJECTS)


def _misplaced(spec: Spec, endpoint: EndpointView) -> Iterator[Diagnostic]:
    key = endpoint.raw.get("idempotency_key")
    if not isinstance(key, dict) or "field" not in key:
        return
    kind = media_type(spec, endpoint)
    is_json = "json" in re.split(r"[/+.-]", kind)
    if not is_json or any(map(_is_no_object, spec.sent_in_body(endpoint))):
        message = "the key is a field, and the body of this request is not a JSON object"
        yield spec.at_value((*endpoint.path, "idempotency_key", "field"), "idempotency-field", message)

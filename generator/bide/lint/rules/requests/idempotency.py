"""constant-idempotency-key: an idempotency key is not the same for every job.

Why: to the provider every submit after the first would be a repetition of it, and make no job.

    submit: {body: {idempotency_key: {const: abc}, url: string}, ...}                    # refused
    submit: {body: {url: string}, idempotency_key: Idempotency-Key, ...}                 # fine

idempotency-argument (warning): an idempotency key is made once for each job, and not by hand for each try.

Why: a key helps only if it is the same on every try. Bide makes one for each job, in the header that `idempotency_key`
names, and only then sends a submit whose reply was lost again. An argument differs from try to try, unless every
caller takes care.

    submit: {body: {idempotency_key?: string, url: string}, ...}                         # warned of
    submit: {body: {url: string}, idempotency_key: Idempotency-Key, ...}                 # fine
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bide.lint.spec import EndpointView, FieldView, Spec
from bide.spec.diagnostics import Diagnostic

_NAMES = frozenset(
    ("clienttoken", "clientrequestid", "clientrequesttoken", "deduplicationid", "deduplicationkey", "dedupekey")
)


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.role == "submit":
            for view in _sent(spec, endpoint):
                if _is_a_key(view.wire) or view.wire.casefold() == _header(endpoint):
                    yield _problem(spec, endpoint, view)


def _problem(spec: Spec, endpoint: EndpointView, view: FieldView) -> Diagnostic:
    if "const" in view.more:
        message = f'"{view.wire}" is the same for every job, so that there would be one job'
        help_ = "take it out, and name the header in `idempotency_key`"
        return spec.at_key(view.path, "constant-idempotency-key", message, help_)
    message = f'"{view.wire}" is an argument, which differs from try to try'
    help_ = (
        "take it out: Bide sends a key of its own in that header"
        if _header(endpoint)
        else "if the provider takes it as a header, name that in `idempotency_key`"
    )
    return spec.at_key(view.path, "idempotency-argument", message, help_, "warning")


def _sent(spec: Spec, endpoint: EndpointView) -> Iterator[FieldView]:
    """What a submit sends beside its path."""
    yield from endpoint.parameters("query")
    yield from endpoint.parameters("headers")
    yield from spec.sent_in_body(endpoint)


def _is_a_key(wire: str) -> bool:
    letters = re.sub(r"[^a-z]", "", wire.casefold())
    return "idempoten" in letters or letters in _NAMES


def _header(endpoint: EndpointView) -> str:
    header: str = endpoint.raw.get("idempotency_key", "")
    return header.casefold()

"""constant-idempotency-key: an idempotency key is not a constant.

Why: the provider would take every submit after the first for a repetition, and create no job.

    submit: {body: {idempotency_key: {const: abc}, url: string}, ...}                    # refused
    submit: {body: {url: string}, idempotency_key: Idempotency-Key, ...}                 # fine

idempotency-argument (warning): an idempotency key is not an argument.

Why: a key must be the same on every attempt, and an argument usually is not. If `idempotency_key` names the header,
Bide makes one key for each job. Only then does it send a submit again after its reply was lost.

    submit: {body: {idempotency_key?: string, url: string}, ...}                         # warned about
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
        message = f'"{view.wire}" is the same for every job, so only the first submit would create one'
        help_ = "remove it, and set idempotency_key to the name of the header"
        return spec.at_key(view.path, "constant-idempotency-key", message, help_)
    message = f'"{view.wire}" is an argument, which may differ between attempts'
    help_ = (
        "remove it: Bide sends its own key in that header"
        if _header(endpoint)
        else "if the provider accepts it as a header, set idempotency_key to the name of the header"
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


def _header(endpoint: EndpointView) -> str:
    key = endpoint.raw.get("idempotency_key", "")
    header: str = key["header"] if isinstance(key, dict) else key
    return header.casefold()

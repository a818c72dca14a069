"""idempotent-submit (warning): what makes a job is not marked as safe to send again.

Why: when a reply is lost, a repeatable request is sent once more, and a second job is made and paid for. GET is
repeatable unless it says otherwise, since a GET should make nothing.

    operations: {read: {get: /read, returns: {200: Page, 202: {job: read, job_id: id}}}}         # warned of
    operations: {read: {get: /read, idempotent: false, returns: {200: Page, 202: ...}}}          # fine
    jobs: {fetch: {submit: {post: /fetch, idempotent: true, ...}}}                               # warned of
    jobs: {fetch: {submit: {post: /fetch, idempotency_key: Idempotency-Key, ...}}}               # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.role == "submit" and endpoint.raw.get("idempotent"):
            message = "a submit is sent again only with an idempotency key, whatever it says of itself"
            help_ = "take it away, and name the header of the key in `idempotency_key` if there is one"
            yield spec.at_key((*endpoint.path, "idempotent"), "idempotent-submit", message, help_, "warning")
        elif endpoint.role == "operation" and _may_make_a_job(endpoint) and _is_repeated(endpoint):
            is_said = "idempotent" in endpoint.raw
            message = "this request may make a job, and is sent again when its reply is lost"
            path = (*endpoint.path, "idempotent") if is_said else endpoint.method_path
            yield spec.at_key(path, "idempotent-submit", message, 'say "idempotent: false"', "warning")


def _may_make_a_job(endpoint: EndpointView) -> bool:
    replies = endpoint.raw.get("returns")
    return isinstance(replies, dict) and any(isinstance(reply, dict) for reply in replies.values())


def _is_repeated(endpoint: EndpointView) -> bool:
    idempotent: bool = endpoint.raw.get("idempotent", endpoint.method == "get")
    return idempotent

"""idempotent-submit (warning): a request that creates a job is not marked as idempotent.

Why: an idempotent request is sent again when its reply is lost, which would create and bill a second job. GET counts as
idempotent unless `idempotent: false` is set.

    operations: {read: {get: /read, returns: {200: Page, 202: {job: read, job_id: id}}}}         # warned about
    operations: {read: {get: /read, idempotent: false, returns: {200: Page, 202: ...}}}          # fine
    jobs: {fetch: {submit: {post: /fetch, idempotent: true, ...}}}                               # warned about
    jobs: {fetch: {submit: {post: /fetch, idempotency_key: Idempotency-Key, ...}}}               # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import EndpointView, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        if endpoint.role == "submit" and endpoint.raw.get("idempotent"):
            message = '"idempotent" has no effect here: a submit is sent again only with an idempotency key'
            help_ = "remove it; if the provider takes a key, say where in idempotency_key"
            yield spec.at_key((*endpoint.path, "idempotent"), "idempotent-submit", message, help_, "warning")
        elif endpoint.role == "operation" and _may_make_a_job(endpoint) and _is_repeated(endpoint):
            is_said = "idempotent" in endpoint.raw
            message = "this request may create a job, and is sent again when its reply is lost"
            path = (*endpoint.path, "idempotent") if is_said else endpoint.method_path
            yield spec.at_key(path, "idempotent-submit", message, "add idempotent: false", "warning")


def _may_make_a_job(endpoint: EndpointView) -> bool:
    replies = endpoint.raw.get("returns")
    return isinstance(replies, dict) and any(isinstance(reply, dict) for reply in replies.values())


def _is_repeated(endpoint: EndpointView) -> bool:
    idempotent: bool = endpoint.raw.get("idempotent", endpoint.method == "get")
    return idempotent

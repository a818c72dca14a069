"""bad-webhook: what `webhooks` and the `webhook` of a job need is there.

Why: a webhook that cannot be checked, or read, would never reach a job.

    webhooks: {header: X-Signature, signed: "{timestamp}.{body}", env: A}         # refused: where is the timestamp?
    webhooks: {header: X-Signature, signed: "{timestamp}.{body}", timestamp: {header: X-Time}, env: A}     # fine
    jobs: {fetch: {webhook: {job_id: id}, ...}}                                   # refused without `webhooks`

A job whose status is only the HTTP status of a poll cannot have a `webhook`: its body would say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic

_OF_STANDARD = ("hmac", "encoding", "prefix", "signed", "timestamp", "id")


def check(spec: Spec) -> Iterator[Diagnostic]:
    webhooks = spec.document.data.get("webhooks")
    if webhooks is not None and "standard" in webhooks:
        for key in _OF_STANDARD:
            if key in webhooks:
                message = f'"{key}" has no effect: Standard Webhooks says it already'
                yield spec.at_key(("webhooks", key), "no-effect", message, "remove it")
    elif webhooks is not None:
        signed = webhooks.get("signed", "{body}")
        for key in ("timestamp", "id"):
            if f"{{{key}}}" in signed and key not in webhooks:
                message = f'"signed" needs the {key}, and nothing says which header has it'
                yield spec.at_value(("webhooks", "signed"), "bad-webhook", message, f"add {key}: {{header: X-...}}")
            if f"{{{key}}}" not in signed and key in webhooks:
                message = f'"{key}" has no effect: it is not signed, so anybody could change it'
                yield spec.at_key(("webhooks", key), "no-effect", message, f'add {{{key}}} to "signed", or remove it')
        if "tolerance" in webhooks and "timestamp" not in webhooks:
            message = '"tolerance" has no effect without a "timestamp"'
            yield spec.at_key(("webhooks", "tolerance"), "no-effect", message, "remove it")
    for name, job in spec.table("jobs").items():
        if "webhook" not in job:
            continue
        if webhooks is None:
            message = 'the spec does not say how webhooks are signed, in "webhooks"'
            yield spec.at_key(("jobs", name, "webhook"), "bad-webhook", message, "add it, or remove this")
        lifecycle = spec.table("lifecycles").get(job["lifecycle"], {})
        if "status" not in lifecycle or "snapshot" not in job:
            message = "the body of a poll does not have the status of this job, so that of a webhook has neither"
            yield spec.at_key(("jobs", name, "webhook"), "bad-webhook", message, "remove it")

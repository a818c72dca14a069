"""bytes-result: a result of bytes has its own address.

Why: a poll reply is JSON, and JSON has no bytes.

    result: bytes           # refused, if the lifecycle has no `result` with a path
    result: bytes           # fine with `result: {get: "/jobs/{job_id}/file"}`
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import METHODS, Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name, job in spec.table("jobs").items():
        lifecycle = spec.table("lifecycles").get(job["lifecycle"])
        if lifecycle is None:
            continue
        if job["result"] == "bytes" and not any(method in lifecycle.get("result", {}) for method in METHODS):
            message = f'the result of "{job["lifecycle"]}" is in its poll reply, which is JSON and cannot hold bytes'
            help_ = "add result: {get: ...} to the lifecycle, or use another type"
            yield spec.at_value(("jobs", name, "result"), "bytes-result", message, help_)
        if job.get("failed_result") == "bytes":
            message = "the result of a failed job is in its poll reply, which is JSON and cannot hold bytes"
            yield spec.at_value(("jobs", name, "failed_result"), "bytes-result", message)

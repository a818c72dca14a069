"""unknown-job: an operation that may return a job names a job of this spec.

Why: the operation returns a handle of that job.

    returns: {200: Page, 202: {job: fetch, job_id: job_id}}

The reply is decoded like the reply to the job's own submit.
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    known = spec.table("jobs")
    for name, operation in spec.table("operations").items():
        returns = operation.get("returns")
        for status, reply in returns.items() if isinstance(returns, dict) else ():
            if isinstance(reply, dict) and reply["job"] not in known:
                path = ("operations", name, "returns", status, "job")
                message = f'there is no job "{reply["job"]}"'
                yield spec.at_value(path, "unknown-job", message, did_you_mean(reply["job"], known))

"""unknown-lifecycle: the `lifecycle` of a job is a key of `lifecycles`.

Why: the lifecycle says how to poll the job.

    jobs: {fetch: {lifecycle: jbo, ...}}      # refused
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.hints import did_you_mean


def check(spec: Spec) -> Iterator[Diagnostic]:
    known = spec.table("lifecycles")
    for name, job in spec.table("jobs").items():
        if job["lifecycle"] not in known:
            message = f'there is no lifecycle "{job["lifecycle"]}"'
            path = ("jobs", name, "lifecycle")
            yield spec.at_value(path, "unknown-lifecycle", message, did_you_mean(job["lifecycle"], known))

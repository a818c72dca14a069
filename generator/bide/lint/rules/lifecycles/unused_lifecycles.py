"""unused-lifecycle (warning): every lifecycle has a job.

Why: a lifecycle without a job has no effect, and its pointers cannot be checked.

    lifecycles: {job: ..., scrape: ...}
    jobs: {fetch: {lifecycle: job, ...}}       # warned about: no job has the lifecycle "scrape"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic


def check(spec: Spec) -> Iterator[Diagnostic]:
    lived = {job["lifecycle"] for job in spec.table("jobs").values()}
    if not lived <= spec.table("lifecycles").keys():
        return  # it may be the one that a misspelt name stands for
    for name in spec.table("lifecycles"):
        if name not in lived:
            message = f'no job has the lifecycle "{name}"'
            yield spec.at_key(("lifecycles", name), "unused-lifecycle", message, "remove it", "warning")

"""Jobs in workflows of Temporal: needs the extra `temporal`, as in `pip install 'bide-runtime[temporal]'`.

    from bide_runtime.durable.temporal import run_job

    page = await run_job("acme_client", "fetch", {"url": url})    # in a workflow

`activities(client)` are what a worker needs for it. Workflows need no other imports, and no `imports_passed_through`.
"""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

try:
    from temporalio import workflow as _workflow
except ModuleNotFoundError as failed:
    if (failed.name or "").partition(".")[0] != "temporalio":
        raise
    from ...errors.client import ConfigurationError as _ConfigurationError

    raise _ConfigurationError(
        "jobs in workflows need temporalio, which is not installed: pip install 'bide-runtime[temporal]'"
    ) from failed

# Everything is loaded once in a process, and not again in the sandbox of each workflow.
with _workflow.unsafe.imports_passed_through():
    from .activities import activities
    from .failure import error_of
    from .jobs import cancel_job, run_job, submit_job, wait_job

__all__ = ["activities", "cancel_job", "error_of", "run_job", "submit_job", "wait_job"]

"""The workflow of the campaigns: any kind of job of any provider."""

from __future__ import annotations

from bide_runtime.durable.temporal import run_job
from temporalio import workflow


@workflow.defn
class One:
    """One job."""

    @workflow.run
    async def run(self, package: str, job: str, url: str) -> str:
        page = await run_job(package, job, {"url": url}, task_queue="provider")
        return str(page.status)

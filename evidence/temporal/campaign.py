"""One way of killing, and what came of it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bide_runtime.durable.temporal import error_of
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.worker import Replayer

from evidence.simulated import jobs_at, simulator
from evidence.temporal.servers import ROOT, free_port, start_temporal, start_worker, stop
from evidence.temporal.workflows import One

KINDS = {"scrapio": "fetch", "anakin": "url_scraper"}
"""A kind of job of each provider: Scrapio has idempotency keys, and Anakin has none."""


@dataclass(frozen=True)
class Campaign:
    """One way of killing."""

    killed: str
    """`worker`, `worker stopped` or `server`."""
    provider: str
    where: str
    scenario: str
    after: float
    """Seconds from the first workflow to the kill."""
    jobs: int = 20
    workers: int = 3


@dataclass
class Counted:
    """What came of it."""

    results: int = 0
    unsure: int = 0
    other: int = 0
    made: int = 0
    paid_twice: int = 0
    lost: int = 0
    early_polls: int = 0
    replayed: int = 0
    takeover: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.paid_twice or self.lost or self.early_polls or self.other)


async def fight(campaign: Campaign, folder: Path) -> Counted:
    """Run jobs, kill, wait for the jobs, and compare with what the provider saw."""
    folder.mkdir(parents=True)
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text(f"- scenario: {campaign.scenario}\n", encoding="utf-8")
    port, database, log = free_port(), folder / "temporal.db", folder / "workers.log"
    address, package = f"127.0.0.1:{port}", f"{campaign.provider}_client"
    server = start_temporal(port, database)
    workers: list[subprocess.Popen[str]] = []
    try:
        with simulator(ROOT / "specs" / f"{campaign.provider}.yaml", scenarios) as base_url:
            temporal = await connected(address)
            for number in range(campaign.workers):
                workers.append(start_worker(address, package, base_url, f"worker{number}", log=log))
            urls = [f"https://example.com/{number}" for number in range(campaign.jobs)]
            kind = KINDS[campaign.provider]
            handles = [
                await temporal.start_workflow(One.run, args=[package, kind, url], id=url, task_queue="workflows")
                for url in urls
            ]
            await asyncio.sleep(campaign.after)
            began = time.monotonic()
            if campaign.killed == "server":
                seen = _polls(base_url)
                server.kill()
                server.wait()
                await asyncio.sleep(2)
                server = start_temporal(port, database)
                while _polls(base_url) <= seen and time.monotonic() < began + 120:
                    await asyncio.sleep(0.1)
            else:
                workers[0].send_signal(signal.SIGTERM if campaign.killed == "worker stopped" else signal.SIGKILL)
                await _until_taken_over(handles, "worker0")
            takeover = time.monotonic() - began
            counted = Counted(takeover=takeover)
            ends = await asyncio.gather(*(_end(handle, package) for handle in handles))
            counted.results = sum(end == "ok" for end in ends)
            counted.unsure = sum(end == "SubmitUncertain" for end in ends)
            counted.other = len(ends) - counted.results - counted.unsure
            seen_jobs = jobs_at(base_url)
            made = Counter(job["arguments"]["url"] for job in seen_jobs)
            counted.made = len(seen_jobs)
            counted.paid_twice = sum(number > 1 for number in made.values())
            counted.early_polls = sum(job["early_polls"] for job in seen_jobs)
            counted.lost = sum(end == "ok" and url not in made for url, end in zip(urls, ends, strict=True))
            histories = [await handle.fetch_history() for handle in handles]
            for history in histories:
                await Replayer(workflows=[One]).replay_workflow(history)
                counted.replayed += 1
            return counted
    finally:
        stop(*workers, server)


async def connected(address: str) -> Client:
    """A client of the server, when it is there."""
    for _ in range(150):
        try:
            return await Client.connect(address)
        except RuntimeError:
            await asyncio.sleep(0.2)
    raise RuntimeError(f"no server at {address}")


def _polls(base_url: str) -> int:
    return sum(job["polls"] for job in jobs_at(base_url))


async def _until_taken_over(handles: list[WorkflowHandle[One, str]], dead: str) -> None:
    """Wait until no activity is in the hands of a dead worker."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        held = 0
        for handle in handles:
            pending = (await handle.describe()).raw_description.pending_activities
            held += sum(each.last_worker_identity == dead and each.state in (2, 3) for each in pending)
        if not held:
            return
        await asyncio.sleep(0.1)


async def _end(handle: WorkflowHandle[One, str], package: str) -> str:
    try:
        await asyncio.wait_for(handle.result(), 150)
        return "ok"
    except WorkflowFailureError as failure:
        return type(error_of(package, failure)).__name__
    except TimeoutError:
        return "no end"

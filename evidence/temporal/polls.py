"""How long the history of a job with many polls is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from evidence.simulated import jobs_at, simulator
from evidence.temporal.campaign import connected
from evidence.temporal.servers import ROOT, free_port, start_temporal, start_worker, stop
from evidence.temporal.workflows import One


class Grown(NamedTuple):
    """The history of the workflow of one job."""

    polls: int
    events: int
    size: int
    """Bytes."""


async def history_of_polls(folder: Path) -> Grown:
    """Run a job that is polled some 50 times.

    The provider is Scrapio with shorter intervals, so that it takes seconds.
    """
    folder.mkdir(parents=True)
    spec = (ROOT / "specs" / "scrapio.yaml").read_text(encoding="utf-8")
    spec = re.sub(r"interval: 2s\.\.5s", "interval: 300ms..300ms", spec)
    (folder / "scrapio.yaml").write_text(re.sub(r"min_interval: 1s", "min_interval: 100ms", spec), encoding="utf-8")
    (folder / "scenarios.yaml").write_text("- scenario: succeed; duration=52\n", encoding="utf-8")
    command = [sys.executable, "-m", "bide", "generate", str(folder / "scrapio.yaml"), "--out", str(folder / "made")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    port = free_port()
    address, log = f"127.0.0.1:{port}", folder / "worker.log"
    processes = [start_temporal(port, folder / "temporal.db")]
    try:
        with simulator(folder / "scrapio.yaml", folder / "scenarios.yaml") as base_url:
            temporal = await connected(address)
            packages = folder / "made" / "scrapio"
            processes.append(start_worker(address, "scrapio_client", base_url, "w", packages=packages, log=log))
            arguments = ["scrapio_client", "fetch", "https://example.com"]
            handle = await temporal.start_workflow(One.run, args=arguments, id="polls", task_queue="workflows")
            await handle.result()
            events = (await handle.fetch_history()).events
            polls = sum(job["polls"] for job in jobs_at(base_url))
            return Grown(polls, len(events), sum(event.ByteSize() for event in events))
    finally:
        stop(*processes)

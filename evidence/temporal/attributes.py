"""Search attributes on a real server: a workflow is found by the id and the state of its job."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from bide_runtime.durable.temporal import activities
from temporalio.client import Client
from temporalio.worker import Worker

from evidence.simulated import simulator
from evidence.temporal.campaign import connected
from evidence.temporal.servers import ROOT, free_port, start_temporal, stop
from evidence.temporal.workflows import Searched

_NAMES = ("BideJobId", "BideState")
_PATIENCE = 60
"""How often the list is asked, a second apart: the server's index is behind its workflows."""


async def search(folder: Path) -> None:
    """Raise `AssertionError` if a workflow is not found by the state of its job, or by its id."""
    folder.mkdir(parents=True)
    sys.path.insert(0, str(ROOT / "generated" / "scrapio"))
    package: Any = import_module("scrapio_client")
    scenarios = folder / "scenarios.yaml"
    scenarios.write_text("- scenario: succeed; duration=1\n", encoding="utf-8")
    port = free_port()
    server = start_temporal(port, folder / "temporal.db")
    try:
        with simulator(ROOT / "specs" / "scrapio.yaml", scenarios) as base_url:
            client = await connected(f"127.0.0.1:{port}")
            program = Path(sys.executable).with_name("temporal")
            for name in _NAMES:
                command = [str(program), "operator", "search-attribute", "create", "--address", f"127.0.0.1:{port}"]
                subprocess.run([*command, "--name", name, "--type", "Keyword"], capture_output=True, check=True)
            async with package.AsyncScrapio("key", base_url=base_url) as scrapio:
                worker = Worker(client, task_queue="searched", workflows=[Searched], activities=[*activities(scrapio)])
                async with worker:
                    done = await client.execute_workflow(
                        Searched.run,
                        "https://example.com",
                        id="searched-1",
                        task_queue="searched",
                        execution_timeout=timedelta(minutes=2),
                    )
                    assert done == "completed", done
            [job_id] = await _found(client, "BideState = 'succeeded'")
            assert [job_id] == await _found(client, f"BideJobId = '{job_id}'")
    finally:
        stop(server)


async def _found(client: Client, query: str) -> list[Any]:
    """The job ids of the workflows that a query finds."""
    for _ in range(_PATIENCE):
        found = [each async for each in client.list_workflows(query)]
        if found:
            return [value for each in found for value in each.search_attributes["BideJobId"]]
        await asyncio.sleep(1)
    raise AssertionError(f"no workflow is found by {query}")

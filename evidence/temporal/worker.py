"""The process that is killed: a worker as a user would write it."""

from __future__ import annotations

import asyncio
import signal
import sys
from importlib import import_module

from bide_runtime.durable.temporal import activities
from temporalio.client import Client
from temporalio.worker import Worker

from evidence.temporal.workflows import One

RATE = 50.0
"""Activities per second of all workers together."""


async def main(address: str, package: str, base_url: str, name: str) -> None:
    """Work until SIGTERM."""
    temporal = await Client.connect(address)
    title = next(
        each for each in vars(import_module(f"{package}.async_client")) if each.lower() == f"async{package[:-7]}"
    )
    client = getattr(import_module(f"{package}.async_client"), title)("key", base_url=base_url)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    workflows = Worker(temporal, task_queue="workflows", workflows=[One], identity=f"{name}-workflows")
    jobs = Worker(
        temporal,
        task_queue="provider",
        activities=activities(client),
        identity=name,
        max_task_queue_activities_per_second=RATE,
    )
    async with client, workflows, jobs:
        print("ready", flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""Scrapio's own SDK."""

from __future__ import annotations

from typing import Any

import plain
from note import Log
from scrapio import ApiClient
from scrapio.types import CreateJobRequest

Order = dict[str, Any]


def run(order: Order, note: Log) -> str:
    """Submit a fetch and wait for it."""
    with ApiClient(order["key"], base_url=order["url"]) as client:
        job = client.jobs.create(CreateJobRequest(kind="fetch", input=order["arguments"]))
        note.job_id = job.job_id
        return _waited(client, order, note)


def wait(order: Order, note: Log) -> str:
    """Wait for a fetch that was submitted without the SDK."""
    note.job_id = plain.submit(order)
    with ApiClient(order["key"], base_url=order["url"]) as client:
        return _waited(client, order, note)


def _waited(client: ApiClient, order: Order, note: Log) -> str:
    result = client.jobs.wait_for_completion(note.job_id, poll_interval=order["pause"], timeout=order["timeout"])
    return f"`{type(result).__name__}`, status `{result.status}`"

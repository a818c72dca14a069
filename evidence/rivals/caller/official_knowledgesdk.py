"""KnowledgeSDK's own SDK."""

from __future__ import annotations

from typing import Any

from knowledgesdk import KnowledgeSDK
from note import Log

Order = dict[str, Any]


def run(order: Order, note: Log) -> str:
    """Submit an extraction and wait for it."""
    client = KnowledgeSDK(order["key"], base_url=order["url"])
    submitted = client.extract.run_async(order["arguments"]["url"])
    note.job_id = submitted.job_id or ""
    job = client.jobs.poll(note.job_id, interval_sec=order["pause"], timeout_sec=order["timeout"])
    return f"`{type(job).__name__}`, status `{job.status}`"

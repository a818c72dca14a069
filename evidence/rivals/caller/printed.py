"""The polling loops of the providers' pages, rewritten with the same steps.

Nothing is added or left out: like the pages, they have no HTTP timeout and check no HTTP status. Only the base URL,
the key and the arguments are parameters, and the printed text is also returned.
"""

from __future__ import annotations

import time
from typing import Any

import plain
import requests
from note import Log

Order = dict[str, Any]


# --- Anakin, "Polling Jobs", https://anakin.io/docs/polling-jobs ---------------------------------------------------


def _poll_job(order: Order, endpoint: str, job_id: str, *, interval: float, timeout: float) -> Any:
    waited = 0.0
    while waited < timeout:
        reply = requests.get(f"{order['url']}/{endpoint}/{job_id}", headers={"X-API-Key": order["key"]})
        job = reply.json()
        if job["status"] == "completed":
            return job
        if job["status"] == "failed":
            raise Exception(job.get("error", "the job has failed"))
        time.sleep(interval)
        waited += interval
    raise TimeoutError("the job took too long")


def polling_jobs(order: Order, note: Log) -> str:
    """Wait for a scrape, and print its Markdown."""
    note.job_id = plain.submit(order)
    job = _poll_job(order, "url-scraper", note.job_id, interval=order["pause"], timeout=order["timeout"])
    print(job["markdown"])
    return "the reply as a `dict`"


def polling_jobs_batch(order: Order, note: Log) -> str:
    """Wait for a batch of scrapes."""
    note.job_id = plain.submit(order)
    job = _poll_job(order, "url-scraper", note.job_id, interval=order["pause"], timeout=order["timeout"])
    failed = sum(item["status"] == "failed" for item in job["results"])
    return f"the reply as a `dict`, {failed} of {len(job['results'])} with status `failed`"


# --- Anakin, Holocron: "Get Job Status", https://anakin.io/docs/api-reference/holocron/get-job ---------------------


def holocron(order: Order, note: Log) -> str:
    """Wait for a task, and print its result or its error."""
    note.job_id = plain.submit(order)
    while True:
        reply = requests.get(f"{order['url']}/holocron/jobs/{note.job_id}", headers={"X-API-Key": order["key"]})
        job = reply.json()
        if job["status"] == "completed":
            print(job["data"])
            break
        if job["status"] == "failed":
            print(f"The job has failed: {job['error']['message']}")
            break
        time.sleep(3)
    return "nothing"


# --- Scrapio, "Async Jobs", https://docs.scrapio.dev/guides/async-jobs ---------------------------------------------


def async_jobs(order: Order, note: Log) -> str:
    """Submit a fetch, wait for it, and print its Markdown."""
    headers, base = {"Authorization": f"Bearer {order['key']}"}, order["url"]
    submitted = requests.post(f"{base}/v1/jobs", headers=headers, json={"kind": "fetch", "input": order["arguments"]})
    note.job_id = submitted.json()["job_id"]
    while True:
        job = requests.get(f"{base}/v1/jobs/{note.job_id}", headers=headers).json()
        if job["result_available"] or job["status"] in ("failed", "cancelled"):
            break
        time.sleep(3)
    result = requests.get(f"{base}/v1/jobs/{note.job_id}/result", headers=headers).json()
    print(result["outputs"]["markdown"])
    return "the result as a `dict`"

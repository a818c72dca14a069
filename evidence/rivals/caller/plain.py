"""A submit over plain HTTP, for a client that cannot submit, or whose page does not show how."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

_SUBMITS = {
    "url_scraper": ("/url-scraper", "jobId"),
    "url_scraper_batch": ("/url-scraper/batch", "jobId"),
    "holocron": ("/holocron/task", "job_id"),
    "fetch": ("/v1/jobs", "job_id"),
}


def submit(order: dict[str, Any]) -> str:
    """Submit the job of an order; returns its id."""
    path, key = _SUBMITS[order["job"]]
    arguments = order["arguments"]
    body = {"kind": "fetch", "input": arguments} if order["job"] == "fetch" else arguments
    headers = {
        "Content-Type": "application/json",
        "X-API-Key": order["key"],
        "Authorization": f"Bearer {order['key']}",
    }
    request = urllib.request.Request(order["url"] + path, json.dumps(body).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
        return str(json.load(reply)[key])

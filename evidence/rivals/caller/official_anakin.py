"""Anakin's own SDK."""

from __future__ import annotations

from typing import Any

from anakin import Anakin
from note import Log

Order = dict[str, Any]


def _client(order: Order) -> Anakin:
    return Anakin(order["key"], base_url=order["url"], poll_interval=order["pause"])


def run(order: Order, note: Log) -> str:
    """Scrape a page."""
    with _client(order) as client:
        page = client.scrape(order["arguments"]["url"], poll_timeout=order["timeout"])
    return f"`{type(page).__name__}`"


def batch(order: Order, note: Log) -> str:
    """Scrape several pages."""
    with _client(order) as client:
        pages = client.scrape_batch(order["arguments"]["urls"], poll_timeout=order["timeout"])
    failed = sum(item.status == "failed" for item in pages.results)
    return f"`{type(pages).__name__}`, {failed} of {len(pages.results)} with status `failed`"

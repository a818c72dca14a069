"""A client that Bide has generated, blocking and asyncio."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

# The clients import these at their first request; nobody's imports are timed.
import aiohttp  # noqa: F401
import urllib3  # noqa: F401
from note import Log

Order = dict[str, Any]


def run(order: Order, note: Log) -> str:
    """Submit a job, wait for it, have its result."""
    package, states = import_module(order["client"]), []
    with getattr(package, order["class"])(**_client(order)) as client:
        result = getattr(client, order["job"]).run(
            **order["arguments"], **_wait(order, package), on_update=lambda update: states.append(update.state.value)
        )
    return _told(result, states)


async def _run_async(order: Order, note: Log) -> str:
    package, states = import_module(order["client"]), []
    async with getattr(package, f"Async{order['class']}")(**_client(order)) as client:
        result = await getattr(client, order["job"]).run(
            **order["arguments"], **_wait(order, package), on_update=lambda update: states.append(update.state.value)
        )
    return _told(result, states)


def run_async(order: Order, note: Log) -> str:
    """The same with asyncio."""
    return asyncio.run(_run_async(order, note))


batch, batch_async = run, run_async


def _client(order: Order) -> dict[str, Any]:
    return {"api_key": order["key"], "base_url": order["url"]}


def _wait(order: Order, package: Any) -> dict[str, Any]:
    return {"timeout": order["timeout"], "policy": package.Fixed(order["pause"])}


def _told(result: Any, states: list[str]) -> str:
    failed = len(getattr(result, "failed_items", ()))
    items = f", {failed} in `failed_items`" if failed else ""
    partial = ", state `partial`" if "partial" in states else ""
    return f"`{type(result).__name__}`{items}{partial}"

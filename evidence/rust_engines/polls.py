"""Measure one poll of a wait over loopback with each engine in turn, and print the seconds as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

from anakin_client import Anakin, AsyncAnakin, Fixed
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.urllib3_transport import Urllib3Transport

from evidence.benchmarks.jumping import Jumping
from evidence.benchmarks.loopback import Loopback
from evidence.rust_engines.adapters.both import AWAITED, BLOCKING

POLLS = 20
ROUNDS = 150

Taken = dict[str, tuple[list[float], list[float]]]
"""By engine: the seconds of a poll in each round, on the clock and of CPU in all threads."""


class _AsyncJumping(Jumping):
    async def sleep(self, seconds: float, wakeup: Any) -> None:  # type: ignore[override]  # the awaited twin
        self.time += seconds


def blocking(url: str) -> Taken:
    """With the blocking engines."""
    engines: dict[str, type[Any]] = {"urllib3": Urllib3Transport, **BLOCKING}
    taken: Taken = {name: ([], []) for name in engines}
    waits = {
        name: Anakin(api_key="k", base_url=url, clock=Jumping(), transport=engine())
        .url_scraper.attach("j1")
        .updates(None, policy=Fixed(1))
        for name, engine in engines.items()
    }
    for number in range(ROUNDS + 1):
        for name, updates in waits.items():
            began = time.perf_counter(), time.process_time()
            for _ in range(POLLS):
                next(updates)
            if number:
                _note(taken[name], began)
    return taken


async def awaited(url: str) -> Taken:
    """With the asyncio engines."""
    engines: dict[str, type[Any]] = {"aiohttp": AiohttpTransport, **AWAITED}
    taken: Taken = {name: ([], []) for name in engines}
    transports = {name: engine() for name, engine in engines.items()}
    waits = {
        name: AsyncAnakin(api_key="k", base_url=url, clock=_AsyncJumping(), transport=transport)
        .url_scraper.attach("j1")
        .updates(None, policy=Fixed(1))
        for name, transport in transports.items()
    }
    for number in range(ROUNDS + 1):
        for name, updates in waits.items():
            began = time.perf_counter(), time.process_time()
            for _ in range(POLLS):
                await anext(updates)
            if number:
                _note(taken[name], began)
    for updates in waits.values():
        await updates.aclose()
    for transport in transports.values():
        await transport.close()
    return taken


def _note(taken: tuple[list[float], list[float]], began: tuple[float, float]) -> None:
    taken[0].append((time.perf_counter() - began[0]) / POLLS)
    taken[1].append((time.process_time() - began[1]) / POLLS)


if __name__ == "__main__":
    with Loopback() as SERVER:
        json.dump({"blocking": blocking(SERVER.url), "awaited": asyncio.run(awaited(SERVER.url))}, sys.stdout)

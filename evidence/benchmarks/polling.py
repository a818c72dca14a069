"""The cost of one poll of a wait beyond the HTTP engine, over loopback to another process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import urllib3
from anakin_client import Anakin, AsyncAnakin, Fixed

from evidence.benchmarks.jumping import Jumping
from evidence.benchmarks.line import Line, compared
from evidence.benchmarks.loopback import Loopback
from evidence.benchmarks.replies import CHANGED, RUNNING

ABOUT = """
A wait polls a job that never ends, with pauses that take no time, through the engine that is the default; the bare
engine sends the same request with the same headers, and reads the reply. Replies are the same each time, as those of
many providers while a job runs, or two in turn.
"""

WHY = """
Counted by `sys.setprofile`, a request through bare aiohttp is 170 calls of Python functions, one through our transport
as many, which takes 1.03 of its time, and a poll 227, or 236 if the reply has changed, where a fifth more would be
204. What is added is the wait: clock, min_interval and rate limit, the reading of the reply, which the bare engine
leaves unread, the next pause, and the update for who watches. In a loop of its own all this takes a tenth of the
engine's time; between two requests its code is fetched into the processor's caches anew, and takes twice that and
more.
"""

POLLS = 20
ROUNDS = 200
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "user-agent": "anakin-client (bide)",
    "x-api-key": "k",
}


class _AsyncJumping(Jumping):
    async def sleep(self, seconds: float, wakeup: Any) -> None:  # type: ignore[override]  # the awaited twin
        self.time += seconds


def measure() -> Iterator[Line]:
    """Blocking, then asyncio."""
    for name, bodies in ("same reply", (RUNNING,)), ("reply changes", (RUNNING, CHANGED)):
        with Loopback(*bodies) as server:
            yield compared(f"sync, {name}", *_sync(server.url), unit="µs", scale=1e6, reach=1.25)
            yield compared(f"async, {name}", *asyncio.run(_async(server.url)), unit="µs", scale=1e6, reach=1.2)


def _sync(url: str) -> tuple[list[float], str, list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    client = Anakin(api_key="k", base_url=url, clock=Jumping())
    updates = client.url_scraper.attach("j1").updates(None, policy=Fixed(1))
    pool = urllib3.PoolManager()
    for number in range(ROUNDS + 1):
        began = time.process_time()
        for _ in range(POLLS):
            next(updates)
        between = time.process_time()
        for _ in range(POLLS):
            assert pool.request("GET", f"{url}/url-scraper/j1", headers=_HEADERS, retries=False).data
        if number:
            ours.append((between - began) / POLLS)
            bare.append((time.process_time() - between) / POLLS)
    client.close()
    return ours, "urllib3", bare


async def _async(url: str) -> tuple[list[float], str, list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    async with (
        AsyncAnakin(api_key="k", base_url=url, clock=_AsyncJumping()) as client,
        aiohttp.ClientSession() as session,
    ):
        updates = client.url_scraper.attach("j1").updates(None, policy=Fixed(1))
        for number in range(ROUNDS + 1):
            began = time.process_time()
            for _ in range(POLLS):
                await anext(updates)
            between = time.process_time()
            for _ in range(POLLS):
                async with session.get(f"{url}/url-scraper/j1", headers=_HEADERS) as reply:
                    assert await reply.read()
            if number:
                ours.append((between - began) / POLLS)
                bare.append((time.process_time() - between) / POLLS)
        await updates.aclose()
    return ours, "aiohttp", bare

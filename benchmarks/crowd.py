"""Thousands of jobs waiting in one process, each polled every second, on one core."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import httpx2
from anakin_client import AiohttpTransport, AsyncAnakin, Request, Response

from .line import Line
from .loopback import Loopback

ABOUT = """
Each job is polled a second after the reply to its last poll (two seconds at 10,000 jobs); the first looks are
spread over that time. Client and server have a core each, where the machine has two. A poll is late by what lies
between the time it was due and the time it is handed to the engine. All have at most 100 connections. The peers are
a task for each job that sleeps, sends and reads the reply; ours also reads and types it, and keeps floor, budget
and deadline.
"""

WHY = """
One core answers so many polls in a second as the CPU per poll allows (see [One poll of a
wait](#one-poll-of-a-wait)); beyond that every poll is late, whoever sends it, and what counts is how many are made.
"""

SECONDS = 5.0
_SIZES = ((1000, 1.0), (5000, 1.0), (10_000, 2.0))


class Seen:
    """When each job was polled."""

    def __init__(self, period: float) -> None:
        self.period = period
        self.polls = 0
        self.late: list[float] = []
        self._due: dict[str, float] = {}

    def begins(self, job: str) -> None:
        """A poll is handed to the engine."""
        self.polls += 1
        due = self._due.get(job)
        if due is not None:
            self.late.append(time.monotonic() - due)

    def ended(self, job: str, pause: float) -> None:
        """Its reply came, and the next is due after *pause*."""
        self._due[job] = time.monotonic() + pause


def measure() -> Iterator[Line]:
    """By the number of jobs, each candidate in turn."""
    cores = sorted(os.sched_getaffinity(0))
    with Loopback() as server:
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[:1])
        for jobs, period in _SIZES:
            found = {name: _alone(name, server.url, jobs, period) for name in ("ours", "aiohttp", "httpx2")}
            yield from _lines(jobs, found)


def _alone(name: str, url: str, jobs: int, period: float) -> tuple[float, float, float]:
    """Measure one candidate in a new process, whose memory nobody has used before."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_run, (name, url, jobs, period))


def _run(name: str, url: str, jobs: int, period: float) -> tuple[float, float, float]:
    candidate = {"ours": _ours, "aiohttp": _aiohttp, "httpx2": _httpx2}[name]
    return asyncio.run(_measured(candidate, url, jobs, period))


def _lines(jobs: int, found: dict[str, tuple[float, float, float]]) -> Iterator[Line]:
    mine = found["ours"]
    for peer in "aiohttp", "httpx2":
        theirs = found[peer]
        reach = 1.0 if jobs > 5000 and peer == "aiohttp" else None
        yield Line(
            measure=f"{jobs} jobs: polls made of those due, lateness (p99), memory per job",
            ours=_said(mine),
            against=peer,
            theirs=_said(theirs),
            ratio=mine[0] / theirs[0],
            reach="≥ 1 of the polls" if reach else "≥ 0.99 made, p99 < 50 ms, ≤ 5 kB" if peer == "aiohttp" else "",
            met=(
                (mine[0] >= theirs[0] if reach else mine[0] >= 0.99 and mine[1] < 0.05 and mine[2] <= 5000)
                if peer == "aiohttp"
                else None
            ),
        )


def _said(found: tuple[float, float, float]) -> str:
    made, late, memory = found
    return f"{made:.1%}, {late * 1e3:.0f} ms, {memory / 1e3:.1f} kB"


async def _measured(
    candidate: Callable[[str, int, Seen], Awaitable[None]], url: str, jobs: int, period: float
) -> tuple[float, float, float]:
    gc.collect()
    before, seen = _resident(), Seen(period)
    running = asyncio.ensure_future(candidate(url, jobs, seen))
    await asyncio.sleep(period * 2 + jobs / 2000)  # until all have begun
    seen.polls, seen.late = 0, []
    began = time.monotonic()
    await asyncio.sleep(SECONDS)
    memory = (_resident() - before) / jobs
    now = time.monotonic()
    late, rate = sorted(seen.late), seen.polls / (now - began) / (jobs / period)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return rate, late[len(late) * 99 // 100] if late else float("inf"), memory


def _resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class _Spread:
    """A policy: one pause of chance, then the same ever after."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def pause(self, *, polls: int, age: float, chance: float) -> float:
        return self._seen.period * (0.55 + chance if polls <= 1 else 1.0)


class _Noting:
    """Our transport, which notes when each job was polled."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._inner, self._counts = seen, AiohttpTransport(), dict[str, int]()

    async def send(self, request: Request, *, timeout: float) -> Response:
        self._seen.begins(request.url)
        reply = await self._inner.send(request, timeout=timeout)
        self._counts[request.url] = count = self._counts.get(request.url, 0) + 1
        if count > 1:
            self._seen.ended(request.url, self._seen.period)
        return reply

    async def open(self, request: Request, *, timeout: float) -> Any:
        return await self._inner.open(request, timeout=timeout)

    async def close(self) -> None:
        await self._inner.close()


async def _ours(url: str, jobs: int, seen: Seen) -> None:
    async with AsyncAnakin(api_key="k", base_url=url, transport=_Noting(seen)) as client:
        handles = [client.url_scraper.attach(f"job{number}") for number in range(jobs)]
        batch = client.url_scraper.wait_many(handles, timeout=None, max_in_flight=jobs, policy=_Spread(seen))
        async for _ in batch:
            raise AssertionError("these jobs have no end")


async def _polled(jobs: int, seen: Seen, get: Callable[[str], Awaitable[bytes]]) -> None:
    """The peers: a task for each job."""
    chance = Random(0)

    async def one(job: str) -> None:
        await asyncio.sleep(chance.random() * seen.period)
        while True:
            seen.begins(job)
            assert await get(job)
            seen.ended(job, seen.period)
            await asyncio.sleep(seen.period)

    await asyncio.gather(*(one(f"job{number}") for number in range(jobs)))


async def _aiohttp(url: str, jobs: int, seen: Seen) -> None:
    async with aiohttp.ClientSession() as session:

        async def get(job: str) -> bytes:
            async with session.get(f"{url}/url-scraper/{job}") as reply:
                return await reply.read()

        await _polled(jobs, seen, get)


async def _httpx2(url: str, jobs: int, seen: Seen) -> None:
    async with httpx2.AsyncClient(timeout=None) as client:

        async def get(job: str) -> bytes:
            return (await client.get(f"{url}/url-scraper/{job}")).content

        await _polled(jobs, seen, get)

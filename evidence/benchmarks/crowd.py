"""Thousands of jobs waiting in one process, each polled every second, on one core."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import TypeAlias

import aiohttp
import httpx2
from anakin_client import AsyncAnakin

from evidence.benchmarks.line import Line
from evidence.benchmarks.loopback import Loopback, Traffic
from evidence.benchmarks.made_up import openapi
from evidence.benchmarks.replies import RUNNING

ABOUT = """
All jobs run for ever, and each is due to be polled again one second after the reply to its last poll (two seconds at
10,000 jobs). The client has one core and the server the other, where the machine has two. All is seen from the
server, for every candidate alike: it notes when each poll came, answers at once, and a poll is late by what lies
between it and the one before, beyond that second. Polls made are those that came, by those that would have come had
none been late. Memory is what the process holds at the end, beyond what it held after a single poll, by the number of
jobs; the engine's other connections and its buffers are in it. The server is a loop around the system's selector
which reads only the path: what it takes of its own core is said below.

Ours is one asyncio client and one `wait_many` of all jobs, with a policy that pauses for the period; it reads and
types each reply, and keeps min_interval, rate limiter and deadlines. The peers are one task for each job that sleeps,
sends and reads: with aiohttp and httpx2 the body as bytes, with the client that openapi-python-client generates the
typed model. Their first polls are spread over the first period, our second ones over the second. All have at most 100
connections. The ceiling is what aiohttp does with 100 tasks that never pause.
"""

WHY = """
By samples of the stack at 3,000 jobs, two thirds of the CPU of a poll are aiohttp's own, a tenth is our way into it
(bounds, headers, body), a tenth the flow of the wait (min_interval, rate limiter, deadline, typing the reply), and a
twelfth the batch around it: one task, one entry in a heap. The rest is the garbage collector of Python. Every second
or so it looks through all objects of the process, and that is what makes the latest polls late, at 5,000 jobs by some
50 ms; those of the peers are late for the same reason. At 5,000 jobs the core is nearly nine tenths busy, so that
whatever else runs on it shows at once. Memory is what the system gave to the process: a job's own share is 2.9 kB by
`tracemalloc`, of which 0.8 are its last reply; the engine's connections, and gaps between replies of different ages,
are the rest.

httpx2 and the client of openapi-python-client go through a queue of all who wait for a connection, for each reply once
more: beyond what they can send, they send ever less.
"""

SECONDS = 3.0
_SIZES = ((1000, 1.0), (5000, 1.0), (10_000, 2.0))
_ROUNDS = {"ours": 2, "aiohttp": 2, "httpx2": 1, "openapi-python-client": 1}
_HEADERS = {"accept": "application/json", "user-agent": "a client", "x-api-key": "k"}
_MADE_UP = json.dumps({"id": "j", "status": "running", "field_0": "a" * (len(RUNNING) - 48)}).encode()
"""The reply of the made-up API, of the same length."""


@dataclass(frozen=True, slots=True)
class _Load:
    """The load for one candidate."""

    url: str
    jobs: int
    period: float
    core: int
    folder: str
    """The folder of the other library's generated client."""


Candidate: TypeAlias = Callable[[_Load, Callable[[], None]], Coroutine[None, None, None]]
"""Polls all jobs without an end. Before that, it sends one poll and calls the function that reports readiness."""


@dataclass(frozen=True, slots=True)
class Waited:
    """The results of one candidate."""

    made: float
    """Polls made, as a share of those without lateness."""
    late: float
    """The lateness of polls in seconds, 99th percentile."""
    memory: float
    """Bytes for each job."""
    cpu: float
    """The share of one core that it used."""

    def __str__(self) -> str:
        return f"{self.made:.1%}, {self.late * 1e3:.0f} ms, {self.memory / 1e3:.1f} kB, {self.cpu:.0%}"


@dataclass(frozen=True, slots=True)
class _Watched:
    """Observations of one candidate from another process."""

    traffic: Traffic
    since: float
    """When its jobs started."""
    began: float
    ended: float
    cpu: float
    memory: int

    def has(self, at: float) -> bool:
        """Whether it was measured at this time."""
        return self.began <= at < self.ended

    @property
    def polls(self) -> int:
        return sum(map(self.has, chain.from_iterable(self.traffic.polls.values())))


def measure() -> Iterator[Line]:
    """The ceiling, then each candidate in turn, by the number of jobs."""
    cores = sorted(os.sched_getaffinity(0))
    with (
        tempfile.TemporaryDirectory() as folder,
        Loopback(core=cores[-1]) as server,
        Loopback(_MADE_UP, core=cores[-1]) as made_up,
    ):
        _generate(Path(folder))
        yield _ceiling(server, _Load(server.url, 100, 0.0, cores[0], folder))
        for jobs, period in _SIZES:
            found: dict[str, list[Waited]] = {name: [] for name in _ROUNDS}
            for number in range(max(_ROUNDS.values())):
                for name in (name for name, rounds in _ROUNDS.items() if number < rounds):
                    asked = made_up if name == "openapi-python-client" else server
                    load = _Load(asked.url, jobs, period, cores[0], folder)
                    found[name].append(_alone(name, asked, load))
            yield from _lines(jobs, {name: _middle(rounds) for name, rounds in found.items()})


def _generate(folder: Path) -> None:
    """Generate the client of the other library."""
    api = folder / "acme.json"
    api.write_text(openapi(1), encoding="utf-8")
    where = ("--path", str(api), "--output-path", str(folder / "client"))
    command = [sys.executable, "-m", "openapi_python_client", "generate", *where]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _ceiling(server: Loopback, load: _Load) -> Line:
    watched = _watched("ceiling", server, load)
    polls, traffic = watched.polls, watched.traffic
    return Line(
        measure="what the engine can do",
        ours="",
        against="aiohttp",
        theirs=f"{polls / SECONDS:,.0f} polls/s at {watched.cpu / polls * 1e6:.0f} µs; the server "
        f"{traffic.cpu / traffic.count * 1e6:.0f} µs",
    )


def _alone(name: str, server: Loopback, load: _Load) -> Waited:
    watched = _watched(name, server, load)
    made, late = _seen(watched, load)
    return Waited(made, late, watched.memory / load.jobs, watched.cpu / (watched.ended - watched.began))


def _watched(name: str, server: Loopback, load: _Load) -> _Watched:
    """Run a candidate in a new process, so that no memory was used before, and observe it from outside."""
    spawn = multiprocessing.get_context("spawn")
    heard, says = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_run, args=(name, load, says), daemon=True)
    process.start()
    before = heard.recv()
    server.traffic()
    since = time.monotonic()
    time.sleep(load.period + 1.0 + load.jobs / 5000)  # until all have started and are connected
    began, used = time.monotonic(), _used(process.pid)
    time.sleep(SECONDS)
    ended, cpu, memory = time.monotonic(), _used(process.pid) - used, _resident(process.pid) - before
    process.kill()
    process.join()
    return _Watched(server.traffic(), since, began, ended, cpu, memory)


def _resident(pid: int | None) -> int:
    """The resident memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _used(pid: int | None) -> float:
    """The CPU time of a process, in seconds."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _seen(watched: _Watched, load: _Load) -> tuple[float, float]:
    """The share of polls made, and the lateness of those that arrived in this time."""
    # The first poll of a job that was never polled was due within the first period.
    polls = watched.traffic.polls
    late = [watched.ended - watched.since - load.period] * (load.jobs - len(polls))
    for times in polls.values():
        late += (at - before - load.period for before, at in pairwise(times) if watched.has(at))
        # A poll that has not arrived by the end is late, too.
        if times[-1] + load.period < watched.ended:
            late.append(watched.ended - times[-1] - load.period)
    late.sort()
    due = load.jobs * (watched.ended - watched.began) / load.period
    return watched.polls / due, late[len(late) * 99 // 100]


def _middle(rounds: list[Waited]) -> Waited:
    return Waited(*(median(getattr(each, name) for each in rounds) for name in Waited.__slots__))


def _lines(jobs: int, found: dict[str, Waited]) -> Iterator[Line]:
    mine = found.pop("ours")
    aims = mine.made >= 0.99, mine.late < 0.05, mine.memory <= 4000
    for peer, theirs in found.items():
        is_judged = peer == "aiohttp"
        is_ours_to_beat = jobs > 5000
        yield Line(
            measure=f"{jobs:,} jobs: polls made, lateness (p99), memory per job, CPU",
            ours=str(mine),
            against=peer,
            theirs=str(theirs),
            ratio=mine.made / theirs.made if theirs.made else None,
            reach="" if not is_judged else "≥ 1" if is_ours_to_beat else "≥ 99%, < 50 ms, ≤ 4 kB",
            met=None if not is_judged else mine.made >= theirs.made if is_ours_to_beat else all(aims),
        )


def _run(name: str, load: _Load, says: Connection) -> None:
    os.sched_setaffinity(0, [load.core])
    sys.path.insert(0, str(Path(load.folder) / "client"))

    def ready() -> None:
        gc.collect()
        says.send(_resident(os.getpid()))

    asyncio.run(_CANDIDATES[name](load, ready))


@dataclass(frozen=True, slots=True)
class _Spread:
    """A policy: a random delay before the first poll, and a constant delay after it."""

    period: float

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return self.period * (0.5 + jitter if polls <= 1 else 1.0)


async def _ours(load: _Load, ready: Callable[[], None]) -> None:
    async with AsyncAnakin(api_key="k", base_url=load.url) as client:
        await client.url_scraper.get("first")
        ready()

        handles = [client.url_scraper.attach(f"job{number}") for number in range(load.jobs)]
        policy = _Spread(load.period)
        async for _ in client.url_scraper.wait_many(handles, timeout=None, max_in_flight=load.jobs, policy=policy):
            raise AssertionError("these jobs have no end")


async def _each(load: _Load, ready: Callable[[], None], get: Callable[[str], Awaitable[object]]) -> None:
    """The other libraries: one task for each job."""
    await get("first")
    ready()

    async def one(number: int) -> None:
        await asyncio.sleep(number * load.period / load.jobs)
        while True:
            assert await get(f"job{number}")
            await asyncio.sleep(load.period)

    await asyncio.gather(*map(one, range(load.jobs)))


async def _aiohttp(load: _Load, ready: Callable[[], None]) -> None:
    async with aiohttp.ClientSession(headers=_HEADERS) as session:

        async def get(job: str) -> bytes:
            async with session.get(f"{load.url}/url-scraper/{job}") as reply:
                return await reply.read()

        await _each(load, ready, get)


async def _httpx2(load: _Load, ready: Callable[[], None]) -> None:
    async with httpx2.AsyncClient(timeout=None, headers=_HEADERS) as client:

        async def get(job: str) -> bytes:
            return (await client.get(f"{load.url}/url-scraper/{job}")).content

        await _each(load, ready, get)


async def _generated(load: _Load, ready: Callable[[], None]) -> None:
    made = import_module("acme_client")
    poll = import_module("acme_client.api.default.poll_work0")
    async with made.Client(base_url=load.url, timeout=None, headers=_HEADERS) as client:
        await _each(load, ready, lambda job: poll.asyncio(job, client=client))


_CANDIDATES: dict[str, Candidate] = {
    "ours": _ours,
    "aiohttp": _aiohttp,
    "httpx2": _httpx2,
    "openapi-python-client": _generated,
    "ceiling": _aiohttp,
}
"""The candidates by name. The ceiling polls without delays."""

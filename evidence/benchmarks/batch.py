"""1,000,000 inputs through `run_many`, against a provider in the same process: memory and CPU per job."""

from __future__ import annotations

import asyncio
import gc
import json
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from itertools import repeat
from math import inf
from typing import Any

from anakin_client import Anakin, Fixed, Request, Response
from anakin_client.params import UrlScraperParams
from anakin_client.testing import FakeAnakin, Sent

from evidence.benchmarks.jumping import Jumping
from evidence.benchmarks.line import Line, compared

ABOUT = """
The provider is the fake that comes with the package (see [Testing](testing.md)): it knows submits and polls, answers
in virtual time and keeps what was sent. `run_many` makes jobs of its URL scraper at 100 in flight, with all else as it
is by default. Beside it stands the fake alone: the same requests, recorded before and sent again in the same order at
the same virtual times, with nobody who reads the replies. As a second and harder line, without an aim: a provider
which is a function of a few lines, asked by the blocking client with its real threads, and asked by the shortest loop
that reads the id and the status and knows no deadline, rate limit, fault or type.

Memory is the most that a new process ever held. In the run over all subjects it makes a hundred thousand jobs; a
million takes six minutes, and is made if this subject is measured alone: when it was last run, it held 48.5 MiB, where
ten thousand held 48.7. What the fake keeps is forgotten after every thousand outcomes, with `fake.forget()`.
"""

WHY = """
A job of two requests takes some 170 µs of the fake's own, and some 100 of ours, where 85 would do. By samples of the
stack no part of those stands out: the flow of the submit 23 (the arguments checked and written, the request, the id
read), that of the wait 33 (address, min_interval, rate limiter, the reply typed, the result), the batch around them
20, the driver and the outcome 20; asyncio adds a task for each request, some 20. A bare loop has none of that to do.
"""

JOBS = 2_000
ROUNDS = 5
_FEW, _MANY, _MILLION = 10_000, 100_000, 1_000_000
_INPUT: UrlScraperParams = {"url": "https://example.com"}


def measure(jobs: int = _MANY) -> Iterator[Line]:
    """CPU, then memory for this many *jobs*."""
    for name, run in ("blocking", _run), ("asyncio", _run_async):
        yield compared(f"CPU per job, {name}", *_beside_the_fake(run), unit="µs", scale=1e6, reach=1.5)
    yield compared("CPU per job, blocking", *_beside_a_loop(), unit="µs", scale=1e6)
    few, many = _peak(_FEW), _peak(jobs)
    yield Line(
        measure="most memory held by the process",
        ours=f"{many / 2**20:.1f} MiB for {jobs:,} jobs",
        against="ours",
        theirs=f"{few / 2**20:.1f} MiB for {_FEW:,}",
        ratio=many / few,
        reach="≤ 1.1",
        met=many <= 1.1 * few,
    )


def measure_alone() -> Iterator[Line]:
    """The same for 1,000,000 jobs."""
    return measure(_MILLION)


def _beside_the_fake(run: Callable[[FakeAnakin, int], None]) -> tuple[list[float], str, list[float]]:
    ours: list[float] = []
    alone: list[float] = []
    for number in range(ROUNDS + 1):
        fake = FakeAnakin()
        gc.collect()
        began = time.process_time()
        run(fake, JOBS)
        took = time.process_time() - began
        sent = fake.requests
        del fake
        gc.collect()
        began = time.process_time()
        _again(sent)
        if number:
            ours.append(took / JOBS)
            alone.append((time.process_time() - began) / JOBS)
    return ours, "the fake alone", alone


def _run(fake: FakeAnakin, jobs: int) -> None:
    with fake.client() as client:
        outcomes = client.url_scraper.run_many(repeat(_INPUT, jobs), max_in_flight=100)
        for number, outcome in enumerate(outcomes, 1):
            assert outcome.is_ok
            if number % 1000 == 0 and jobs > JOBS:
                fake.forget()


def _run_async(fake: FakeAnakin, jobs: int) -> None:
    async def running() -> None:
        async with fake.async_client() as client:
            async for outcome in client.url_scraper.run_many(repeat(_INPUT, jobs), max_in_flight=100):
                assert outcome.is_ok

    asyncio.run(running())


def _again(requests: list[Sent]) -> None:
    """Send these requests to a new fake."""
    fake = FakeAnakin()
    with fake.client() as client:
        transport = client._engine()
        for sent in requests:
            fake.time.advance(sent.at - fake.now)
            transport.send(sent.request, timeout=sent.timeout)
    assert len(fake.url_scraper.jobs) == len(fake.url_scraper.submit.requests)


def _peak(jobs: int) -> int:
    """The peak memory of a new process, in bytes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_most_held, (jobs,))


def _most_held(jobs: int) -> int:
    _run(FakeAnakin(), jobs)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_DONE = json.dumps({"id": "j", "status": "completed", "markdown": "text"}).encode()
_HEADERS = {"content-type": "application/json"}


class Provider:
    """A transport that replies at once."""

    def __init__(self) -> None:
        self._jobs = 0

    def send(self, request: Request, *, timeout: float) -> Response:
        """Return the reply."""
        if request.method == "POST":
            self._jobs += 1
            body = b'{"jobId": "j%d", "status": "pending"}' % self._jobs
            return Response(status=202, headers=_HEADERS, body=body)
        return Response(status=200, headers=_HEADERS, body=_DONE)

    def open(self, request: Request, *, timeout: float) -> Any:
        """Raise: streams are not used."""
        raise NotImplementedError

    def close(self) -> None:
        """Do nothing."""


class _Threaded(Jumping):
    """The same for a batch with real threads: replies wake it up before time passes."""

    def sleep(self, seconds: float, wakeup: Any) -> None:
        """Wait for a reply. Without a timeout, there is nothing else to wait for."""
        if not wakeup.wait(1.0 if seconds == inf else 0.0002) and seconds < inf:
            self.time += max(seconds, 0.0)


def _beside_a_loop() -> tuple[list[float], str, list[float]]:
    ours: list[float] = []
    loop: list[float] = []
    for number in range(ROUNDS + 1):
        gc.collect()
        began = time.process_time()
        with Anakin(api_key="k", transport=Provider(), clock=_Threaded()) as client:
            outcomes = client.url_scraper.run_many(
                repeat(_INPUT, JOBS), max_in_flight=100, policy=Fixed(1), timeout=None
            )
            assert sum(outcome.is_ok for outcome in outcomes) == JOBS
        between = time.process_time()
        _loop(JOBS)
        if number:
            ours.append((between - began) / JOBS)
            loop.append((time.process_time() - between) / JOBS)
    return ours, "a bare loop", loop


def _loop(jobs: int) -> None:
    provider = Provider()
    for _ in range(jobs):
        body = json.dumps({"url": "https://example.com"}).encode()
        submit = Request(method="POST", url="https://api.anakin.io/v1/url-scraper", headers={}, body=body)
        job = json.loads(provider.send(submit, timeout=1).body)["jobId"]
        poll = Request(method="GET", url=f"https://api.anakin.io/v1/url-scraper/{job}", headers={}, body=None)
        assert json.loads(provider.send(poll, timeout=1).body)["status"] == "completed"

"""Many inputs through `run_many`, against a provider inside of the process: memory and CPU per job."""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from collections.abc import Iterator
from itertools import repeat
from math import inf
from typing import Any

from anakin_client import Anakin, Fixed, Request, Response
from anakin_client.params import UrlScraperParams

from .line import Line, compared

ABOUT = """
The provider is a function that answers a submit with an id and each poll with a job that is done; sleeps take no
time, and 100 jobs are in flight. Beside it stands the shortest loop over the same function that reads the id and
the status: it knows no deadline, rate limit, fault or type. CPU is measured over 3,000 jobs; memory is the peak of
what Python allocated, over 5,000 and over 12,000 jobs. The aim speaks of a million inputs; they would take some
minutes, and were not run: what grows with the jobs would have shown between these two.
"""

WHY = """
The loop spends a few microseconds on a job, so that what is measured is the whole work of a client: two requests are
made, sent through flows, floor, budget and the threads that a batch of the blocking client sends on, and read into
types. The fake alone is too little to be measured by; which part weighs most was not looked at. The client remembers
when it last asked about each of the last 4,096 jobs, which is most of the memory that is held.
"""

JOBS = 3_000
ROUNDS = 3
_PATIENT = 1e9
_DONE = json.dumps({"id": "j", "status": "completed", "markdown": "text"}).encode()
_HEADERS = {"content-type": "application/json"}


class Provider:
    """Answers at once, as a transport."""

    def __init__(self) -> None:
        self._jobs = 0

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply."""
        if request.method == "POST":
            self._jobs += 1
            body = b'{"jobId": "j%d", "status": "pending"}' % self._jobs
            return Response(status=202, headers=_HEADERS, body=body)
        return Response(status=200, headers=_HEADERS, body=_DONE)

    def open(self, request: Request, *, timeout: float) -> Any:
        """Streams are not asked for."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


class _Jumping:
    def __init__(self) -> None:
        self._time = 0.0

    def now(self) -> float:
        return self._time

    def wall(self) -> float:
        return self._time

    def sleep(self, seconds: float, bell: Any) -> None:
        # Replies come within this; without an end, there is nothing else to wait for.
        if not bell.wait(1.0 if seconds == inf else 0.0002) and seconds < inf:
            self._time += max(seconds, 0.0)


def measure() -> Iterator[Line]:
    """CPU, then memory."""
    ours: list[float] = []
    loop: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        _run(JOBS)
        between = time.process_time()
        _loop(JOBS)
        ours.append((between - began) / JOBS)
        loop.append((time.process_time() - between) / JOBS)
    yield compared("CPU per job", ours, "a bare loop", loop, unit="µs", scale=1e6, reach=1.5)
    few, many = _memory(5_000), _memory(12_000)
    yield Line(
        measure="peak of memory over the whole batch",
        ours=f"{many / 2**20:.2f} MiB for 12,000 jobs",
        against="ours",
        theirs=f"{few / 2**20:.2f} MiB for 5,000",
        ratio=many / few,
        reach="≤ 1.1",
        met=many <= 1.1 * few,
    )


def _memory(jobs: int) -> int:
    gc.collect()
    tracemalloc.start()
    _run(jobs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _run(jobs: int) -> None:
    inputs: Iterator[UrlScraperParams] = repeat({"url": "https://example.com"}, jobs)
    with Anakin(api_key="k", transport=Provider(), clock=_Jumping()) as client:
        outcomes = client.url_scraper.run_many(inputs, max_in_flight=100, policy=Fixed(1), timeout=_PATIENT)
        assert sum(outcome.error is None for outcome in outcomes) == jobs


def _loop(jobs: int) -> None:
    provider = Provider()
    for _ in range(jobs):
        body = json.dumps({"url": "https://example.com"}).encode()
        submit = Request(method="POST", url="https://api.anakin.io/v1/url-scraper", headers={}, body=body)
        job = json.loads(provider.send(submit, timeout=1).body)["jobId"]
        poll = Request(method="GET", url=f"https://api.anakin.io/v1/url-scraper/{job}", headers={}, body=None)
        assert json.loads(provider.send(poll, timeout=1).body)["status"] == "completed"

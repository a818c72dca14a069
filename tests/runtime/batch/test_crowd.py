"""Countable costs of many waiting jobs do not regress: objects, bytes, wake-ups, calls."""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

from bide_runtime.http.request import Request, Response
from bide_runtime.jobs.min_interval import MinIntervals
from bide_runtime.jobs.record import Record
from bide_runtime.waiting.policies.policy import Fixed

from tests.runtime.acme import KEY, PART, AsyncAcme
from tests.runtime.fakes import LoopClock
from tests.runtime.world import RUNNING


class Server:
    """Answers that every job is running, and records nothing."""

    max_connections = 100

    def __init__(self) -> None:
        self.polls = 0

    async def send(self, request: Request, *, timeout: float) -> Response:
        self.polls += 1
        reply = RUNNING.response()
        return Response(status=200, headers=dict(reply.headers), body=bytes(bytearray(reply.body)))

    async def open(self, request: Request, *, timeout: float) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        pass


class Clock(LoopClock):
    """Counts sleeps."""

    naps = 0

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:
        self.naps += 1
        await super().sleep(seconds, wakeup)


def while_waiting(jobs: int, seen: Callable[[Clock, Server], Any], *, until: float = 5.0) -> Any:
    """The value of *seen* while this many jobs wait, each polled every 10 s from the start."""
    clock, server = Clock(), Server()

    async def main() -> Any:
        async with AsyncAcme(KEY, transport=server, clock=clock) as client:
            handles = [client.jobs(PART).attach(f"j{number}") for number in range(jobs)]
            batch = client.jobs(PART).wait_many(handles, timeout=None, max_in_flight=jobs, policy=Fixed(10.0))
            del handles
            loop = asyncio.ensure_future(anext(batch))
            await asyncio.sleep(until)
            assert jobs == server.polls
            found = seen(clock, server)
            if asyncio.iscoroutine(found):
                found = await found
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
            await batch.close()
            return found

    return clock.run(main())


def held(count: Callable[[], int], jobs: int) -> int:
    def seen(clock: Clock, server: Server) -> int:
        gc.collect()
        return count()

    found: int = while_waiting(jobs, seen)
    return found


def test_a_waiting_job_has_few_objects_for_the_garbage_collector() -> None:
    """A collection over 10,000 jobs must not delay polls. There once were 22 objects per job."""

    def tracked() -> int:
        return len(gc.get_objects())

    # The least of three: threads of other tests may make objects meanwhile.
    assert 8 * 500 >= min(held(tracked, 600) - held(tracked, 100) for _ in range(3))


def test_a_waiting_job_takes_little_memory() -> None:
    """A waiting job holds its last reply, raw and decoded, and less than 2 kB more."""
    held(gc.get_count, 1)
    tracemalloc.start()
    try:
        many, few = (held(lambda: tracemalloc.get_traced_memory()[0], jobs) for jobs in (600, 100))
    finally:
        tracemalloc.stop()

    assert 2200 * 500 >= many - few


def test_jobs_that_are_due_together_wake_the_batch_once() -> None:
    """The batch does not sleep once for each job."""

    async def seen(clock: Clock, server: Server) -> int:
        before = clock.naps
        await asyncio.sleep(10)
        assert 1000 == server.polls
        return clock.naps - before

    assert 4 >= while_waiting(500, seen)


def test_a_poll_of_a_batch_takes_few_calls() -> None:
    """Counts our function calls and asyncio's, from when a poll is due until its job sleeps again."""

    async def seen(clock: Clock, server: Server) -> float:
        calls = 0

        def count(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event == "call"

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            await asyncio.sleep(10)
        finally:
            sys.setprofile(before)
        return calls / (server.polls - 500)

    assert 105 >= while_waiting(500, seen)


def test_min_intervals_of_many_jobs_are_not_pruned_at_each_poll() -> None:
    """10,000 min_intervals are pruned a few times, not at each poll."""
    sorted_out = 0

    class Counting(MinIntervals):
        def _forget(self, now: float) -> None:
            nonlocal sorted_out
            sorted_out += 1
            super()._forget(now)

    min_interval = Counting()
    for number in range(10_000):
        min_interval.claim(Record(PART, f"j{number}"), 0.0)

    assert 2 >= sorted_out

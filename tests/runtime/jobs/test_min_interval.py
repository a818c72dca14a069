"""W3: two polls of one job are at least min_interval apart, whatever the caller, the policy or the server says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.jobs.min_interval import MinIntervals
from bide_runtime.jobs.record import Record
from bide_runtime.waiting.policies.policy import Fixed
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import KEY, PART, WHOLE, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent, TimedTransport, cut_off
from tests.runtime.storms import Steady, Storm, rule, storms
from tests.runtime.world import DONE, MODES, RUNNING, World, error, report, served

Make = Callable[..., World]

SLACK = 1e-6
"""The error of sums of floats, in seconds."""


def closest(times: list[float]) -> float:
    """The shortest time between two polls, in seconds."""
    return min((after - before for before, after in pairwise(sorted(times))), default=float("inf"))


@rule
@given(storms(), st.sampled_from(MODES))
def test_no_sequence_of_replies_breaks_min_interval(storm: Storm, mode: str) -> None:
    """W3: with errors, retry_after, early wake-ups and policies without delays."""
    world, _ = storm.wait(mode)

    assert closest(world.polls) >= storm.min_interval - SLACK


@rule
@given(
    storms(), st.sampled_from(MODES), st.lists(st.sampled_from(["poll", "wait", "get", "soon"]), min_size=2, max_size=6)
)
def test_no_sequence_of_calls_breaks_min_interval(storm: Storm, mode: str, calls: list[str]) -> None:
    """W3: between calls, and between handles of the same job."""
    world = storm.calls(mode, calls)

    assert closest(world.polls) >= storm.min_interval - SLACK


def test_a_policy_without_delays_polls_at_min_interval(world: Make) -> None:
    """W3: a policy that returns 0 gets min_interval."""
    w = world(lambda sent: DONE if sent.at > 4.5 else RUNNING)

    w.do(w.job(PART).wait(policy=Steady(0)))

    assert [0, 1, 2, 3, 4, 5] == pytest.approx(w.polls)


def test_min_interval_counts_from_the_reply(world: Make) -> None:
    """W3: min_interval counts from the reply: a slow request may have reached the server only at its end."""
    w = world(lambda sent: DONE if sent.at > 8 else report("running", takes=3))

    w.do(w.job(PART).wait(policy=Steady(0)))

    assert [0, 4, 8, 12] == pytest.approx(w.polls)


def test_polling_twice_in_a_row_waits_for_min_interval(world: Make) -> None:
    """W3: `poll()` sleeps if it would be too close to the last poll."""
    w = world(served(polls=[RUNNING]))
    job = w.job(PART)

    w.do(job.poll())
    w.do(job.poll())
    w.do(w.job(PART).poll())

    assert [0, 1, 2] == pytest.approx(w.polls)


def test_each_job_has_its_own_min_interval(world: Make) -> None:
    """W3: a poll of one job does not delay a poll of another."""
    w = world(served(polls=[RUNNING]))

    for number in range(5):
        w.do(w.job(PART, f"j{number}").poll())

    assert 0 == w.elapsed


def test_two_kinds_at_one_address_share_min_interval(world: Make) -> None:
    """W3: a job that is polled as two kinds, at the same address, is one job."""
    w = world(served(polls=[RUNNING]))

    w.do(w.job(PART).poll())
    w.do(w.job(WHOLE).poll())

    assert [0, 1] == pytest.approx(w.polls)


def test_a_wait_that_ends_before_its_poll_claims_nothing(world: Make) -> None:
    """W3: waits that end before their first poll do not delay the next poll."""
    w = world(served(polls=[RUNNING, DONE]))
    job = w.job(PART)
    w.do(job.poll())
    for _ in range(20):
        with pytest.raises(JobTimeout):
            w.do(job.wait(timeout=0.01))

    w.do(job.wait(timeout=60))

    assert w.polls[-1] <= 1.3


def _together(*calls: Callable[[AsyncAcme], object], server: Callable[[Sent], Reply]) -> list[float]:
    """Make the calls concurrently; returns the times of the polls."""
    clock = LoopClock()
    transport = AsyncFakeTransport(server, clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            await asyncio.gather(*(call(client) for call in calls), return_exceptions=True)  # type: ignore[call-overload]

    clock.run(main())
    return [sent.at for sent in transport.requests]


def test_two_waits_share_min_interval() -> None:
    """W3: two tasks that wait for the same job keep min_interval together."""

    async def wait(client: AsyncAcme) -> None:
        with suppress(JobTimeout):
            await client.jobs(PART).attach("j1").wait(timeout=9, policy=Steady(0))

    polls = _together(wait, wait, wait, server=lambda sent: report("running", takes=0.3))

    assert closest(polls) >= 1 - SLACK
    assert len(polls) >= 6


@rule
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.2, 12)), min_size=2, max_size=6), st.floats(0, 1.5))
def test_waits_that_share_min_interval_end_in_time(waits: list[tuple[float, float]], takes: float) -> None:
    """W1, W3: a wait whose next poll was taken by others does not pass its deadline."""
    clock = LoopClock()
    transport = AsyncFakeTransport(lambda sent: report("running", takes=takes), clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")

            async def wait(start: float, timeout: float) -> None:
                await asyncio.sleep(start)
                with suppress(JobTimeout):
                    await job.wait(timeout=timeout, policy=Steady(0))
                late.append(clock.now() - start - timeout)

            await asyncio.gather(*(wait(start, timeout) for start, timeout in waits))

    late: list[float] = []
    clock.run(main())

    assert max(late) <= SLACK
    assert closest([sent.at for sent in transport.requests]) >= 1 - SLACK


@pytest.mark.parametrize("first", [cut_off(), error(503), error(429, retry_after="5")])
def test_a_retried_poll_claims_min_interval_again(first: Reply) -> None:
    """W3: after a backoff longer than min_interval, `poll()` checks for polls of other waits."""
    replies = [first, first, first]

    async def poll(client: AsyncAcme) -> None:
        await client.jobs(PART).attach("j1").poll()

    async def wait(client: AsyncAcme) -> None:
        await asyncio.sleep(0.4)
        await client.jobs(PART).attach("j1").wait(timeout=20, policy=Fixed(1.3))

    polls = _together(poll, wait, poll, server=lambda sent: replies.pop() if replies else RUNNING)

    assert closest(polls) >= 1 - SLACK
    assert len(polls) >= 5


def test_threads_share_min_interval() -> None:
    """W3, W16: threads that poll the same job through one client keep min_interval together."""
    clock = SystemClock(speed=10)

    class Real(TimedTransport):
        def send(self, request, *, timeout):  # type: ignore[no-untyped-def]  # as in the base
            return self.take(request, timeout).response()

    transport = Real(served(polls=[RUNNING]), clock)
    client = Acme(KEY, transport=transport, clock=clock)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(client.jobs(PART).get, "j1") for _ in range(5)]:
            done.result()

    assert 5 == len(transport.requests)
    assert closest([sent.at for sent in transport.requests]) >= 1 - 0.3


def test_min_intervals_of_old_jobs_are_dropped() -> None:
    """A client that runs for months does not grow with every job that it has polled."""
    min_interval = MinIntervals()
    for number in range(5000):
        assert float(number) == min_interval.claim(Record(PART, f"j{number}"), float(number))
        assert len(min_interval._free_at) <= 4096


def test_no_active_min_interval_is_dropped() -> None:
    """W3: of many thousand jobs at once, each keeps its own."""
    min_interval = MinIntervals()
    for number in range(5000):
        min_interval.claim(Record(PART, f"j{number}"), 100.0)

    assert 101.0 == min_interval.claim(Record(PART, "j0"), 100.5)
    for number in range(10_000):
        assert 200.0 + number == min_interval.claim(Record(PART, f"late{number}"), 200.0 + number)
    assert 4096 >= len(min_interval._free_at)

"""Batches: how inputs are read, the order of outcomes, and counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any
from weakref import WeakSet

import pytest

from tests.live.brook_server import DROP, BrookServer, refuses
from tests.live.driver import Driver

IN_FLIGHT = 5


class Input(dict[str, Any]):
    """An input that can be weakly referenced."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # a weak set needs it


def test_inputs_are_read_lazily(driver: Driver, package: ModuleType) -> None:
    """Of a million inputs, only those of started jobs are read, and those of ended jobs are released."""
    taken = 0
    alive: WeakSet[Input] = WeakSet()

    def inputs() -> Iterator[Input]:
        nonlocal taken
        for number in range(1_000_000):
            taken += 1
            alive.add(each := Input(name=f"n{number}"))
            yield each

    with BrookServer() as server:
        client = driver.client(package, server.url)
        batch = client.task.run_many(inputs(), max_in_flight=IN_FLIGHT)
        ended, most_alive = set(), 0
        for number, outcome in enumerate(driver.each(batch)):
            ended.add(outcome.job.id)
            del outcome
            most_alive = max(most_alive, len(alive))
            if number == 60:
                break
        driver.call(batch.close)
        assert taken <= 61 + IN_FLIGHT + 1
        assert most_alive <= IN_FLIGHT + 10  # a few threads hold references to their last request
        assert set(server.jobs) - ended == {job.id for job in batch.running}


def test_in_order_bounds_the_outcomes_held_back(driver: Driver, package: ModuleType) -> None:
    """With `in_order`, a slow first job does not make the others pile up."""
    taken: list[int] = []

    def inputs() -> Iterator[dict[str, str]]:
        for number in range(40):
            taken.append(number)
            yield {"name": f"n{number}"}

    with BrookServer(polls=[refuses(503, retry_after="0.4")]) as server:
        client = driver.client(package, server.url)
        batch = client.task.run_many(inputs(), max_in_flight=IN_FLIGHT, in_order=True)
        outcomes = driver.each(batch)
        first = next(outcomes)
        assert first.index == 0
        assert len(taken) <= IN_FLIGHT + 1
        assert list(range(1, 40)) == [outcome.index for outcome in outcomes]


BAD: list[Any] = [{}, {"nome": "x"}, {"name": "x", "more": 1}, 7, None, "name", {"name": object()}, {7: "x"}]


def test_an_invalid_input_is_one_failed_outcome(driver: Driver, package: ModuleType) -> None:
    """It does not end the batch, and nothing is sent for it."""
    inputs = [each for bad in BAD for each in (bad, {"name": "good"})]
    with BrookServer() as server:
        client = driver.client(package, server.url)
        outcomes = sorted(driver.each(client.task.run_many(inputs)), key=lambda outcome: outcome.index)
        assert len(inputs) == len(outcomes)
        for outcome in outcomes:
            if outcome.index % 2:
                assert outcome.result.text == "good"
            else:
                assert isinstance(outcome.error, package.InvalidArgument), outcome
                assert outcome.job is None
        assert len(BAD) == len(server.jobs)


def test_handles_are_waited_for_together(driver: Driver, package: ModuleType) -> None:
    """`wait_many` takes jobs that run, are done, or failed, and one handle twice; inputs are the handles."""
    with BrookServer(lasts=0.2) as server:
        client = driver.client(package, server.url)
        jobs = [driver.call(client.task.submit, name=name) for name in ("a", "bad", "c", "d")]
        driver.call(jobs[3].wait)
        polls = len(server.jobs[jobs[3].id].polls)
        again = client.task.resume(jobs[0].token)
        outcomes = list(driver.each(client.task.wait_many([*jobs, jobs[0], again], in_order=True)))
        assert [0, 1, 2, 3, 4, 5] == [outcome.index for outcome in outcomes]
        assert ["a", None, "c", "d", "a", "a"] == [
            outcome.value.text if outcome.is_ok else None for outcome in outcomes
        ]
        assert outcomes[0].input is jobs[0]
        assert isinstance(outcomes[1].error, package.JobFailed)
        with pytest.raises(package.JobFailed):
            _ = outcomes[1].result
        assert polls == len(server.jobs[jobs[3].id].polls)
        assert min(job.closest for job in server.jobs.values()) > 0.038


def test_the_timeout_of_wait_many_is_for_each_job(driver: Driver, package: ModuleType) -> None:
    """Jobs that time out are outcomes with a token, and the others continue."""
    with BrookServer(polls=[refuses(503, retry_after="60")]) as server:
        client = driver.client(package, server.url)
        jobs = [driver.call(client.task.submit, name=f"n{number}") for number in range(4)]
        outcomes = list(driver.each(client.task.wait_many(jobs, timeout=2)))
        failed = [outcome for outcome in outcomes if not outcome.is_ok]
        assert (4, 1) == (len(outcomes), len(failed))
        assert isinstance(failed[0].error, package.JobTimeout)
        assert failed[0].error.token == failed[0].job.token == failed[0].input.token


def test_counts_add_up(driver: Driver, package: ModuleType) -> None:
    """Each update counts every input once; counts grow, and the last one has all jobs."""
    tallies: list[Any] = []
    names = [f"{'bad' if number % 3 == 0 else 'n'}{number}" for number in range(20)]
    with BrookServer(lasts=0.1, submits=[None, DROP, refuses(400)]) as server:
        client = driver.client(package, server.url)
        inputs = [{"name": name} for name in names] + [{}]
        outcomes = list(driver.each(client.task.run_many(inputs, max_in_flight=6, on_update=tallies.append)))
    for counts in tallies:
        assert counts.ended == counts.succeeded + counts.failed <= counts.taken <= counts.total == 21
        assert sum(counts.states.values()) <= counts.taken
        assert (
            counts.states.get(package.State.SUCCEEDED, 0) >= counts.succeeded
        )  # final, but the result is not fetched yet
        assert counts.taken - counts.ended <= 6
        assert counts.elapsed >= 0
    for earlier, later in pairwise(tallies):
        assert earlier.taken <= later.taken
        assert earlier.ended <= later.ended
        assert earlier.elapsed <= later.elapsed
    last = tallies[-1]
    assert 21 == last.ended == last.taken
    assert 0 == last.time_left
    assert last.states[package.State.FAILED] == sum(isinstance(each.error, package.JobFailed) for each in outcomes)
    assert 21 - 3 == sum(last.states.values())


@pytest.mark.parametrize("kind", ["task", "ration"])
def test_a_429_delays_all_jobs_of_its_bucket(kind: str, driver: Driver, package: ModuleType) -> None:
    """One 429 delays the polls of every job of the batch by retry_after, with or without a rate."""
    seen: list[tuple[float, float, Any]] = []

    def observe(send_with_retries: Any) -> None:
        now = time.monotonic()
        seen.append((now - send_with_retries.seconds / 4, now, send_with_retries))

    with BrookServer(polls=[refuses(429, retry_after="1.6")], lasts=0.1) as server:
        client = driver.client(package, server.url, speed=4, observer=observe)
        driver.call(client.keyed.submit, name="warm")
        list(
            driver.each(
                getattr(client, kind).run_many([{"name": f"n{number}"} for number in range(45)], max_in_flight=45)
            )
        )
        (refused,) = [ended for _, ended, send_with_retries in seen if send_with_retries.status == 429]
        on_their_way = 0.1
        later = [began - refused for began, _, send_with_retries in seen if send_with_retries.method == "GET"]
        after = [late for late in later if late > on_their_way]
        assert 0.39 < min(after)


def test_slow_inputs_do_not_delay_running_jobs(package: ModuleType) -> None:
    """While an input is awaited, jobs are polled: each outcome is returned as its job ends."""

    async def inputs() -> AsyncIterator[dict[str, str]]:
        for number in range(4):
            yield {"name": f"n{number}"}
            await ended.acquire()

    async def many(server: BrookServer) -> list[Any]:
        async with package.AsyncBrook("key", base_url=server.url) as client, asyncio.timeout(20):
            indices = []
            async for outcome in client.task.run_many(inputs()):
                indices.append(outcome.index)
                ended.release()
            return indices

    ended = asyncio.Semaphore(0)
    with BrookServer(lasts=0.05) as server:
        assert [0, 1, 2, 3] == asyncio.run(many(server))


@pytest.mark.parametrize("size", [0, -1, 2.5, "7", None])
def test_max_in_flight_must_be_positive(size: Any, driver: Driver, package: ModuleType) -> None:
    """Any other value is refused before an input is read."""
    with BrookServer() as server:
        client = driver.client(package, server.url)
        with pytest.raises(package.InvalidArgument):
            list(driver.each(client.task.run_many([{"name": "a"}], max_in_flight=size)))
        assert 0 == len(server.jobs)

"""Leaving a batch in any way: every existing job was returned or is in `running`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook_server import HANG, BrookServer, said
from tests.live.driver import SLACK, Driver
from tests.runtime.engines.server import Peer, Received

IN_FLIGHT = 5


@pytest.mark.parametrize("how", ["break", "raise", "interrupt", "in on_update", "in the inputs"])
def test_leaving_early_leaves_no_job_without_a_handle(how: str, driver: Driver, package: ModuleType) -> None:
    """Each job of the server was returned or is in `running`, and the handles are usable."""
    updates = 0

    def watched(_counts: Any) -> None:
        nonlocal updates
        updates += 1
        if how == "in on_update" and updates == 12:
            raise KeyboardInterrupt

    def inputs() -> Iterator[dict[str, str]]:
        for number in range(100):
            if how == "in the inputs" and number == 12:
                raise KeyboardInterrupt
            yield {"name": f"n{number}"}

    out: list[str] = []
    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        batch = client.task.run_many(inputs(), max_in_flight=IN_FLIGHT, on_update=watched)
        with contextlib.suppress(KeyboardInterrupt, ArithmeticError):
            for outcome in driver.each(batch):
                out.append(outcome.job.id)
                if how == "break" and len(out) == 7:
                    break
                if how == "raise" and len(out) == 7:
                    raise ArithmeticError
                if how == "interrupt" and len(out) == 7:
                    raise KeyboardInterrupt
        running = {job.id for job in batch.running}
        driver.call(batch.close)
        driver.call(batch.close)
        assert running <= {job.id for job in batch.running}
        assert sorted(server.jobs) == sorted([*out, *(job.id for job in batch.running)])
        assert 0 < len(batch.running) <= IN_FLIGHT
        submits = len(server.submits)
        for job in batch.running:
            assert driver.call(job.wait, timeout=5).text
        assert submits == len(server.submits)


@pytest.mark.parametrize("updates", range(1, 26, 2))
def test_an_interrupt_at_any_update_loses_nothing(updates: int, driver: Driver, package: ModuleType) -> None:
    """After a callback raised, the batch continues where it was."""
    seen = 0

    def watched(_counts: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == updates:
            raise KeyboardInterrupt

    out: list[str] = []
    with BrookServer() as server:
        client = driver.client(package, server.url, speed=4)
        batch = client.task.run_many(
            [{"name": f"n{number}"} for number in range(9)], max_in_flight=3, on_update=watched
        )
        for _ in range(2):
            with contextlib.suppress(KeyboardInterrupt):
                for outcome in driver.each(batch):
                    out.append(outcome.job.id)
        assert 9 == len(server.jobs)
        assert sorted(server.jobs) == sorted(out)
        assert [] == batch.running


def test_leaving_during_submits_waits_for_their_replies(driver: Driver, package: ModuleType) -> None:
    """A job whose submit is in flight gets a handle; nothing is submitted after that."""

    def slow(peer: Peer, request: Received) -> None:
        peer.stopping.wait(0.3)
        name = json.loads(request.body)["name"]
        (id,) = (job.id for job in server.jobs.values() if job.name == name)
        peer.send(said("201 Created", id=id, status="waiting"))

    with BrookServer(submits=[None, slow]) as server:
        client = driver.client(package, server.url)
        batch = client.task.run_many(({"name": f"n{number}"} for number in range(50)), max_in_flight=2)
        first = next(iter(driver.each(batch)))
        began = time.monotonic()
        driver.call(batch.close)
        assert time.monotonic() - began < 0.3 + SLACK
        assert {*server.jobs} == {first.job.id, *(job.id for job in batch.running)}
        before = len(server.submits)
        driver.idle(0.1)
        assert before == len(server.submits)


def test_a_closed_client_ends_its_batches(driver: Driver, package: ModuleType) -> None:
    """The loop raises `ClientClosed`, every job is in `running`, and another client can resume the tokens."""
    with BrookServer(lasts=0.3) as server:
        client, other = driver.client(package, server.url), driver.client(package, server.url)
        batch = client.task.run_many([{"name": f"n{number}"} for number in range(30)], max_in_flight=10)
        outcomes = driver.each(batch)
        out = [next(outcomes).job.id]
        driver.call(client.close)
        with pytest.raises(package.ClientClosed):
            list(outcomes)
        assert {*server.jobs} == {*out, *(job.id for job in batch.running)}
        for job in batch.running:
            assert driver.call(other.task.resume(job.token).wait, timeout=5).text


def test_leaving_closes_an_async_iterable(package: ModuleType) -> None:
    """Leaving while the next input is awaited leaves no task, and every job in `running`."""
    closed: list[bool] = []

    async def inputs() -> AsyncIterator[dict[str, str]]:
        try:
            for number in range(3):
                yield {"name": f"n{number}"}
            await asyncio.sleep(3600)
        finally:
            closed.append(True)

    async def leave(server: BrookServer) -> None:
        async with package.AsyncBrook("key", base_url=server.url) as client:
            async with client.task.run_many(inputs()) as batch:
                async for outcome in batch:
                    out = outcome.job.id
                    break
            assert {*server.jobs} == {out, *(job.id for job in batch.running)}
            assert {asyncio.current_task()} == asyncio.all_tasks()
            assert [True] == closed

    with BrookServer(lasts=0.05) as server:
        asyncio.run(leave(server))


def test_an_error_of_the_inputs_loses_nothing(driver: Driver, package: ModuleType) -> None:
    """The loop raises the exception of the iterable; continuing waits for the running jobs."""

    def inputs() -> Iterator[dict[str, str]]:
        yield {"name": "a"}
        yield {"name": "b"}
        raise LookupError("no more")

    async def slowly() -> AsyncIterator[dict[str, str]]:
        for each in inputs():
            await asyncio.sleep(0)
            yield each

    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        for source in [inputs, *([slowly] if driver.is_async else [])]:
            server.jobs.clear()
            batch = client.task.run_many(source())
            with pytest.raises(LookupError, match="no more"):
                list(driver.each(batch))
            out = [outcome.job.id for outcome in driver.each(batch)]
            driver.call(batch.close)
            assert sorted(server.jobs) == sorted([*out, *(job.id for job in batch.running)])


def test_a_batch_with_a_hanging_poll_closes_soon(driver: Driver, package: ModuleType) -> None:
    """Leaving takes no longer than the HTTP timeout of the poll, and keeps the handle."""
    with BrookServer(polls=[None, None, HANG]) as server:
        client = driver.client(package, server.url, timeout=0.6)
        batch = client.task.run_many([{"name": "a"}, {"name": "b"}, {"name": "c"}])
        out = [outcome.job.id for _, outcome in zip(range(2), driver.each(batch), strict=False)]
        began = time.monotonic()
        driver.call(batch.close)
        assert time.monotonic() - began < 0.6 + SLACK
        assert sorted(server.jobs) == sorted([*out, *(job.id for job in batch.running)])

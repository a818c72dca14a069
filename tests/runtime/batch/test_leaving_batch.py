"""Leaving a batch: by `break`, an error, a cancellation, or a closed client. No job is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Any

import pytest
from bide_runtime.batch.counts import Counts
from bide_runtime.clients.batches.async_job_batch import AsyncJobBatch
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import ClientClosed
from bide_runtime.jobs.errors import SubmitUncertain
from bide_runtime.waiting.policies.policy import Fixed

from tests.runtime.acme import APART, KEY, PART, Acme, AsyncAcme, Page
from tests.runtime.batch.factory import Factory, Many, urls
from tests.runtime.fakes import Reply, TimedTransport, cut_off
from tests.runtime.world import DONE, RUNNING, TICKET, World, error, served


def test_leaving_early_leaves_no_job_without_a_handle() -> None:
    """After leaving a batch early, `running` has the jobs that were not returned, and no request is in flight."""
    factory = Factory(lambda number: 3.0 * (number + 1))
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        async with client.jobs(PART).run_many(urls(10), max_in_flight=4) as batch:
            first = await anext(batch)
        assert first.job is not None
        sent = len(many.transport.requests)
        await asyncio.sleep(100)
        assert sent == len(many.transport.requests)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        return [first.job.id, *(job.id for job in batch.running)]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)


def test_leaving_during_submits_leaves_no_job_without_a_handle() -> None:
    """A submit that is in flight when the batch is closed still gets its handle."""
    factory = Factory(lambda number: 1000.0)
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        batch = client.jobs(PART).run_many(urls(10), max_in_flight=4)
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(0.05)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        await batch.close()
        assert {asyncio.current_task()} == asyncio.all_tasks()
        return [job.id for job in batch.running]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)
    assert 4 == len(factory.submitted)


def test_a_cancelled_batch_can_continue_or_be_closed() -> None:
    """W12, W16: cancelling one step of the iteration loses nothing; the next step continues."""
    many = Many(Factory(lambda number: 10.0))

    async def main(client: AsyncAcme) -> list[Any]:
        batch = client.jobs(PART).run_many(urls(3))
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.9):
                    await anext(batch)
        return [outcome async for outcome in batch]

    outcomes = many.run(main)

    assert [True] * 3 == [outcome.is_ok for outcome in outcomes]


def test_an_error_of_the_inputs_is_raised_unchanged() -> None:
    """An exception of the user's iterable is raised unchanged, and the existing jobs are not lost."""
    factory = Factory(lambda number: 5.0)
    many = Many(factory)

    def inputs() -> Iterator[dict[str, str]]:
        yield {"url": "a"}
        yield {"url": "b"}
        raise LookupError("no more")

    async def main(client: AsyncAcme) -> list[str]:
        seen = []
        async with client.jobs(PART).run_many(inputs(), max_in_flight=2) as batch:
            try:
                async for outcome in batch:
                    assert outcome.job is not None
                    seen.append(outcome.job.id)
            except LookupError as error:
                seen.append(str(error))
        return seen + [job.id for job in batch.running]

    known = many.run(main)

    assert sorted([*factory.submitted, "no more"]) == sorted(known)


def test_closing_the_client_ends_a_batch() -> None:
    """W12: closing the client during a batch raises `ClientClosed`, and `running` has the handles."""
    factory = Factory(lambda number: 50.0)
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        batch = client.jobs(PART).run_many(urls(3))
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(5)
        await client.close()
        with pytest.raises(ClientClosed, match=r"`running` has their handles$"):
            await step
        with pytest.raises(StopAsyncIteration):
            await anext(batch)
        return [job.id for job in batch.running]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)
    assert many.now < 6


def test_closing_the_client_during_submits_reports_uncertain_jobs() -> None:
    """W11, W12: an interrupted submit has no handle, but is listed in `uncertain`."""
    many = Many(lambda sent: Reply({"id": "j1", "status": "queued"}, 202, takes=2.0))

    async def main(client: AsyncAcme) -> AsyncJobBatch[Any, Any, Any]:
        batch = client.jobs(PART).run_many(urls(3))
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(1)
        await client.close()
        with pytest.raises(ClientClosed, match="3 submits that may have made a job") as caught:
            await step
        assert caught.value.may_have_arrived
        return batch

    batch = many.run(main)

    assert [] == batch.running
    assert [0, 1, 2] == sorted(outcome.index for outcome in batch.uncertain)
    assert all(isinstance(outcome.error, SubmitUncertain) for outcome in batch.uncertain)


@pytest.mark.parametrize("in_order", [False, True])
def test_a_lost_submit_that_was_not_returned_is_uncertain(in_order: bool) -> None:
    """W11, W12: after leaving early, `uncertain` lists submits without a reply."""
    many = Many(
        lambda sent: cut_off() if sent.json == {"url": "u1"} else RUNNING if sent.line.startswith("GET") else TICKET
    )

    async def main(client: AsyncAcme) -> list[int]:
        async with client.jobs(PART).run_many(urls(3), in_order=in_order, on_update=_leave) as batch:
            with pytest.raises(ZeroDivisionError):
                await anext(batch)
        return [outcome.index for outcome in batch.uncertain]

    assert [1] == many.run(main)


def _leave(counts: Counts) -> None:
    if counts.ended:
        raise ZeroDivisionError


def test_leaving_a_blocking_batch_early_leaves_no_job_without_a_handle() -> None:
    """The `with` block closes the batch, and `running` has the remaining jobs."""
    factory = Factory(lambda number: 3.0 * (number + 1))
    world = World("sync", factory)
    world.clock.grace = 0.02

    with world.jobs(PART).run_many(urls(6), max_in_flight=3) as batch:
        first = next(batch)
    ids = [first.job.id, *(job.id for job in batch.running)]

    assert sorted(factory.submitted) == sorted(ids)
    with pytest.raises(StopIteration):
        next(batch)


def test_a_lost_submit_of_a_blocking_batch_is_uncertain() -> None:
    """W11: after leaving a blocking batch early, `uncertain` lists submits without a reply."""
    world = World("sync", lambda sent: cut_off())

    with world.jobs(PART).run_many(urls(2), on_update=_leave) as batch, pytest.raises(ZeroDivisionError):
        next(batch)

    assert 1 <= len(world.sent) == len(batch.uncertain)


def test_an_error_of_a_blocking_callback_loses_no_outcome() -> None:
    """After `on_update` raised, the iteration continues where it was."""
    calls = count()

    def callback(counts: Counts) -> None:
        if next(calls) == 2:
            raise LookupError("mine")

    world = World("sync", served(submit=[Reply({"id": "j1"}), Reply({"id": "j2"})], polls=[RUNNING, RUNNING, DONE]))
    world.clock.grace = 0.02
    batch = world.jobs(PART).run_many(urls(2), max_in_flight=1, on_update=callback)
    with pytest.raises(LookupError):
        list(batch)

    assert [0, 1] == [outcome.index for outcome in batch]


@pytest.mark.parametrize("when", [0.05, 1.0, 2.05])
def test_a_cancelled_loop_over_a_batch_leaks_no_task(when: float) -> None:
    """W16: after a task with an `async for` is cancelled and the client closed, no request is in flight."""
    many = Many(Factory(lambda number: 50.0))

    async def slowly() -> AsyncIterator[dict[str, str]]:
        for one in urls(3):
            yield one
        await asyncio.sleep(1000)

    async def main(client: AsyncAcme) -> None:
        async def loop() -> None:
            async for _ in client.jobs(PART).run_many(slowly(), policy=Fixed(2)):
                pass

        task = asyncio.ensure_future(loop())
        await asyncio.sleep(when)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    many.run(main)

    # Requests in flight were cancelled.
    assert many.now == pytest.approx(when)


def test_the_error_of_a_closed_client_points_to_running() -> None:
    """The error names `running`."""
    world = World("sync", served(submit=[Reply({"id": "j1"})], polls=[RUNNING]))
    world.clock.grace = 0.02
    batch = world.jobs(PART).run_many(urls(1))
    world.client.close()

    with pytest.raises(ClientClosed, match=r"`running` has their handles$"):
        next(batch)
    with pytest.raises(StopIteration):
        next(batch)


def test_leaving_a_batch_releases_the_fetch_of_a_result() -> None:
    """A cancelled wait whose result was not ready does not block other waits for the same job."""
    many = Many(served(polls=[DONE], result=[error(409), Reply({"text": "hello"})]))

    async def main(client: AsyncAcme) -> str:
        jobs = client.cancellable(APART)
        job = jobs.attach("j1")
        batch = jobs.wait_many([job])
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(0.5)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        await batch.close()
        page: Page = await job.wait(timeout=20)
        return page.text

    assert "hello" == many.run(main)


def test_an_exception_of_a_sending_thread_leaves_the_batch() -> None:
    """One that is no `Exception`, such as `SystemExit`, is raised where the batch is read."""

    class Broken(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            raise SystemExit(7)

    clock = SystemClock()
    client = Acme(KEY, transport=Broken(served(), clock), clock=clock)
    with pytest.raises(SystemExit):
        list(client.jobs(PART).run_many(urls(1)))

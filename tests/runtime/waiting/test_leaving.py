"""W12: leaving a wait, and cancelling the job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import ClientClosed
from bide_runtime.http.errors import NotFound, PermissionDenied
from bide_runtime.jobs.errors import (
    JobCancelled,
    JobTimeout,
    SubmitUncertain,
)
from bide_runtime.waiting.policies.policy import Fixed
from msgspec.structs import replace

from tests.runtime.acme import APART, KEY, PART, Acme, AsyncAcme
from tests.runtime.fakes import (
    AsyncFakeTransport,
    FakeClock,
    FakeTransport,
    LoopClock,
    Reply,
    TimedTransport,
    cut_off,
)
from tests.runtime.world import (
    DONE,
    PAGE,
    RUNNING,
    STOPPED,
    TICKET,
    World,
    error,
    report,
    served,
)

Make = Callable[..., World]


def test_a_timeout_does_not_cancel_the_job(world: Make) -> None:
    """W12: nothing is sent to the provider at the deadline, and the handle can be used again."""
    w = world(served(polls=[*[RUNNING] * 6, DONE], result=[PAGE], cancel=[Reply({})]))
    job = w.job(APART)
    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=5))

    assert not any("cancel" in line for line in w.lines)
    assert not job.is_done
    assert "hello" == w.do(job.wait()).text


def test_cancel_on_timeout_cancels_the_job(world: Make) -> None:
    """W12: once, at the deadline, and `JobTimeout` is still raised."""
    w = world(served(polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert "POST /v2/jobs/j1/cancel" == w.lines[-1]
    assert 1 == sum("cancel" in line for line in w.lines)
    assert "j1" == caught.value.job_id


def test_cancel_on_timeout_of_run(world: Make) -> None:
    """W12: the same for `run`."""
    w = world(served(submit=[TICKET], polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout):
        w.do(w.jobs(APART).run(url="u", timeout=5, cancel_on_timeout=True))

    assert "POST /v2/jobs/j1/cancel" == w.lines[-1]


@pytest.mark.parametrize(
    "answer", [cut_off(), error(500), error(404), Reply(b"", 200, takes=100)], ids=["cut", "500", "404", "slow"]
)
def test_a_failed_cancel_does_not_hide_the_timeout(world: Make, answer: Reply) -> None:
    """W12: `JobTimeout` is still raised, soon, and says that cancelling failed."""
    w = world(served(polls=[RUNNING], cancel=[answer]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert w.elapsed <= 10.001
    assert "cancelling it failed" in str(caught.value)
    assert caught.value.advice in str(caught.value)


def test_a_job_that_is_done_is_not_cancelled(world: Make) -> None:
    """W12: if only the result is late, nothing is cancelled."""
    w = world(served(polls=[DONE], result=[error(409)], cancel=[Reply({})]))

    with pytest.raises(JobTimeout):
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert not any("cancel" in line for line in w.lines)


def test_cancel_is_retried(world: Make) -> None:
    """W12: cancelling is idempotent."""
    w = world(served(polls=[STOPPED], cancel=[error(503), cut_off(), Reply({}, 202)]))
    job = w.job(APART)

    w.do(job.cancel())

    assert ["POST /v2/jobs/j1/cancel"] * 3 == w.lines
    with pytest.raises(JobCancelled):
        w.do(job.wait())


def test_a_refused_cancel_has_the_job(world: Make) -> None:
    """W12: an error of `cancel` has the job."""
    w = world(served(cancel=[error(404)]))

    with pytest.raises(NotFound) as caught:
        w.do(w.job(APART).cancel())

    assert "j1" == caught.value.job_id


def test_ctrl_c_leaves_the_handle_usable() -> None:
    """W12: an interrupt during a sleep or a request is raised, and the wait can be repeated."""

    class Interrupted(FakeClock):
        def sleep(self, seconds: float, wakeup: Event) -> None:
            super().sleep(seconds, wakeup)
            if len(self.naps) == 2:
                raise KeyboardInterrupt

    clock = Interrupted()
    transport = FakeTransport(lambda sent: DONE if sent.at > 20 else RUNNING, clock)
    job = Acme(KEY, transport=transport, clock=clock).jobs(PART).attach("j1")
    with pytest.raises(KeyboardInterrupt):
        job.wait(timeout=60)

    assert "hello" == job.wait(timeout=60).text


@pytest.mark.parametrize("when", [0.05, 1.5, 3.05])
def test_a_cancelled_task_leaves_the_handle_usable(when: float) -> None:
    """W12, W16: cancelling the waiting task takes effect at once, leaks nothing, and sends nothing."""
    clock = LoopClock()
    transport = AsyncFakeTransport(
        lambda sent: report("done" if sent.at > 5 else "running", page={"text": "x"}, takes=0.1), clock
    )

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")
            task = asyncio.ensure_future(job.wait(timeout=60, policy=Fixed(3)))
            await asyncio.sleep(when)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert when == pytest.approx(clock.now())
            assert {asyncio.current_task()} == asyncio.all_tasks()
            assert "x" == (await job.wait(timeout=60)).text

    clock.run(main())

    assert all("GET" == sent.request.method for sent in transport.requests)


def test_asyncio_timeout_ends_a_wait() -> None:
    """W12, W16: `asyncio.timeout` around a wait ends it in time."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(polls=[RUNNING]), clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(7):
                    await client.jobs(PART).attach("j1").wait(timeout=None)

    clock.run(main())

    assert 7 == pytest.approx(clock.now())


def test_closing_the_client_ends_a_wait() -> None:
    """W12: the wait raises `ClientClosed` at once, with the job."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(polls=[RUNNING]), clock)

    async def main() -> None:
        client = AsyncAcme(KEY, transport=transport, clock=clock)
        task = asyncio.ensure_future(client.jobs(PART).attach("j1").wait(timeout=None, policy=Fixed(100)))
        await asyncio.sleep(5)
        await client.close()
        with pytest.raises(ClientClosed) as caught:
            await task
        assert "j1" == caught.value.job_id
        assert 5 == pytest.approx(clock.now())

    clock.run(main())


def test_closing_a_blocking_client_ends_a_wait_in_another_thread() -> None:
    """W12, W16: the same between threads: the sleep ends at once."""
    clock = SystemClock()
    polled = Event()

    class Real(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            polled.set()
            return RUNNING.response()

    client = Acme(KEY, transport=Real(served(), clock), clock=clock)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.jobs(PART).attach("j1").wait, timeout=None, policy=Fixed(3600))
        assert polled.wait(5)
        client.close()
        error = waiting.exception(timeout=5)

    assert isinstance(error, ClientClosed)
    assert "j1" == error.job_id


def test_a_timeout_that_cancelled_the_job_says_so(world: Make) -> None:
    """W12: the advice of a cancelled job is not to wait again."""
    w = world(served(polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout, match="The provider was asked to cancel it") as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert "wait() again" not in str(caught.value)


def test_closing_the_client_between_two_attempts_of_a_submit_is_uncertain() -> None:
    """W11: the first attempt was lost and may have arrived, so the job may exist."""
    clock = LoopClock()
    transport = AsyncFakeTransport(lambda sent: cut_off(), clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            submitting = asyncio.ensure_future(client.cancellable(APART).submit(url="u"))
            await asyncio.sleep(0.1)
            await client.close()
            with pytest.raises(SubmitUncertain) as caught:
                await submitting
        assert caught.value.idempotency_key is not None

    clock.run(main())

    assert 1 == len(transport.requests)


OVER = replace(APART, lifecycle=replace(APART.lifecycle, cancel_over=frozenset({400, 409})))


@pytest.mark.parametrize("status", [400, 409])
def test_cancelling_a_job_that_is_over_is_no_error(world: Make, status: int) -> None:
    """W12: where the spec says by which HTTP status the provider says so."""
    w = world(served(cancel=[error(status)]))

    w.do(w.job(OVER).cancel())

    assert 1 == len(w.sent)


def test_any_other_refusal_of_a_cancellation_is_raised(world: Make) -> None:
    """W12: the job may still be running."""
    w = world(served(cancel=[error(403)]))

    with pytest.raises(PermissionDenied):
        w.do(w.job(OVER).cancel())


def test_a_job_that_is_known_to_be_over_is_not_cancelled(world: Make) -> None:
    """W12: nothing is sent."""
    w = world(served(polls=[STOPPED]))
    job = w.job(APART)
    w.do(job.poll())

    w.do(job.cancel())

    assert 1 == len(w.sent)
    with pytest.raises(JobCancelled):
        w.do(job.wait())

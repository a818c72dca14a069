"""Closing a client ends its waits soon, with a clear error."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook_server import HANG, BrookServer
from tests.live.driver import SLACK
from tests.live.interruption import WHERE, nothing_is_left

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "wait": lambda client, job: job.wait(timeout=60),
    "poll": lambda client, job: job.poll(),
    "result": lambda client, job: job.result(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("where", WHERE)
def test_closing_the_client_ends_threads_that_wait(call: str, where: str, package: ModuleType) -> None:
    """Each raises `ClientClosed` soon, with the job and its token."""
    with BrookServer(polls=WHERE[where] * 3) as server, ThreadPoolExecutor(3) as pool:
        client = package.Brook("key", base_url=server.url, timeout=30)
        jobs = [client.task.submit(name="x") for _ in range(3)]
        waits = [pool.submit(CALLS[call], client, job) for job in jobs]
        time.sleep(0.3)
        began = time.monotonic()
        client.close()
        for job, wait in zip(jobs, waits, strict=True):
            error = wait.exception(timeout=5)
            _is_closing(package, error, job)
        assert time.monotonic() - began < SLACK
        server.settle(0)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("where", WHERE)
def test_closing_the_client_ends_tasks_that_wait(call: str, where: str, package: ModuleType) -> None:
    """Each raises `ClientClosed` soon, with the job and its token."""

    async def close() -> None:
        client = package.AsyncBrook("key", base_url=server.url, timeout=30)
        jobs = [await client.task.submit(name="x") for _ in range(3)]
        waits = [asyncio.create_task(CALLS[call](client, job)) for job in jobs]
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await client.close()
        ended = await asyncio.gather(*waits, return_exceptions=True)
        assert time.monotonic() - began < SLACK
        for job, error in zip(jobs, ended, strict=True):
            _is_closing(package, error, job)
        await nothing_is_left()

    with BrookServer(polls=WHERE[where] * 3) as server:
        asyncio.run(close())
        server.settle(0)


def test_closing_the_client_in_a_submit(package: ModuleType) -> None:
    """A submit in flight may have created a job, and the error says so."""
    with BrookServer(submits=[HANG]) as server, ThreadPoolExecutor(1) as pool:
        client = package.Brook("key", base_url=server.url, timeout=30)
        submit = pool.submit(client.task.submit, name="x")
        time.sleep(0.25)
        client.close()
        error = submit.exception(timeout=5)
        assert isinstance(error, package.SubmitUncertain | package.ClientClosed)
        assert "may not have been created" in str(error)
        assert 1 == len(server.jobs)


def test_a_closed_client_raises_at_once(package: ModuleType) -> None:
    """Every call after `close` raises `ClientClosed`, and `close` may be called again."""
    with BrookServer() as server:
        client = package.Brook("key", base_url=server.url)
        job = client.task.submit(name="x")
        client.close()
        client.close()
        for call in (job.wait, job.poll, job.result, lambda: client.task.run(name="y")):
            with pytest.raises(package.ClientClosed) as caught:
                call()
            assert (call == job.wait) <= (caught.value.token == job.token)
        assert 1 == len(server.jobs)


def _is_closing(package: ModuleType, error: Any, job: Any) -> None:
    assert isinstance(error, package.ClientClosed), error
    assert (job.id, job.token) == (error.job_id, error.token)

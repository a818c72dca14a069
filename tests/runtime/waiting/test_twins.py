"""W15: the blocking client, the asyncio client and a batch of one behave the same for the same replies."""

from __future__ import annotations

import inspect
import random
import re
from typing import Any

import pytest
from bide_runtime.clients.async_client import AsyncClient
from bide_runtime.clients.batches.async_job_batch import AsyncJobBatch
from bide_runtime.clients.batches.job_batch import JobBatch
from bide_runtime.clients.client import Client
from bide_runtime.clients.jobs.async_job import AsyncCancellableJob, AsyncJob
from bide_runtime.clients.jobs.async_jobs import AsyncCancellableJobs, AsyncJobs
from bide_runtime.clients.jobs.job import CancellableJob, Job
from bide_runtime.clients.jobs.jobs import CancellableJobs, Jobs
from bide_runtime.clients.streams.async_stream import AsyncStream
from bide_runtime.clients.streams.stream import Stream
from bide_runtime.errors.client import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.acme import KEY, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Sent
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import Mode

Trace = tuple[Any, ...]


def told(outcome: object) -> object:
    """The visible part of a result or an error."""
    if isinstance(outcome, ClientError):
        message = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<a new key>", str(outcome))
        return type(outcome).__name__, message, outcome.job_id, outcome.token
    return outcome


def requests(sent: list[Sent]) -> list[tuple[float, str, float]]:
    return [(round(one.at, 6), one.line, round(one.timeout, 6)) for one in sent]


def alone(storm: Storm, mode: Mode, *, submit: bool) -> tuple[object, list[tuple[float, str, float]], list[float]]:
    """A single call: its outcome, its requests and its sleeps."""
    random.seed(7)
    world, outcome = storm.run(mode) if submit else storm.wait(mode)
    return told(outcome), requests(world.sent), world.clock.naps


@rule
@given(storms(), st.booleans())
def test_sync_and_async_behave_the_same(storm: Storm, submit: bool) -> None:
    """W15: the same replies give the same outcome, requests, timeouts and sleeps, to the last digit."""
    assert alone(storm, "sync", submit=submit) == alone(storm, "async", submit=submit)


@given(storms(share=st.just(1.0)))
@settings(rule, max_examples=50)
def test_a_blocking_batch_of_one_behaves_the_same(storm: Storm) -> None:
    """W15: a job in a batch is submitted, polled and ended as a single one."""
    result, trace, _ = alone(storm, "sync", submit=True)
    random.seed(7)
    world = storm.world("sync")
    [outcome] = world.jobs(storm.of).run_many([{"url": "u"}], timeout=storm.timeout, policy=storm.policy)

    assert result == told(outcome.error or outcome.result)
    assert trace == requests(world.sent)


@given(storms(share=st.just(1.0)))
@settings(rule, max_examples=50)
def test_an_asyncio_batch_of_one_behaves_the_same(storm: Storm) -> None:
    """W15: the same for asyncio, with real tasks."""
    result, trace, _ = alone(storm, "async", submit=True)
    random.seed(7)
    clock = LoopClock()
    transport = AsyncFakeTransport(storm.begin(), clock)

    async def main() -> list[Any]:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            jobs = client.jobs(storm.of) if storm.of.lifecycle.cancel is None else client.cancellable(storm.of)
            batch = jobs.run_many([{"url": "u"}], timeout=storm.timeout, policy=storm.policy)
            return [outcome async for outcome in batch]

    [outcome] = clock.run(main())

    assert result == told(outcome.error or outcome.result)
    assert trace == requests(transport.requests)


def test_the_twins_have_the_same_methods() -> None:
    """W15: both colours have the same public names."""
    from bide_runtime.clients.async_client import AsyncClient
    from bide_runtime.clients.batches.async_job_batch import AsyncJobBatch
    from bide_runtime.clients.batches.job_batch import JobBatch
    from bide_runtime.clients.client import Client
    from bide_runtime.clients.jobs.async_job import AsyncCancellableJob, AsyncJob
    from bide_runtime.clients.jobs.async_jobs import AsyncCancellableJobs, AsyncJobs
    from bide_runtime.clients.jobs.job import CancellableJob
    from bide_runtime.clients.jobs.jobs import CancellableJobs
    from bide_runtime.clients.streams.async_stream import AsyncStream
    from bide_runtime.clients.streams.stream import Stream

    def public(cls: type[Any]) -> set[str]:
        return {name for name in dir(cls) if not name.startswith("_")}

    pairs: list[tuple[type[Any], type[Any]]] = [
        (Client, AsyncClient),
        (Job, AsyncJob),
        (CancellableJob, AsyncCancellableJob),
        (Jobs, AsyncJobs),
        (CancellableJobs, AsyncCancellableJobs),
        (JobBatch, AsyncJobBatch),
        (Stream, AsyncStream),
    ]
    for blocking, awaited in pairs:
        assert public(blocking) == public(awaited)


TWINS = [
    (Client, AsyncClient),
    (Job, AsyncJob),
    (CancellableJob, AsyncCancellableJob),
    (Jobs, AsyncJobs),
    (CancellableJobs, AsyncCancellableJobs),
    (JobBatch, AsyncJobBatch),
    (Stream, AsyncStream),
]


@pytest.mark.parametrize(("one", "other"), TWINS, ids=lambda cls: str(cls.__name__))
def test_sync_and_async_take_the_same_arguments(one: type, other: type) -> None:
    """W15: the same names, order and defaults."""

    def arguments(cls: type) -> dict[str, list[tuple[str, object, object]]]:
        methods = {
            name: method
            for name, method in inspect.getmembers(cls, inspect.isfunction)
            if name == "__init__" or not name.startswith("_")
        }
        return {
            name: [(one.name, one.kind, one.default) for one in inspect.signature(method).parameters.values()]
            for name, method in methods.items()
        }

    assert arguments(one) == arguments(other)


def test_wait_many_has_1000_jobs_in_flight_by_default() -> None:
    """A waiting job needs no thread and no task."""
    assert 1000 == inspect.signature(Jobs.wait_many).parameters["max_in_flight"].default

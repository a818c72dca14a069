"""Requests that wait for a connection: few tasks, every deadline kept, and no cancelled request sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from bide_runtime.clients.options import BatchOptions, WaitOptions
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.waiting.policies.policy import Fixed

from tests.runtime.acme import KEY, PART, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent
from tests.runtime.world import DONE, RUNNING, error, served


class Narrow(AsyncFakeTransport):
    """A transport with `max_connections`."""

    max_connections = 1


async def waited(client: AsyncAcme, *timeouts: float | None) -> list[Any]:
    """The outcomes of a batch of existing jobs, each with its own timeout, and their times."""
    jobs, session = client.jobs(PART), client._session.coalescing
    entries = [(jobs.attach(f"j{number}"), timeout) for number, timeout in enumerate(timeouts)]
    batch = jobs._batch(
        entries,
        lambda _, one: jobs._waiting(session, one[0]._record, WaitOptions(timeout=one[1], policy=Fixed(2.0))),
        BatchOptions(max_in_flight=1000),
    )
    return [(outcome, client._clock.now()) async for outcome in batch]


class Awake(LoopClock):
    """A clock that counts sleeps that end at once. Many of them in a row would be a busy loop."""

    busy = 0

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:
        self.busy += seconds <= 0 and not wakeup.is_set()
        assert self.busy < 100, "it spins"
        await super().sleep(seconds, wakeup)


def run(server: Any, *timeouts: float | None) -> tuple[list[Any], list[float], list[Sent]]:
    """The outcomes, their times, and the requests that were sent."""
    clock = Awake()
    transport = Narrow(server, clock)

    async def main() -> Any:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            return await waited(client, *timeouts)

    outcomes, ends = zip(*clock.run(main()), strict=True)
    return outcomes, ends, transport.requests


def test_a_batch_has_no_more_tasks_than_the_engine_has_connections() -> None:
    """W16: a request that waits for a connection has no task."""
    tasks = 0

    def server(sent: Sent) -> Reply:
        nonlocal tasks
        tasks = max(tasks, len(asyncio.all_tasks()))
        return Reply(DONE.body, takes=0.1)

    outcomes, _, sent = run(server, *[None] * 50)

    assert 50 == len(sent) == sum(outcome.is_ok for outcome in outcomes)
    assert 3 >= tasks


def test_a_job_that_gets_no_connection_ends_at_its_deadline() -> None:
    """W1: even if other requests keep the connection for longer."""
    outcomes, ends, _ = run(lambda sent: Reply(takes=1000.0), 60.0, 7.0)

    assert [1, 0] == [outcome.index for outcome in outcomes]
    assert all(isinstance(outcome.error, JobTimeout) for outcome in outcomes)
    assert pytest.approx([7.0, 60.0]) == ends


def test_a_429_delays_requests_that_wait_for_a_connection() -> None:
    """A 429 delays all requests of its bucket, also those that only waited for a connection."""
    polls = [Reply(error(429, retry_after="30").body, 429, {"retry-after": "30"}, takes=0.1), DONE]

    outcomes, _, sent = run(served(polls=polls), *[None] * 20)

    assert all(outcome.is_ok for outcome in outcomes)
    assert [] == [poll.at for poll in sent[1:] if poll.at < 30]


def test_a_batch_sleeps_after_the_deadlines_of_a_queue_that_is_empty() -> None:
    """W10: the requests that waited for a connection were sent, and one job goes on past their deadlines."""
    polls = {"j0": [DONE], "j1": [DONE], "j2": [*[RUNNING] * 9, DONE]}
    servers = {job_id: served(polls=replies) for job_id, replies in polls.items()}

    def server(sent: Sent) -> Reply:
        return Reply(servers[sent.path.rsplit("/", 1)[1]](sent).body, takes=0.1)

    outcomes, ends, _ = run(server, 7.0, 7.0, None)

    assert all(outcome.is_ok for outcome in outcomes)
    assert 18 < ends[-1] < 22

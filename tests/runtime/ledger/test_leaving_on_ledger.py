"""Leaving a batch on a ledger: what certainly did not leave is not unsure."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import ClientClosed
from bide_runtime.ledger.ledger import Ledger

from tests.runtime.acme import KEY, PART, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, cut_off
from tests.runtime.ledger.shop import Shop, inputs, states
from tests.runtime.world import World


@pytest.mark.parametrize("turns", range(1, 12))
def test_a_submit_that_did_not_leave_before_a_cancellation_is_new(turns: int, tmp_path: Path) -> None:
    """Although its intent was on disk, at whatever moment the loop is cancelled. So no person has to settle it."""
    shop, clock, path = Shop(), LoopClock(), tmp_path / "crawl.db"
    transport = AsyncFakeTransport(shop, clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:

            async def crawl() -> None:
                async with client.jobs(PART).run_many(inputs(30), ledger=path, max_in_flight=30) as batch:
                    async for _ in batch:
                        pass

            task = asyncio.create_task(crawl())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    clock.run(main())

    assert "sending" not in states(path)
    with Ledger(path) as ledger:
        assert len(shop.jobs) == ledger.paid


def test_a_submit_that_was_queued_when_the_loop_was_left_is_new(tmp_path: Path) -> None:
    """A blocking batch has more submits under way than threads."""
    path = tmp_path / "crawl.db"
    engine = _Slow()
    client = Acme(KEY, transport=engine, clock=SystemClock())
    with client.jobs(PART).run_many(inputs(10), ledger=path) as batch:
        next(batch)

    assert "sending" not in states(path)
    with Ledger(path) as ledger:
        assert engine.submits == ledger.paid < 10


def test_a_submit_that_was_queued_when_the_client_was_closed_is_new(tmp_path: Path) -> None:
    """Only the one that had the connection is unsure."""
    path, clock = tmp_path / "crawl.db", LoopClock()
    transport = AsyncFakeTransport(lambda sent: Reply(takes=1000.0), clock)
    transport.max_connections = 1  # type: ignore[attr-defined]

    async def main() -> None:
        client = AsyncAcme(KEY, transport=transport, clock=clock)
        batch = client.jobs(PART).run_many(inputs(5), ledger=path)
        step = asyncio.create_task(anext(batch))
        await asyncio.sleep(5)
        await client.close()
        with suppress(ClientClosed):
            await step
        await batch.close()

    clock.run(main())

    assert ["new", "new", "new", "new", "unsure"] == sorted(states(path))


def test_an_outcome_whose_tag_raises_is_not_lost(tmp_path: Path) -> None:
    """The same loop gets it when it asks again, so the ledger does not count it as handed out before."""
    shop, calls = Shop(), count()

    def tag(given: dict[str, str]) -> str:
        if next(calls) == 1:
            raise LookupError("mine")
        return given["url"]

    batch = World("sync", shop).jobs(PART).run_many(inputs(1), ledger=tmp_path / "crawl.db", tag=tag)
    with pytest.raises(LookupError):
        next(batch)

    assert "u0" == next(batch).tag


def test_a_tag_that_raises_does_not_keep_a_ledger_from_being_closed(tmp_path: Path) -> None:
    """What was noted is written, and another batch of this process may go on at once."""
    path, shop, calls = tmp_path / "crawl.db", Shop(), count()
    shop.submit = lambda url: cut_off()

    def tag(given: dict[str, str]) -> str:
        if next(calls):
            raise LookupError("mine")
        return given["url"]

    batch = World("sync", shop).jobs(PART).run_many(inputs(1), ledger=path, tag=tag)
    for step in (batch.__next__, batch.close):
        with pytest.raises(LookupError):
            step()
    with Ledger(path) as ledger:
        assert 1 == ledger.tally()["unsure"]
        assert 1 == ledger.retry(unsure=True)


class _Slow:
    """The first job is done at once; the submits of all others take a while."""

    submits = 0

    def send(self, request: Any, timeout: float) -> Any:
        self.submits += 1
        if b'"u0"' in request.body:
            return Reply({"id": "j0", "status": "done", "page": {"text": "hello"}}, 202).response()
        time.sleep(0.2)
        return Reply({"id": f"j{self.submits}", "status": "queued"}, 202).response()

    def close(self) -> None: ...

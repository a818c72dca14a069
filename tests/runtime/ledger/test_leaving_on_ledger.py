"""Leaving a batch on a ledger: what certainly did not leave is not unsure."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.ledger.ledger import Ledger

from tests.runtime.acme import KEY, PART, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply
from tests.runtime.ledger.shop import Shop, inputs, states


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

"""A provider that numbers its jobs, and a client of it in virtual time, for tests of batches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from tests.runtime.acme import KEY, PART, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent
from tests.runtime.world import DONE, report


class Factory:
    """A provider that numbers its jobs; each has its own duration and ending."""

    def __init__(self, lasts: Callable[[int], float], ending: Callable[[int], Reply] = lambda number: DONE) -> None:
        self._lasts = lasts
        self._ending = ending
        self._numbers = count()
        self.submitted: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.most = 0

    def __call__(self, sent: Sent) -> Reply:
        if sent.request.method == "POST":
            job_id = f"j{next(self._numbers)}"
            self.submitted[job_id] = sent.at
            self.most = max(self.most, len(self.submitted) - len(self.ended))
            return Reply({"id": job_id, "status": "queued"}, takes=0.1)
        job_id = sent.path.rpartition("/")[2]
        number = int(job_id[1:])
        if sent.at < self.submitted[job_id] + self._lasts(number):
            return report("running", takes=0.1)
        self.ended[job_id] = sent.at
        return self._ending(number)


class Many:
    """An asyncio client in the virtual time of a loop."""

    def __init__(self, server: Callable[[Sent], Reply]) -> None:
        self.clock = LoopClock()
        self.transport = AsyncFakeTransport(server, self.clock)

    def run(self, main: Callable[[AsyncAcme], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            async with AsyncAcme(KEY, transport=self.transport, clock=self.clock) as client:
                return await main(client)

        return self.clock.run(whole())

    def all(self, inputs: Any, of: Any = PART, **more: Any) -> list[Any]:
        """The outcomes of one batch."""

        async def main(client: AsyncAcme) -> list[Any]:
            return [outcome async for outcome in client.jobs(of).run_many(inputs, **more)]

        outcomes: list[Any] = self.run(main)
        return outcomes

    @property
    def now(self) -> float:
        return self.clock.now()


def urls(number: int) -> list[dict[str, str]]:
    return [{"url": f"u{index}"} for index in range(number)]

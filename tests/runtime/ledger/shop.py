"""A provider that counts the jobs of each URL, and batches of its jobs on a ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.runtime.acme import KEY, PART, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, LoopClock, Reply, Sent
from tests.runtime.world import DONE, Mode, World


class Shop:
    """A provider that counts the jobs of each URL. It remembers idempotency keys."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.keys: dict[str, int] = {}
        self.submit: Callable[[str], Reply | None] = lambda url: None
        """The reply to a submit in place of the usual one."""
        self.poll: Callable[[str], Reply] = lambda url: DONE
        self.is_made = True
        """Whether a job is made also if the reply is not the usual one."""

    def __call__(self, sent: Sent) -> Reply:
        if sent.request.method == "POST":
            return self._submitted(sent)
        if sent.path.endswith("/result"):
            return Reply({"text": "hello"})
        return self.poll(self.jobs[int(sent.path.rpartition("/j")[2])])

    def _submitted(self, sent: Sent) -> Reply:
        url = sent.json["url"]
        instead = self.submit(url)
        if instead is not None and not self.is_made:
            return instead
        number = len(self.jobs)
        key = sent.request.headers.get("idempotency-key")
        number = self.keys.setdefault(key, number) if key is not None else number
        if number == len(self.jobs):
            self.jobs.append(url)
        return instead or Reply({"id": f"j{number}", "status": "queued"}, 202)


class Run:
    """One process that runs the user's lines."""

    def __init__(self, mode: Mode, shop: Shop, path: Path, *, later: float = 0.0, **client: Any) -> None:
        self.mode = mode
        self._path = path
        self._client = client
        self._clock = LoopClock()
        self._clock.time.advance(later)
        self.transport = AsyncFakeTransport(shop, self._clock)
        self._world = World("sync", shop, **client)
        self._world.clock.time.advance(later)
        self.began = self._clock.now()

    def all(self, inputs: Any, of: Any = PART, **more: Any) -> list[Any]:
        """The outcomes of one batch."""
        more = {"ledger": self._path, **more}
        if self.mode == "sync":
            return list(self._world.jobs(of).run_many(inputs, **more))

        async def main() -> list[Any]:
            async with AsyncAcme(KEY, transport=self.transport, clock=self._clock, **self._client) as client:
                jobs: Any = client.jobs(of) if of.lifecycle.cancel is None else client.cancellable(of)
                return [outcome async for outcome in jobs.run_many(inputs, **more)]

        return self._clock.run(main())

    @property
    def sent(self) -> list[Sent]:
        """The requests."""
        return self._world.sent if self.mode == "sync" else self.transport.requests


def inputs(number: int = 3) -> Iterator[dict[str, str]]:
    return ({"url": f"u{each}"} for each in range(number))


def states(path: Path) -> list[str]:
    """The state of each input."""
    with sqlite3.connect(path) as database:
        return [state for (state,) in database.execute("SELECT state FROM job ORDER BY number")]

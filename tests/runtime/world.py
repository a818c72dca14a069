"""A client of Acme, blocking or asyncio, with its time and its server: the start of most tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from inspect import iscoroutine
from typing import Any, Literal

from bide_runtime.calls.provider import Provider
from bide_runtime.jobs.kind import JobKind

from tests.runtime.acme import KEY, Acme, AsyncAcme
from tests.runtime.fakes import (
    AsyncFakeClock,
    AsyncFakeTransport,
    FakeClock,
    FakeTransport,
    Reply,
    Sent,
    Server,
    finish,
    script,
)

Mode = Literal["sync", "async"]
MODES: tuple[Mode, ...] = ("sync", "async")


class World:
    """One client with its server and its time."""

    def __init__(
        self, mode: Mode, server: Server, provider: Provider | None = None, api_key: Any = KEY, **arguments: Any
    ) -> None:
        self.mode = mode
        self.clock: FakeClock
        self.transport: FakeTransport | AsyncFakeTransport
        self.client: Any
        more = {} if provider is None else {"_provider": provider}
        if mode == "sync":
            self.clock = FakeClock()
            self.transport = FakeTransport(server, self.clock)
            self.client = type("Acme", (Acme,), more)(api_key, transport=self.transport, clock=self.clock, **arguments)
        else:
            self.clock = AsyncFakeClock()
            self.transport = AsyncFakeTransport(server, self.clock)
            self.client = type("AsyncAcme", (AsyncAcme,), more)(
                api_key, transport=self.transport, clock=self.clock, **arguments
            )

    def jobs(self, of: JobKind[Any, Any]) -> Any:
        """The namespace of a kind of job."""
        return self.client.jobs(of) if of.lifecycle.cancel is None else self.client.cancellable(of)

    def job(self, of: JobKind[Any, Any], job_id: str = "j1") -> Any:
        """A handle of an existing job."""
        return self.jobs(of).attach(job_id)

    def do(self, value: Any) -> Any:
        """*value*, or its result if it is awaitable."""
        return finish(value) if iscoroutine(value) else value

    def all(self, values: Any) -> list[Any]:
        """The items of an iterator or an async iterator."""
        if self.mode == "sync":
            return list(values)

        async def gathered() -> list[Any]:
            return [value async for value in values]

        return asyncio.run(gathered())

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the test."""
        return self.clock.now()

    @property
    def sent(self) -> list[Sent]:
        return self.transport.requests

    @property
    def lines(self) -> list[str]:
        """Method and path of every request."""
        return [sent.line for sent in self.sent]

    @property
    def polls(self) -> list[float]:
        """The times of the polls."""
        return [sent.at for sent in self.sent if is_poll(sent)]


def is_poll(sent: Sent) -> bool:
    return sent.request.method == "GET" and not sent.path.endswith("/result")


def served(
    *,
    submit: Iterable[Reply] = (),
    polls: Iterable[Reply] = (),
    result: Iterable[Reply] = (),
    cancel: Iterable[Reply] = (),
) -> Server:
    """A server with a script for each kind of request; the last reply of each is repeated."""
    submitted, polled, fetched, cancelled = (script(*replies) for replies in (submit, polls, result, cancel))

    def answer(sent: Sent) -> Reply:
        if sent.path.endswith("/cancel"):
            return cancelled(sent)
        if sent.request.method == "POST":
            return submitted(sent)
        return fetched(sent) if sent.path.endswith("/result") else polled(sent)

    return answer


def report(status: str | None, **more: Any) -> Reply:
    """A poll reply; `page_text` is its page, and arguments that are no field of it are passed to the reply."""
    about_reply = {name: more.pop(name) for name in ("takes", "headers") if name in more}
    return Reply({"status": status, **more}, **about_reply)


QUEUED = report("queued")
RUNNING = report("running")
DONE = report("done", page={"text": "hello"}, text="hello", ready=True)
HALF = report("half", page={"text": "hel"}, text="hel", ready=True)
BROKEN = report("broken", error={"code": "E7", "message": "the disk is full"})
STOPPED = report("stopped")
LOST = report("lost")
TICKET = Reply({"id": "j1", "status": "queued"}, status=202)
PAGE = Reply({"text": "hello"})
HTML = Reply(b"<html>Bad gateway</html>")
CUT = Reply(b'{"status": "don')


def error(status: int, *, retry_after: str | None = None, takes: float = 0.0) -> Reply:
    """An error reply in Acme's own shape."""
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return Reply({"error": {"code": f"c{status}", "message": f"says {status}"}}, status, headers, takes)

"""A clock that moves only when somebody waits, and a server made of a list of replies. Nothing here takes real time."""

from __future__ import annotations

import asyncio
import json
import selectors
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from bide_runtime.errors.client import ClientError
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout
from bide_runtime.http.request import Json, Request, Response

T = TypeVar("T")

MORNING = 1_790_000_000.0
"""The time of day at which every test begins, in seconds since 1970."""


@dataclass
class FakeClock:
    """A clock that moves only when somebody sleeps on it, or when a scripted reply takes time."""

    time: float = 5_000.0
    naps: list[float] = field(default_factory=list)
    share: float = 1.0
    """How much of each nap is slept: less than 1 wakes up early, more oversleeps."""
    grace: float = 0.0
    """Real seconds in which other threads may ring the bell before time jumps."""

    def now(self) -> float:
        return self.time

    def wall(self) -> float:
        return MORNING - 5_000.0 + self.time

    def sleep(self, seconds: float, wakeup: threading.Event) -> None:
        if not wakeup.wait(10.0 if seconds == inf else self.grace):
            self.jump(seconds)

    def jump(self, seconds: float) -> None:
        assert len(self.naps) < 20_000, "it spins"
        self.naps.append(seconds)
        self.time += seconds if seconds <= 0.001 else max(seconds * self.share, 0.001)


class AsyncFakeClock(FakeClock):
    """The same, awaited, without ever giving the loop a turn."""

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
        self.jump(seconds)


@dataclass(frozen=True)
class Reply:
    """What the server answers, and how long that takes."""

    body: Json = None
    """Bytes go out as they are, anything else as JSON."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: float = 0.0
    lost: ClientError | None = None
    """What the transport raises instead of returning a reply."""

    def response(self) -> Response:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return Response(status=self.status, headers=dict(self.headers), body=body)


def unreachable() -> Reply:
    """No connection could be made: the request certainly did not arrive."""
    return Reply(lost=ConnectionFailed("could not connect: connection refused", may_have_arrived=False))


def cut_off() -> Reply:
    """The connection was lost before the reply was whole."""
    return Reply(lost=ConnectionFailed("lost the connection", may_have_arrived=True))


@dataclass(frozen=True)
class Sent:
    """One request, as the server saw it."""

    at: float
    """Seconds since the test began."""
    request: Request
    timeout: float

    @property
    def line(self) -> str:
        return f"{self.request.method} {self.path}"

    @property
    def path(self) -> str:
        return self.request.url.partition("://")[2].partition("/")[2].partition("?")[0]

    @property
    def json(self) -> Json:
        return json.loads(self.request.body or b"null")


Server = Callable[[Sent], Reply]


def script(*replies: Reply) -> Server:
    """A server that gives these replies one after another, and the last one for ever."""
    rest = list(replies)
    return lambda sent: rest.pop(0) if len(rest) > 1 else rest[0]


@dataclass
class Line:
    """What a transport does but for waiting: notes the request, and knows how long the reply takes and what it is."""

    server: Server
    clock: FakeClock | LoopClock
    sent: list[Sent] = field(default_factory=list)
    began: float = field(init=False)
    closed: int = 0

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def take(self, request: Request, timeout: float) -> Reply:
        self.sent.append(Sent(self.clock.now() - self.began, request, timeout))
        reply = self.server(self.sent[-1])
        if reply.takes >= timeout:
            return Reply(takes=max(timeout, 0.0), lost=RequestTimeout(f"no reply within {timeout:g} s"))
        return reply


@dataclass
class FakeStream:
    """A streamed reply, blocking and awaited."""

    status: int
    headers: Mapping[str, str]
    parts: list[bytes | ClientError]
    closed: bool = False

    def chunks(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, ClientError):
                raise part
            yield part

    def close(self) -> None:
        self.closed = True


class AsyncFakeStream(FakeStream):
    async def chunks(self) -> AsyncIterator[bytes]:  # type: ignore[override]  # the asyncio form of the protocol
        for chunk in super().chunks():
            yield chunk

    async def close(self) -> None:  # type: ignore[override]  # the asyncio form of the protocol
        super().close()


class FakeTransport(Line):
    """A blocking engine without sockets."""

    stream: FakeStream

    def send(self, request: Request, *, timeout: float) -> Response:
        assert isinstance(self.clock, FakeClock)
        reply = self.take(request, timeout)
        self.clock.time += reply.takes
        if reply.lost is not None:
            raise reply.lost
        return reply.response()

    def open(self, request: Request, *, timeout: float) -> FakeStream:
        self.take(request, timeout)
        return self.stream

    def close(self) -> None:
        self.closed += 1


class AsyncFakeTransport(Line):
    """The same, awaited: on the loop's own clock if it is a `LoopClock`."""

    stream: AsyncFakeStream

    async def send(self, request: Request, *, timeout: float) -> Response:
        reply = self.take(request, timeout)
        if isinstance(self.clock, FakeClock):
            self.clock.time += reply.takes
        else:
            await asyncio.sleep(reply.takes)
        if reply.lost is not None:
            raise reply.lost
        return reply.response()

    async def open(self, request: Request, *, timeout: float) -> AsyncFakeStream:
        self.take(request, timeout)
        return self.stream

    async def close(self) -> None:
        self.closed += 1


def finish(value: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits to its end, without an event loop."""
    try:
        value.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("it waits for something that is not of these fakes")


class _Jump(selectors.DefaultSelector):
    """Waits for nothing: moves the loop's time on instead."""

    time = 5_000.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "every task waits for another one"
        self.time += max(timeout, 0.0)
        return super().select(0)


class LoopClock:
    """Virtual time for many tasks side by side: `run` jumps from one wake-up to the next."""

    def __init__(self) -> None:
        self._jump = _Jump()

    def now(self) -> float:
        return self._jump.time

    def wall(self) -> float:
        return MORNING - 5_000.0 + self.now()

    async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:
        target = self.now() + seconds
        try:
            async with asyncio.timeout(None if seconds == inf else seconds):
                await wakeup.wait()
        except TimeoutError:
            # The loop's sums of floats may miss the moment by a hair.
            self._jump.time = max(self._jump.time, target)

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run *main* on a loop of this time; nothing may be left over."""
        loop = asyncio.SelectorEventLoop(self._jump)
        loop.time = self.now  # type: ignore[method-assign]  # the whole point
        loop._clock_resolution = 1e-6  # type: ignore[attr-defined]  # after 30 years a float is no finer
        try:
            result = loop.run_until_complete(main)
            loop.run_until_complete(loop.shutdown_asyncgens())
            assert not asyncio.all_tasks(loop), "a task was left behind"
            return result
        finally:
            loop.close()

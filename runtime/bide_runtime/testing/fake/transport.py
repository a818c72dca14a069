"""Transports without a network: a server is a function from a request to a reply, and every request is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from urllib.parse import parse_qs, parse_qsl, urlsplit

import msgspec
from msgspec.structs import replace

from ...errors.client import ClientError
from ...errors.transport import RequestTimeout
from ...http.file_body import FileBody
from ...http.request import Json, Request, Response
from ...jobs.state import State
from .clock import FakeClock, VirtualTime
from .parts import parts_of


@dataclass(frozen=True)
class Reply:
    """The reply of a server, and how long it takes."""

    body: Json = None
    """Bytes are sent as they are, anything else as JSON."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    takes: float = 0.0
    """Seconds from the request to the end of the reply."""
    lost: ClientError | None = None
    """The error that the client gets instead of a reply."""
    parts: tuple[bytes | ClientError, ...] | None = None
    """The chunks of a stream's body. An error ends the stream."""
    told: Mapping[str, State] = field(default_factory=dict)
    """The states that it shows, by job, for the promises."""
    is_last_word: bool = True
    """Whether no more polls are needed if it shows that a job is over, for the promises."""
    retry_after: float = 0.0
    """Its retry_after in seconds, for the promises."""
    is_read: bool = True
    """Whether a client reads its body, for the promises: sometimes only its HTTP status and headers matter."""
    is_any: bool = False
    """Whether any JSON is as good as this body."""
    is_needed: bool = True
    """Whether a client cannot go on without its body, for the promises."""
    is_proper: bool = True
    """Whether it matches the spec, for the promises."""
    is_expected: bool = False
    """Whether it is an error that the spec announces, such as "not ready yet", for the promises."""

    @property
    def text(self) -> bytes:
        """The whole body."""
        if self.parts is not None:
            return b"".join(part for part in self.parts if isinstance(part, bytes))
        return self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)

    def response(self) -> Response:
        return Response(status=self.status, headers=dict(self.headers), body=self.text)


@dataclass
class Sent:
    """One request and its outcome."""

    at: float
    """When it was sent, in seconds of virtual time."""
    request: Request
    timeout: float
    """The client's timeout for the reply, in seconds."""
    role: str = ""
    """`submit`, `find`, `poll`, `result`, `cancel`, or the name of an operation."""
    bucket: str = ""
    """The rate limit bucket: method and path template."""
    job_ids: tuple[str, ...] = ()
    """The jobs that it was for."""
    key: str | None = None
    """Its idempotency key."""
    auth: tuple[str, ...] | None = None
    """The secrets that it needs, by the client's arguments; `None`: the usual ones."""
    client: int = 0
    """The number of the client that sent it."""
    ended: float = 0.0
    """When the reply was complete, or the request failed."""
    reply: Reply | None = None

    @property
    def is_answered(self) -> bool:
        """Whether it got a complete and valid reply that is not an error."""
        reply = self.reply
        return reply is not None and reply.lost is None and reply.status < 300 and reply.is_proper

    @property
    def line(self) -> str:
        """Method and path."""
        return f"{self.request.method} {self.path}"

    @property
    def path(self) -> str:
        return urlsplit(self.request.url).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query parameters, in order."""
        return parse_qsl(urlsplit(self.request.url).query, keep_blank_values=True)

    @property
    def body(self) -> bytes | None:
        """The whole body, with the content that its files had when it was sent."""
        found = self.request.body
        return found.read() if isinstance(found, FileBody) else found

    @property
    def json(self) -> Json:
        """The decoded body; for a form, its parts: bytes of a file, a text, JSON, or a list of these.

        A body that is no JSON is returned as bytes.
        """
        kind, body = self.request.headers.get("content-type", ""), self.body
        if body is not None and kind.startswith("multipart/form-data"):
            return parts_of(kind, body)
        if body is not None and kind.startswith("application/x-www-form-urlencoded"):
            found: dict[str, list[str]] = parse_qs(body.decode(), keep_blank_values=True)
            return {name: texts[0] if len(texts) == 1 else texts for name, texts in found.items()}
        try:
            return None if body is None else msgspec.json.decode(body)
        except msgspec.DecodeError:
            return body

    def __repr__(self) -> str:
        came = "nothing" if self.reply is None or self.reply.lost else str(self.reply.status)
        return f"<{self.at:.3f} s: {self.line} -> {came}>"


Server: TypeAlias = Callable[[Sent], Reply]


def script(*replies: Reply) -> Server:
    """A server that returns these replies one after another, and repeats the last one."""
    rest = list(replies)
    return lambda sent: rest.pop(0) if len(rest) > 1 else rest[0]


class _SharedTransport:
    """The part of a transport that both colours share."""

    def __init__(self, server: Server, time: VirtualTime) -> None:
        self._server = server
        self._time = time
        self.requests: list[Sent] = []
        """Every request, in the order of sending."""
        self.is_closed = False

    def forget(self, before: float) -> None:
        """Drop the requests that were sent before this time."""
        self.requests = [sent for sent in self.requests if sent.at >= before]

    def _asked(self, request: Request, timeout: float) -> tuple[Sent, Reply]:
        """Record a request; returns it and its reply, which is an error if it takes longer than *timeout*."""
        if isinstance(request.body, FileBody):
            request = replace(request, body=request.body.read())
        sent = Sent(self._time.now, request, timeout)
        self.requests.append(sent)
        reply = self._server(sent)
        if reply.takes >= timeout:
            lost = RequestTimeout(f"no whole reply within {timeout:g} s")
            reply = Reply(takes=max(timeout, 0.0), lost=lost)
        sent.reply = reply
        return sent, reply

    def _came(self, sent: Sent, reply: Reply) -> Response:
        sent.ended = self._time.now
        if reply.lost is not None:
            raise reply.lost
        return reply.response()


class FakeStream:
    """A reply whose body is read in chunks."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.status = reply.status
        self.headers: Mapping[str, str] = dict(reply.headers)
        self.is_closed = False

    def chunks(self) -> Iterator[bytes]:
        for part in (self._reply.text,) if self._reply.parts is None else self._reply.parts:
            if isinstance(part, ClientError):
                raise part
            yield part

    def close(self) -> None:
        self.is_closed = True


class AsyncFakeStream:
    """`FakeStream` for asyncio."""

    def __init__(self, reply: Reply) -> None:
        self._stream = FakeStream(reply)
        self.status = reply.status
        self.headers = self._stream.headers

    @property
    def is_closed(self) -> bool:
        return self._stream.is_closed

    async def chunks(self) -> AsyncIterator[bytes]:
        for chunk in self._stream.chunks():
            yield chunk

    async def close(self) -> None:
        self._stream.close()


class FakeTransport(_SharedTransport):
    """A blocking transport to *server*. Replies take virtual time."""

    def __init__(self, server: Server, clock: FakeClock) -> None:
        super().__init__(server, clock.time)
        self.streams: list[FakeStream] = []

    def send(self, request: Request, *, timeout: float) -> Response:
        sent, reply = self._asked(request, timeout)
        self._time.advance(reply.takes)
        return self._came(sent, reply)

    def open(self, request: Request, *, timeout: float) -> FakeStream:
        sent, reply = self._asked(request, timeout)
        self._time.advance(reply.takes)
        self._came(sent, reply)
        self.streams.append(FakeStream(reply))
        return self.streams[-1]

    def close(self) -> None:
        self.is_closed = True


class SpendingClock(Protocol):
    """A clock of virtual time that a reply can advance."""

    time: VirtualTime

    async def spend(self, seconds: float) -> None: ...


class AsyncFakeTransport(_SharedTransport):
    """An asyncio transport to *server*. Replies take virtual time."""

    def __init__(self, server: Server, clock: SpendingClock) -> None:
        super().__init__(server, clock.time)
        self._clock = clock
        self.streams: list[AsyncFakeStream] = []

    async def send(self, request: Request, *, timeout: float) -> Response:
        sent, reply = self._asked(request, timeout)
        await self._clock.spend(reply.takes)
        return self._came(sent, reply)

    async def open(self, request: Request, *, timeout: float) -> AsyncFakeStream:
        sent, reply = self._asked(request, timeout)
        await self._clock.spend(reply.takes)
        self._came(sent, reply)
        self.streams.append(AsyncFakeStream(reply))
        return self.streams[-1]

    async def close(self) -> None:
        self.is_closed = True

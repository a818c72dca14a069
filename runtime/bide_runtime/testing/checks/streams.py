"""Streams of events for generated tests: their events, their encodings, and their chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import strategies as st

from ...errors.client import ClientError
from ...http.request import Json
from ...models.codec import follow
from ...models.message import message_of
from ..fake.addresses import FakeStreaming
from ..fake.bodies import made_up, placed, typed
from ..fake.provider import FakeProvider
from .calls import Mode, play
from .requests import Call
from .values import bodies_of

Strategy = st.SearchStrategy[Any]

NEWLINES = (b"\n", b"\r\n", b"\r")
"""The line ends of the standard."""


@dataclass(frozen=True)
class Event:
    """An event, as JSON."""

    name: str
    body: Json
    is_line: bool = False
    """Whether it is a line of JSON."""

    def text(self, newline: bytes = b"\n", *, between: Sequence[bytes] = (), space: bytes = b" ") -> bytes:
        """The event as it is sent, with lines *between* its own that a parser ignores."""
        data = self.body if isinstance(self.body, bytes) else msgspec.json.encode(self.body)
        if self.is_line:
            return data + newline
        name = [b"event:" + space + self.name.encode()] if self.name else []
        return newline.join([*name, *between, b"data:" + space + data, b"", b""])


@dataclass(frozen=True, kw_only=True)
class EventStream:
    """An operation that returns a stream of events, as the spec describes it."""

    call: Call
    events: Mapping[str, Any]
    """The model of each event."""
    last: Sequence[str] = ()
    """The events that end a complete stream."""
    end: str = ""
    """The data after the last event, which is none itself."""
    is_named: bool = True
    """Whether events are sent with their names."""
    kind: str = ""
    """The field of the data that has the name, if any."""
    is_lines: bool = False
    """Whether it is lines of JSON."""
    error: tuple[str, tuple[str, ...]] | None = None
    """The event that reports an error, and the path of its message."""

    def __repr__(self) -> str:
        return self.call.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.call.name)  # in Hypothesis' reports

    def in_fake(self, fake: FakeProvider[Any, Any]) -> FakeStreaming:
        """This operation of a fake provider."""
        return next(each for each in fake.operations if isinstance(each, FakeStreaming) and each.role == self.call.name)

    def read(
        self, fake: FakeProvider[Any, Any], mode: Mode, parts: Sequence[Any]
    ) -> tuple[list[Any], ClientError | None]:
        """Let a client read a stream in these parts; returns its events, and the error that it raised, if any."""
        self.in_fake(fake).streams(*parts)
        kept: list[Any] = []
        told = play(fake, mode, lambda client, _: _kept(self.call.of(client)(**self.call.usual), kept, mode))
        return kept, told.error

    def typed(self, events: Sequence[Event]) -> list[Any]:
        """The events as a client decodes them."""
        return [typed(self.events[event.name], event.body) for event in events]

    def event(self, name: str, body: Json) -> Event:
        """An event as it is sent."""
        return Event(name, {**body, self.kind: name} if self.kind else body, self.is_lines)

    def sent_as(self, event: Event) -> Event:
        """The event without its name, if events have none."""
        return event if self.is_named else Event("", event.body, event.is_line)

    def least_of(self, name: str) -> Event:
        """The simplest event with this name."""
        return self.event(name, made_up(self.events[name]))

    def reports_error(self, body: Json) -> bool:
        """Whether an event is an error because of its message, and not of its name."""
        name, place = self.error or ("named", ())
        return not name and message_of(follow(body, place)) is not None

    @property
    def ending(self) -> bytes:
        """What is sent after the last event; empty if that ends the stream."""
        return Event("", self.end.encode(), self.is_lines).text() if self.end else b""

    @property
    def failure(self) -> Event:
        """An event that reports an error."""
        assert self.error is not None
        name, place = self.error
        body = placed({self.kind: name} if self.kind else None, place, "out of paper")
        return self.sent_as(self.event(name, body))


def streams(stream: EventStream) -> Strategy:
    """The events of a complete stream: any number, and then one that ends it."""
    others = [name for name in stream.events if name not in stream.last]
    some = st.lists(_events(stream, others), max_size=4) if others else st.just([])
    ends = st.tuples(_events(stream, list(stream.last))) if stream.last else st.just(())
    return st.tuples(some, ends).map(lambda found: [*found[0], *found[1]])


@st.composite
def written(draw: st.DrawFn, stream: EventStream, events: Sequence[Event]) -> bytes:
    """One of the equivalent encodings of these events, to the end of the stream."""
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    if stream.is_lines:
        newline = draw(st.sampled_from([b"\n", b"\r\n", b" \n\n"]))
        text = b"".join(event.text(newline) for event in events) + stream.ending
        return mark + (text if draw(st.booleans()) else text.rstrip())
    newline = draw(st.sampled_from(NEWLINES))
    noise = st.lists(st.sampled_from([b": a comment", b":", b"id: 7", b"retry: 10", b"more: of tomorrow"]), max_size=2)
    sent = [stream.sent_as(event) for event in events]
    texts = [event.text(newline, between=draw(noise), space=draw(st.sampled_from([b"", b" "]))) for event in sent]
    return mark + b"".join(texts) + stream.ending


def cuts(text: bytes) -> Strategy:
    """One of the ways to split a text into chunks."""
    places = st.lists(st.integers(0, len(text)), max_size=12).map(sorted)
    return places.map(lambda at: [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)])


def _events(stream: EventStream, names: Sequence[str]) -> Strategy:
    return st.sampled_from(names).flatmap(
        lambda name: bodies_of(stream.events[name])
        .filter(lambda body: not stream.reports_error(body))
        .map(lambda body: stream.event(name, body))
    )


def _kept(events: Any, kept: list[Any], mode: Mode) -> Any:
    """Read a stream to its end, adding each event to *kept*, also if it then raises."""
    if mode == "sync":
        with events:
            for event in events:
                kept.append(event)
        return None

    async def read() -> None:
        async with events:
            async for event in events:
                kept.append(event)

    return read()

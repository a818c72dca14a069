"""Server-sent events: from chunks of bytes to typed events. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from ..errors.decode import DecodeError
from ..errors.stream import StreamCut, StreamFailed
from ..http.request import Json, Request
from ..models.codec import any_json, decode, follow
from ..models.custom import StructOrCustom
from .account import Account
from .call import Call

E = TypeVar("E")


class ServerEvent(msgspec.Struct, frozen=True):
    """One event as it was sent."""

    name: str
    data: str


class EventParser:
    """Splits a stream into events, by the rules of the HTML standard. Chunks may end anywhere."""

    _MAX_SIZE = 16 * 2**20

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._is_first = True
        self._ends_in_cr = False
        """Whether the last byte was a CR: a line end, or the first half of a CRLF."""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that *chunk* completes."""
        if not chunk:
            return []
        # If the CR ended the last chunk, the LF at the start of this one belongs to it.
        text = self._rest + (chunk.removeprefix(b"\n") if self._ends_in_cr else chunk)
        self._ends_in_cr = chunk.endswith(b"\r")
        if self._is_first and len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
            self._rest = text
            return []
        if self._is_first:
            text = text.removeprefix(b"\xef\xbb\xbf")
            self._is_first = False
        *lines, self._rest = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) + sum(map(len, self._data)) > self._MAX_SIZE:
            raise DecodeError(
                f"an event of the stream is larger than {self._MAX_SIZE:,} bytes", path="$", body=self._rest[:200]
            )
        events = []
        for line in lines:
            if line:
                self._field(line)
            else:
                if self._data:
                    events.append(ServerEvent(self._name or "message", "\n".join(self._data)))
                self._name, self._data = "", []
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)


class UnknownEvent(msgspec.Struct, metaclass=StructOrCustom, frozen=True):
    """An event whose name the spec does not list."""

    name: str
    data: Json
    """The decoded JSON of the event, or its text if it is not JSON."""


class EventReader(Generic[E]):
    """Decodes the events of one kind of stream, and checks its end."""

    def __init__(
        self,
        known: Mapping[str, type[E]],
        *,
        last: frozenset[str],
        other: Callable[[str, Json], E],
        error: str | None = None,
        error_message: tuple[str, ...] = (),
    ) -> None:
        self._known = known
        self._last = last
        self._other = other
        self._error = error
        self._error_message = error_message

    def read(self, event: ServerEvent) -> E:
        """The typed event. Raises `StreamFailed` for the provider's error event, and `DecodeError`."""
        wanted = self._known.get(event.name)
        if event.name == self._error:
            body = decode(wanted, event.data.encode()) if wanted else any_json(event.data.encode())
            message = follow(body, self._error_message) or event.data
            raise StreamFailed(f"the provider reports an error in the stream: {message}", event=body)
        if wanted is None:
            plain = any_json(event.data.encode())
            return self._other(event.name, event.data if plain is None else plain)
        return decode(wanted, event.data.encode())

    def is_last(self, event: ServerEvent) -> bool:
        """Whether the stream is complete with this event."""
        return event.name in self._last

    def check_end(self) -> None:
        """Raise `StreamCut` if the stream must have a last event; call it at the end of a stream that had none."""
        if self._last:
            expected = " or ".join(repr(name) for name in sorted(self._last))
            raise StreamCut(f"the stream ended before its last event ({expected}), so it is not complete")


class StreamCall(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """A call whose reply is a stream of events."""

    call: Call[None]
    reader: EventReader[E]

    def request(self, account: Account) -> Request:
        """The request of the call."""
        return account.request(self.call, accept="text/event-stream")

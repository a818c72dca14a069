"""Server-sent events: from chunks of bytes to events, however they are cut. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from ..errors.decode import DecodeError
from ..errors.stream import StreamCut, StreamFailed
from ..http.request import Json, Request
from ..models.codec import any_json, decode, follow
from .account import Account
from .call import Call

E = TypeVar("E")


class ServerEvent(msgspec.Struct, frozen=True):
    """One event as it came."""

    name: str
    data: str


class EventParser:
    """Splits a stream into events, by the rules of the HTML standard. `feed` may be given any pieces."""

    _LONGEST = 16 * 2**20

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._is_first = True
        self._ends_in_cr = False
        """Whether the last byte ended a line by itself, or is the first half of a CRLF."""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that *chunk* completes."""
        if not chunk:
            return []
        # The second half of a CRLF whose first half ended a line already.
        text = self._rest + (chunk.removeprefix(b"\n") if self._ends_in_cr else chunk)
        self._ends_in_cr = chunk.endswith(b"\r")
        if self._is_first and len(text) < 3 and b"\xef\xbb\xbf".startswith(text):
            self._rest = text
            return []
        if self._is_first:
            text = text.removeprefix(b"\xef\xbb\xbf")
            self._is_first = False
        *lines, self._rest = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) + sum(map(len, self._data)) > self._LONGEST:
            raise DecodeError("an event of the stream has no end", path="$", body=self._rest[:200])
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


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event of a name that this package does not know."""

    name: str
    data: Json
    """The JSON of the event, or its text."""


class EventReader(Generic[E]):
    """Types the events of one kind of stream, and knows when it is whole."""

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
        """Whether the stream is whole with this event."""
        return event.name in self._last

    def check_end(self) -> None:
        """The stream has ended without a last event. Raises `StreamCut` if it should have had one."""
        if self._last:
            expected = " or ".join(repr(name) for name in sorted(self._last))
            raise StreamCut(f"the stream ended before its last event ({expected}); what came so far is not the whole")


class StreamCall(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """A call whose answer is a stream of events."""

    call: Call[None]
    reader: EventReader[E]

    def request(self, account: Account) -> Request:
        return account.request(self.call, accept="text/event-stream")

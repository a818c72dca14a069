"""Server-sent events, and lines of JSON: from chunks of bytes to typed events. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from ..errors.decode import DecodeError
from ..errors.stream import StreamCut, StreamFailed
from ..http.request import Json, Request
from ..models.codec import any_json, decode, follow
from ..models.custom import StructOrCustom
from ..models.message import message_of
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

    def end(self) -> list[ServerEvent]:
        """The events at the end of the stream: none, because an event that is not complete does not count."""
        return []

    def _field(self, line: bytes) -> None:
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)


class LineParser:
    """Splits lines of JSON. Chunks may end anywhere. Empty lines are skipped."""

    _MAX_SIZE = EventParser._MAX_SIZE

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The lines that *chunk* completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > self._MAX_SIZE:
            message = f"a line of the stream is larger than {self._MAX_SIZE:,} bytes"
            raise DecodeError(message, path="$", body=self._rest[:200])
        return [ServerEvent("", text) for text in map(self._text, lines) if text]

    def end(self) -> list[ServerEvent]:
        """The last line, if it has no line break. Raises `StreamCut` if it is not whole."""
        rest, self._rest = self._text(self._rest), b""
        if rest and any_json(rest.encode()) is None:
            raise StreamCut("the stream ended within a line, so it is not complete")
        return [ServerEvent("", rest)] if rest else []

    @staticmethod
    def _text(line: bytes) -> str:
        return line.decode("utf-8", "replace").removeprefix("\ufeff").strip()


class UnknownEvent(msgspec.Struct, metaclass=StructOrCustom, frozen=True):
    """An event whose name the spec does not list."""

    name: str
    data: Json
    """The decoded JSON of the event, or its text if it is not JSON."""


class EventReader(Generic[E]):
    """Decodes the events of one kind of stream, and checks its end."""

    def __init__(
        self,
        known: Mapping[str, type[E]] | None = None,
        *,
        every: type[E] | None = None,
        kind: str = "",
        is_lines: bool = False,
        last: frozenset[str] = frozenset(),
        end: str = "",
        other: Callable[[str, Json], E] | None = None,
        error: str | None = None,
        error_message: tuple[str, ...] = (),
    ) -> None:
        """The models are *known* by the names of events, or there is one for *every* event.

        *kind* is the field that says which event it is, if the name does not. *last* are the events that end the
        stream, and *end* is data that does. *error* is the event that reports an error, or, if it is `None`, any event
        with *error_message*, of JSON names.
        """
        self._known = known or {}
        self._every = every
        self._kind = kind
        self._is_lines = is_lines
        self._last = last
        self._end = end
        self._other = other
        self._error = error
        self._error_message = error_message

    @property
    def accept(self) -> str:
        """The media type of the stream."""
        return "application/x-ndjson" if self._is_lines else "text/event-stream"

    def parser(self) -> EventParser | LineParser:
        """A parser for one stream."""
        return LineParser() if self._is_lines else EventParser()

    def read(self, event: ServerEvent) -> E:
        """The typed event. Raises `StreamFailed` for the provider's error event, and `DecodeError`."""
        self._raise_error(event)
        data = event.data.encode()
        wanted = self._every or self._known.get(event.name)
        if wanted is None and self._other is not None:
            plain = any_json(data)
            return self._other(event.name, event.data if plain is None else plain)
        if wanted is None:
            raise DecodeError(f"the stream has an unknown event {event.name!r:.80}", path="$", body=data)
        return decode(wanted, data)

    def _raise_error(self, event: ServerEvent) -> None:
        """Raise `StreamFailed` if the event reports an error."""
        if not self._error_message or self._error not in (None, self._name_of(event)):
            return
        body = any_json(event.data.encode())
        said = message_of(follow(body, self._error_message))
        if self._error is None and said is None:
            return
        wanted = self._known.get(event.name)
        failed = decode(wanted, event.data.encode()) if wanted else body
        raise StreamFailed(f"the provider reports an error in the stream: {said or event.data}", event=failed)

    def _name_of(self, event: ServerEvent) -> str:
        """The name of an event, or the value of the field that says which one it is."""
        if not self._kind:
            return event.name
        found = follow(any_json(event.data.encode()), (self._kind,))
        return found if isinstance(found, str) else ""

    def is_end(self, event: ServerEvent) -> bool:
        """Whether this is no event, but the end of the stream."""
        return bool(self._end) and event.data.strip() == self._end

    def is_last(self, event: ServerEvent) -> bool:
        """Whether the stream is complete with this event."""
        return bool(self._last) and self._name_of(event) in self._last

    def check_end(self) -> None:
        """Raise `StreamCut` if the stream must have a last event; call it at the end of a stream that had none."""
        expected = [repr(name) for name in sorted(self._last)] + ([repr(self._end)] if self._end else [])
        if expected:
            raise StreamCut(f"the stream ended before its last event ({' or '.join(expected)}), so it is not complete")


class StreamCall(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """A call whose reply is a stream of events."""

    call: Call[None]
    reader: EventReader[E]

    def request(self, account: Account) -> Request:
        """The request of the call."""
        return account.request(self.call, accept=self.reader.accept)

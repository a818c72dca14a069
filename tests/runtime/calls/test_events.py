"""Server-sent events: any chunks of a stream give the same events, and a truncated stream raises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads_nothing
from bide_runtime.calls.events import EventParser, EventReader, LineParser, ServerEvent, StreamCall, UnknownEvent
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.stream import StreamCut, StreamFailed
from bide_runtime.errors.transport import ConnectionFailed
from bide_runtime.http.errors import PaymentRequired
from bide_runtime.http.request import Json
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import KEY, Page, Trouble
from tests.runtime.fakes import Reply, script
from tests.runtime.storms import rule
from tests.runtime.world import MODES, Mode, World


def parsed(chunks: Iterable[bytes]) -> list[ServerEvent]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def by_the_book(stream: bytes) -> list[ServerEvent]:
    """Parse a whole stream at once by the rules of the HTML standard."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    *lines, _ = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    events: list[ServerEvent] = []
    name, data = "", ""
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append(ServerEvent(name or "message", data.removesuffix("\n")))
            name, data = "", ""
        elif field == "event":
            name = value
        elif field == "data":
            data += value + "\n"
    return events


pieces = st.sampled_from(
    [
        "data: a",
        "data:b",
        "data",
        "data:",
        "data: :",
        "event: x",
        "event",
        ":comment",
        ":",
        "id: 3",
        "retry: 1",
        "é😀",
        "data: é😀\ufeff",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\r\r",
        "\r\n\r\n",
        "\n\r",
        "\ufeff",
    ]
)
streams = st.one_of(st.lists(pieces, max_size=14).map(lambda parts: "".join(parts).encode()), st.binary(max_size=30))


@rule
@given(streams, st.data())
def test_any_chunks_give_the_same_events(stream: bytes, data: st.DataObject) -> None:
    """Chunks may end anywhere, also inside a character or a line break."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert by_the_book(stream) == parsed(chunks)


@rule
@given(streams)
def test_byte_by_byte_gives_the_same_events(stream: bytes) -> None:
    """The same for chunks of one byte."""
    assert by_the_book(stream) == parsed(bytes([byte]) for byte in stream)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_an_event_is_complete_at_its_blank_line(end: str) -> None:
    """An event is returned without waiting for the next byte, for any line end."""
    assert [ServerEvent("x", "1\n2")] == parsed([f"event: x{end}data: 1{end}data: 2{end}{end}".encode()])


def test_a_line_without_end_is_refused() -> None:
    """A line without an end does not fill the memory."""
    with pytest.raises(DecodeError, match="larger than"):
        parsed([b"data: " + b"x" * 2**20] * 20)


def test_an_event_without_end_is_refused() -> None:
    """An event without an end does not fill the memory."""
    with pytest.raises(DecodeError, match="larger than"):
        parsed([b"data: " + b"x" * 2**20 + b"\n"] * 20)


# --- streams as a user reads them -----------------------------------------------------------------


def reader(last: frozenset[str] = frozenset({"done"})) -> EventReader[Any]:
    def other(name: str, data: Json) -> UnknownEvent:
        return UnknownEvent(name, data)

    return EventReader(
        {"page": Page, "done": Page, "oops": Trouble}, last=last, other=other, error="oops", error_message=("message",)
    )


def watching(mode: Mode, parts: list[Any], *, status: int = 200, **more: Any) -> tuple[World, Any]:
    """A client, and an open stream of these parts."""
    world = World(mode, script(Reply(status=status, parts=tuple(parts))))
    call: StreamCall[Any] = StreamCall(
        call=Call(method="POST", path="/stream", read=reads_nothing), reader=reader(**more)
    )
    return world, world.client._open(lambda: call, None)


PAGES = b'event: page\ndata: {"text": "a"}\n\n'
LAST = b'event: done\ndata: {"text": "z"}\n\n'


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_ends_with_its_last_event(mode: Mode) -> None:
    """Typed events arrive in order; nothing after the last event is read, and the connection is closed."""
    world, stream = watching(mode, [PAGES, LAST[:9], LAST[9:] + PAGES, ConnectionFailed("never read")])

    assert [Page(text="a"), Page(text="z")] == world.all(stream)
    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_the_request_is_sent_for_the_first_event(mode: Mode) -> None:
    """The request is sent when the first event is read, with the key and `Accept: text/event-stream`."""
    world, stream = watching(mode, [LAST])
    assert [] == world.sent

    world.all(stream)

    assert "text/event-stream" == world.sent[0].request.headers["accept"]
    assert KEY == world.sent[0].request.headers["x-key"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parts", [[], [PAGES], [PAGES, LAST[:-1]], [PAGES, ConnectionFailed("lost")]])
def test_a_truncated_stream_raises(mode: Mode, parts: list[Any]) -> None:
    """A stream without its last event raises `StreamCut`, however it ended."""
    world, stream = watching(mode, parts)

    with pytest.raises(StreamCut, match="not complete"):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_without_a_last_event_just_ends(mode: Mode) -> None:
    """If the spec declares no last event, the end of the body ends the stream."""
    world, stream = watching(mode, [PAGES], last=frozenset())

    assert [Page(text="a")] == world.all(stream)


@pytest.mark.parametrize("mode", MODES)
def test_an_error_event_is_raised(mode: Mode) -> None:
    """The provider's error event is raised with its message and the event."""
    world, stream = watching(mode, [PAGES, b'event: oops\ndata: {"code": "E", "message": "no luck"}\n\n', LAST])

    with pytest.raises(StreamFailed, match="no luck") as caught:
        world.all(stream)

    assert Trouble(code="E", message="no luck") == caught.value.event


@pytest.mark.parametrize("mode", MODES)
def test_an_unknown_event_is_returned(mode: Mode) -> None:
    """An event that the spec does not list is returned undecoded."""
    world, stream = watching(mode, [b'event: new\ndata: {"a": 1}\n\n', b"event: odd\ndata: text\n\n", LAST])

    assert [UnknownEvent("new", {"a": 1}), UnknownEvent("odd", "text"), Page(text="z")] == world.all(stream)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("data", [b"{", b"[]", b'{"text": 7}', b"hello"])
def test_an_event_of_the_wrong_shape_is_an_error(mode: Mode, data: bytes) -> None:
    """A listed event must match its model."""
    world, stream = watching(mode, [b"event: page\ndata: " + data + b"\n\n"])

    with pytest.raises(DecodeError):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_an_error_reply_to_a_stream_is_an_api_error(mode: Mode) -> None:
    """An error reply is decoded as for any call."""
    world, stream = watching(mode, [b'{"error": {"code": "c", ', b'"message": "pay first"}}'], status=402)

    with pytest.raises(PaymentRequired, match="pay first"):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


def test_leaving_a_stream_early_closes_the_connection() -> None:
    """The `with` block closes the connection, and a second `close` does nothing."""
    world, stream = watching("sync", [PAGES, PAGES])
    with stream as events:
        assert Page(text="a") == next(events)
        assert not world.transport.streams[-1].is_closed
    stream.close()

    assert world.transport.streams[-1].is_closed


def test_leaving_an_asyncio_stream_early_closes_the_connection() -> None:
    """The same for asyncio."""
    world, stream = watching("async", [PAGES, PAGES])

    async def main() -> None:
        async with stream as events:
            assert Page(text="a") == await anext(events)
            assert not world.transport.streams[-1].is_closed

    asyncio.run(main())

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_1_mib_of_an_error_is_read(mode: Mode) -> None:
    """The message of a large error reply is shown."""
    world, stream = watching(mode, [b" " * 2**20, b'{"error": {"code": "c", "message": "pay first"}}'], status=402)

    with pytest.raises(PaymentRequired, match="pay first"):
        world.all(stream)


@pytest.mark.parametrize("mode", MODES)
def test_no_more_than_1_mib_of_an_error_is_read(mode: Mode) -> None:
    """An endless error reply does not fill the memory."""
    world, stream = watching(mode, [b" " * 2**20, b" ", ConnectionFailed("never read")], status=402)

    with pytest.raises(PaymentRequired):
        world.all(stream)


def test_the_error_of_a_truncated_stream_names_its_last_events() -> None:
    """In quotes, sorted."""
    world, stream = watching("sync", [PAGES], last=frozenset({"done", "aborted"}))

    with pytest.raises(StreamCut, match=r"\('aborted' or 'done'\)"):
        world.all(stream)


@pytest.mark.parametrize("cuts", [[], [1], [2], [3], [1, 2]])
def test_a_leading_byte_order_mark_is_ignored(cuts: list[int]) -> None:
    """For any chunks; anywhere else it is an ordinary character."""
    stream = b"\xef\xbb\xbfdata: \xef\xbb\xbfa\n\n"
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert [ServerEvent("message", "\ufeffa")] == parsed(pieces)


# --- events without names, by a field of their data, and lines --------------------------------------------------------


def read(reader: EventReader[Any], text: bytes, at: int = 0) -> list[Any]:
    """The events of a stream, which is cut into two chunks."""
    parser, found = reader.parser(), []
    for event in [*parser.feed(text[:at]), *parser.feed(text[at:]), *parser.end()]:
        if reader.is_end(event):
            return found
        found.append(reader.read(event))
        if reader.is_last(event):
            return found
    reader.check_end()
    return found


MARKED = EventReader(every=Page, end="[DONE]", error_message=("error", "message"))
KINDS = EventReader(every=dict, kind="type", last=frozenset({"bye"}), error="oops", error_message=("why",))
LINES = EventReader(every=Page, is_lines=True)


@pytest.mark.parametrize("at", range(60))
def test_a_mark_ends_a_stream_and_is_no_event(at: int) -> None:
    """Events have one model whatever their names, and nothing after the mark is read."""
    text = b'data: {"text": "a"}\n\nevent: x\ndata: {"text": "b"}\n\ndata: [DONE]\n\ndata: more\n\n'

    assert read(MARKED, text, at) == [Page(text="a"), Page(text="b")]
    assert MARKED.accept == "text/event-stream"
    with pytest.raises(StreamCut, match=r"before its last event \('\[DONE\]'\)"):
        read(MARKED, text[:43], min(at, 43))


def test_an_event_with_an_error_message_is_an_error() -> None:
    """Whatever its name is."""
    with pytest.raises(StreamFailed, match="too long") as caught:
        read(MARKED, b'data: {"error": {"message": "too long"}}\n\n')

    assert caught.value.event == {"error": {"message": "too long"}}


def test_a_field_may_say_which_event_it_is() -> None:
    """For the last event and for errors."""
    assert read(KINDS, b'data: {"type": "hi"}\n\ndata: {"type": "bye"}\n\ndata: {"type": "hi"}\n\n') == [
        {"type": "hi"},
        {"type": "bye"},
    ]
    with pytest.raises(StreamFailed, match="on fire"):
        read(KINDS, b'data: {"type": "oops", "why": "on fire"}\n\n')
    assert read(KINDS, b'data: {"type": "hi", "why": "x"}\n\ndata: {"type": "bye"}\n\n')[0]["why"] == "x"
    with pytest.raises(StreamCut):
        read(KINDS, b'data: {"type": "hi"}\n\ndata: {"type": 7}\n\n')


@pytest.mark.parametrize("at", range(0, 50, 3))
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n\n"])
def test_lines_of_json_are_events(at: int, end: bytes) -> None:
    """The last one may have no line break."""
    text = '\ufeff{"text": "a"}\n\r\n{"text": "\u00fc"}'.encode() + end

    assert read(LINES, text, at) == [Page(text="a"), Page(text="\u00fc")]
    assert LINES.accept == "application/x-ndjson"


@pytest.mark.parametrize("rest", [b"{", b'{"text": "b', b'{"text": "b"'])
def test_a_line_that_is_cut_is_an_error(rest: bytes) -> None:
    """A stream of lines has no last event, but each line is whole."""
    with pytest.raises(StreamCut, match="within a line"):
        read(LINES, b'{"text": "a"}\n' + rest)


def test_a_line_has_a_limit() -> None:
    """As an event has."""
    with pytest.raises(DecodeError, match="larger than"):
        read(LINES, b"x" * (16 * 2**20 + 1))


def test_lines_of_json_may_be_cut_anywhere() -> None:
    """Also inside of a character; bytes that are no UTF-8 are replaced, and empty lines skipped."""
    body = '\ufeff{"a": "é"}\r\n\n'.encode() + b'"\xff"\n{"b": 1}'
    for size in range(1, len(body) + 1):
        parser = LineParser()
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        lines = [event.data for chunk in chunks for event in parser.feed(chunk)]
        assert ['{"a": "é"}', '"\ufffd"', '{"b": 1}'] == lines + [event.data for event in parser.end()]


def test_a_stream_that_ends_within_a_line_was_cut() -> None:
    """It is no event."""
    parser = LineParser()
    parser.feed(b'{"a": 1}\n{"b": ')

    with pytest.raises(StreamCut):
        parser.end()

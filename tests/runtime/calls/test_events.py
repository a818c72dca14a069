"""Server-sent events: any cutting of a stream gives the same events, and a stream that was cut says so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads_nothing
from bide_runtime.calls.events import EventParser, EventReader, ServerEvent, StreamCall, UnknownEvent
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
    """The rules of the HTML standard, applied to a whole stream at once."""
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
def test_any_cutting_gives_the_same_events(stream: bytes, data: st.DataObject) -> None:
    """However a stream is cut into chunks, in the middle of a letter or a line break too, its events are the same."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert by_the_book(stream) == parsed(chunks)


@rule
@given(streams)
def test_byte_by_byte_gives_the_same_events(stream: bytes) -> None:
    """The finest cutting of all."""
    assert by_the_book(stream) == parsed(bytes([byte]) for byte in stream)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_an_event_comes_with_its_blank_line(end: str) -> None:
    """No event waits for the next byte, whatever ends the lines."""
    assert [ServerEvent("x", "1\n2")] == parsed([f"event: x{end}data: 1{end}data: 2{end}{end}".encode()])


def test_a_line_without_end_is_refused() -> None:
    """A stream that never ends a line does not fill the memory."""
    with pytest.raises(DecodeError, match="larger than"):
        parsed([b"data: " + b"x" * 2**20] * 20)


def test_an_event_without_end_is_refused() -> None:
    """Nor does one that never ends an event."""
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
    """A client and an open stream of these parts."""
    world = World(mode, script(Reply(status=status, parts=tuple(parts))))
    call: StreamCall[Any] = StreamCall(
        call=Call(method="POST", path="/stream", read=reads_nothing), reader=reader(**more)
    )
    return world, world.client._open(lambda: call, None)


PAGES = b'event: page\ndata: {"text": "a"}\n\n'
LAST = b'event: done\ndata: {"text": "z"}\n\n'


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_ends_with_its_last_event(mode: Mode) -> None:
    """Typed events come in order; what follows the last one is not read, and the connection is given up."""
    world, stream = watching(mode, [PAGES, LAST[:9], LAST[9:] + PAGES, ConnectionFailed("never read")])

    assert [Page(text="a"), Page(text="z")] == world.all(stream)
    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_sent_before_the_first_event_is_asked_for(mode: Mode) -> None:
    """Opening is lazy, and asks for events with the key."""
    world, stream = watching(mode, [LAST])
    assert [] == world.sent

    world.all(stream)

    assert "text/event-stream" == world.sent[0].request.headers["accept"]
    assert KEY == world.sent[0].request.headers["x-key"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("parts", [[], [PAGES], [PAGES, LAST[:-1]], [PAGES, ConnectionFailed("lost")]])
def test_a_stream_that_was_cut_says_so(mode: Mode, parts: list[Any]) -> None:
    """A stream without its last event is not the whole, however it ended."""
    world, stream = watching(mode, parts)

    with pytest.raises(StreamCut, match="not complete"):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_a_stream_without_a_last_event_just_ends(mode: Mode) -> None:
    """Where the provider marks no end, the end is the end."""
    world, stream = watching(mode, [PAGES], last=frozenset())

    assert [Page(text="a")] == world.all(stream)


@pytest.mark.parametrize("mode", MODES)
def test_an_error_event_is_raised(mode: Mode) -> None:
    """What the provider reports in the stream is an exception with its words and the event."""
    world, stream = watching(mode, [PAGES, b'event: oops\ndata: {"code": "E", "message": "no luck"}\n\n', LAST])

    with pytest.raises(StreamFailed, match="no luck") as caught:
        world.all(stream)

    assert Trouble(code="E", message="no luck") == caught.value.event


@pytest.mark.parametrize("mode", MODES)
def test_an_event_of_an_unknown_name_is_kept(mode: Mode) -> None:
    """A new kind of event is handed out as it came."""
    world, stream = watching(mode, [b'event: new\ndata: {"a": 1}\n\n', b"event: odd\ndata: text\n\n", LAST])

    assert [UnknownEvent("new", {"a": 1}), UnknownEvent("odd", "text"), Page(text="z")] == world.all(stream)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("data", [b"{", b"[]", b'{"text": 7}', b"hello"])
def test_an_event_of_the_wrong_shape_is_an_error(mode: Mode, data: bytes) -> None:
    """A known event must fit its model."""
    world, stream = watching(mode, [b"event: page\ndata: " + data + b"\n\n"])

    with pytest.raises(DecodeError):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_a_refused_stream_is_the_providers_error(mode: Mode) -> None:
    """An error reply is read as any other."""
    world, stream = watching(mode, [b'{"error": {"code": "c", ', b'"message": "pay first"}}'], status=402)

    with pytest.raises(PaymentRequired, match="pay first"):
        world.all(stream)

    assert world.transport.streams[-1].is_closed


def test_leaving_a_stream_early_gives_the_connection_up() -> None:
    """The `with` block closes what it has opened, and closing twice is fine."""
    world, stream = watching("sync", [PAGES, PAGES])
    with stream as events:
        assert Page(text="a") == next(events)
        assert not world.transport.streams[-1].is_closed
    stream.close()

    assert world.transport.streams[-1].is_closed


def test_leaving_an_asyncio_stream_early_gives_the_connection_up() -> None:
    """The same, awaited."""
    world, stream = watching("async", [PAGES, PAGES])

    async def main() -> None:
        async with stream as events:
            assert Page(text="a") == await anext(events)
            assert not world.transport.streams[-1].is_closed

    asyncio.run(main())

    assert world.transport.streams[-1].is_closed


@pytest.mark.parametrize("mode", MODES)
def test_a_mebibyte_of_an_error_is_read(mode: Mode) -> None:
    """An error is told in the provider's words, however wordy it is."""
    world, stream = watching(mode, [b" " * 2**20, b'{"error": {"code": "c", "message": "pay first"}}'], status=402)

    with pytest.raises(PaymentRequired, match="pay first"):
        world.all(stream)


@pytest.mark.parametrize("mode", MODES)
def test_an_error_without_end_is_not_read_to_its_end(mode: Mode) -> None:
    """A server cannot fill the memory with an error."""
    world, stream = watching(mode, [b" " * 2**20, b" ", ConnectionFailed("never read")], status=402)

    with pytest.raises(PaymentRequired):
        world.all(stream)


def test_a_cut_stream_names_the_events_that_would_have_ended_it() -> None:
    """Each in quotes, in the order of the alphabet."""
    world, stream = watching("sync", [PAGES], last=frozenset({"done", "aborted"}))

    with pytest.raises(StreamCut, match=r"\('aborted' or 'done'\)"):
        world.all(stream)


@pytest.mark.parametrize("cuts", [[], [1], [2], [3], [1, 2]])
def test_a_byte_order_mark_begins_a_stream_and_is_no_part_of_it(cuts: list[int]) -> None:
    """However it is cut; anywhere else it is a letter."""
    stream = b"\xef\xbb\xbfdata: \xef\xbb\xbfa\n\n"
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert [ServerEvent("message", "\ufeffa")] == parsed(pieces)

"""How every engine reads a reply: headers, codings, framings and sizes, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ReplyTooLarge
from bide_runtime.http.request import Request

from tests.runtime.engines.engine import AMPLE, Awaited, Make, fetch, get
from tests.runtime.engines.server import (
    Peer,
    Received,
    Server,
    chunk,
    chunked,
    endless,
    head,
    play,
    reply,
)


def test_headers_of_a_reply(transport: Transport) -> None:
    """Header names are in lower case; repeated ones are joined by a comma; the text may be UTF-8."""
    data = b"HTTP/1.1 200 OK\r\nLink: a\r\nX-ID: 7 \r\nlink: b\r\nX-Name: \xc3\xa9\r\nContent-Length: 0\r\n\r\n"
    with Server(play(data)) as server:
        headers = fetch(transport, server).headers

    assert ("a, b", "7", "é") == (headers["link"], headers["x-id"], headers["x-name"])


FIT = {
    "one-of-64-kB": {"X-Large": "x" * 65_536},
    "250-of-them": {f"X-{number}": str(number) for number in range(250)},
    "both": {"X-Large": "x" * 65_536, **{f"X-{number}": "y" * 300 for number in range(249)}},
    "900-kB": {f"X-{number}": "z" * 60_000 for number in range(15)},
}


@pytest.mark.parametrize("framing", ["length", "chunks", "close"])
@pytest.mark.parametrize("headers", FIT.values(), ids=FIT)
def test_large_headers(transport: Transport, headers: dict[str, str], framing: str) -> None:
    """Headers within the limits are read by every engine, and the body after them; the connection is kept."""

    def answer(peer: Peer, _request: Received) -> None:
        if framing == "length":
            peer.send(reply(b"body", **headers))
        elif framing == "chunks":
            peer.send(chunked(b"bo", b"dy", **headers))
        else:
            peer.send(head(connection="close", **headers) + b"body")
            peer.close()

    with Server(answer) as server:
        for _ in range(2):
            found = fetch(transport, server)
            assert b"body" == found.body
            assert {name.lower(): value for name, value in headers.items()}.items() <= found.headers.items()
            if isinstance(transport, Awaited):
                transport._runner.run(asyncio.sleep(0.01))

    assert server.connections == (2 if framing == "close" else 1)


TOO_LARGE_HEADERS = {
    "one-of-65-kB": head(x_large="x" * 65_537, content_length="9"),
    "one-of-200-kB": head(x_large="x" * 200_000, content_length="9"),
    "300-of-them": head(content_length="9", **{f"X-{number}": "y" for number in range(300)}),
    "3000-of-them": head(content_length="9", **{f"X-{number}": "y" for number in range(3000)}),
    "one-and-a-half-MB": head(content_length="9", **{f"X-{number}": "z" * 60_000 for number in range(25)}),
    "ten-MB": head(content_length="9", **{f"X-{number}": "z" * 60_000 for number in range(170)}),
}


@pytest.mark.parametrize("data", TOO_LARGE_HEADERS.values(), ids=TOO_LARGE_HEADERS)
def test_too_large_headers(transport: Transport, data: bytes) -> None:
    """Larger headers raise an error that is not transient and says so, and the connection is closed."""
    with Server(play(data)) as server:
        with pytest.raises(ReplyTooLarge, match=r"headers of the reply are larger .* 65,536 bytes for one") as caught:
            fetch(transport, server)
        server.settle(0)
        with pytest.raises(ReplyTooLarge):
            transport.open(get(server.url), timeout=AMPLE)

    assert caught.value.may_have_arrived


def test_endless_headers(transport: Transport) -> None:
    """Headers without an end raise as soon as they exceed the limits."""
    with Server(play(b"HTTP/1.1 200 OK\r\n", endless(b"X-More: " + b"x" * 999 + b"\r\n"))) as server:
        with pytest.raises(ReplyTooLarge):
            fetch(transport, server)
        server.settle(0)


def test_many_early_hints(transport: Transport) -> None:
    """An interim reply may have as many headers."""
    hints = head(status="103 Early Hints", **{f"Link-{number}": "</x>" for number in range(200)})
    with Server(play(hints, reply(b"late"))) as server:
        assert b"late" == fetch(transport, server).body


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b"text " * 999)),
        ("GZIP", gzip.compress(b"text " * 999)),
        ("x-gzip", gzip.compress(b"text " * 500) + gzip.compress(b"text " * 499)),
        ("deflate", zlib.compress(b"text " * 999)),
        ("deflate", zlib.compress(b"text " * 999)[2:-4]),
        ("identity", b"text " * 999),
        ("gzip, gzip", gzip.compress(gzip.compress(b"text " * 999))),
        ("deflate, gzip", gzip.compress(zlib.compress(b"text " * 999))),
        ("x-gzip,identity ,Deflate", zlib.compress(gzip.compress(b"text " * 999))),
        (", gzip,", gzip.compress(b"text " * 999)),
        ("utf-8", b"text " * 999),
    ],
    ids=[
        "gzip",
        "upper-case",
        "two-gzips",
        "zlib",
        "deflate",
        "none",
        "gzip-twice",
        "deflate-gzip",
        "three",
        "empty",
        "no-coding",
    ],
)
def test_compressed_bodies(transport: Transport, coding: str, packed: bytes) -> None:
    """gzip and deflate are decompressed, also the deflate without a header that some servers send."""
    with Server(play(reply(packed, content_encoding=coding))) as server:
        answer = fetch(transport, server)

    assert b"text " * 999 == answer.body


@pytest.mark.parametrize(
    ("coding", "named"),
    [
        ("br", "'br'"),
        ("zstd", "'zstd'"),
        ("gzip, br", "'br'"),
        ("compress, gzip", "'compress'"),
        ("gzip;q=1", "'gzip;q=1'"),
        (", ".join(["gzip"] * 6), "6 codings"),
    ],
)
def test_other_codings(transport: Transport, coding: str, named: str) -> None:
    """A body in another coding is refused by name, and not transient; an error keeps its status."""
    packed = gzip.compress(b"text")
    with Server(play(reply(packed, content_encoding=coding))) as server:
        with pytest.raises(DecodeError, match=f"the body of the reply has .*{named}.* cannot decode") as caught:
            fetch(transport, server)
        with pytest.raises(DecodeError, match=named):
            list(transport.open(get(server.url), timeout=AMPLE).chunks())
        server.answer = play(reply(packed, status="503 Later", content_encoding=coding))
        answer = fetch(transport, server)
        server.answer = play(reply(b"", content_encoding=coding))
        empty = fetch(transport, server)

    assert caught.value.may_have_arrived
    assert (503, b"") == (answer.status, answer.body)
    assert (200, b"") == (empty.status, empty.body)


def test_repeated_codings(transport: Transport) -> None:
    """Two headers are one list."""
    packed = gzip.compress(zlib.compress(b"text"))
    data = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    with Server(play(data % len(packed) + packed)) as server:
        assert b"text" == fetch(transport, server).body


@pytest.mark.parametrize(
    "data",
    [
        chunked(b"one ", b"two ", b"three"),
        chunked(b"one two three", end=b"0;x=y\r\nTrailer: t\r\n\r\n"),
        head(connection="close") + b"one two three",
        b"HTTP/1.0 200 OK\r\n\r\none two three",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + reply(b"one two three"),
    ],
    ids=["chunks", "trailer", "close", "http-1.0", "interim"],
)
def test_framings(transport: Transport, data: bytes) -> None:
    """Chunked bodies, bodies that end with the connection, and informational replies are all understood."""

    def answer(peer: Peer, request: Received) -> None:
        peer.send(data)
        if b"\r\n0" not in data and b"Content-Length" not in data:
            peer.close()

    with Server(answer) as server:
        got = fetch(transport, server)

    assert (200, b"one two three") == (got.status, got.body)


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("HEAD", head(content_length="99", content_encoding="gzip")),
        ("GET", head(status="204 No Content")),
        ("GET", head(status="304 Not Modified", content_length="99")),
        ("GET", reply()),
        ("GET", reply(content_encoding="gzip")),
    ],
    ids=["head", "no-content", "not-modified", "empty", "empty-gzip"],
)
def test_replies_without_a_body(transport: Transport, method: str, data: bytes) -> None:
    """A reply without a body ends with its headers, and its connection can be used again."""
    with Server(play(data)) as server:
        bodies = [transport.send(Request(method=method, url=server.url, headers={}), timeout=AMPLE).body for _ in "ab"]

    assert ([b"", b""], 1) == (bodies, server.connections)


BOMB = gzip.compress(bytes(10**8), compresslevel=1)

TOO_LARGE = {
    "length": play(reply(b"x" * 10_001)),
    "bomb": play(reply(BOMB, content_encoding="gzip")),
    "two-bombs": play(reply(gzip.compress(BOMB), content_encoding="gzip, gzip")),
    "endless": play(head(content_length=str(10**12)), endless(b"x" * 4096)),
    "endless-chunks": play(head(transfer_encoding="chunked"), endless(chunk(b"x" * 4096))),
    "endless-close": play(head(connection="close"), endless(b"x" * 4096)),
}


@pytest.mark.parametrize("excess", TOO_LARGE)
def test_replies_over_the_limit(make: Make, excess: str) -> None:
    """A reply over the limit raises as soon as it exceeds it, and its connection is closed."""
    with Server(TOO_LARGE[excess]) as server:
        transport = make(body_limit=10_000)
        with pytest.raises(ReplyTooLarge, match="10,000 bytes"):
            fetch(transport, server)
        if excess.startswith("endless"):
            server.settle(0)


def test_a_reply_of_just_the_limit(make: Make) -> None:
    """A reply of exactly the limit is accepted."""
    with Server(play(reply(gzip.compress(b"x" * 10_000), content_encoding="gzip"))) as server:
        assert 10_000 == len(fetch(make(body_limit=10_000), server).body)


def test_cookies_are_not_kept(transport: Transport) -> None:
    """A cookie of one reply is not sent with the next request."""
    with Server(play(reply(set_cookie="a=b; Path=/"))) as server:
        fetch(transport, server)
        fetch(transport, server)

    assert "cookie" not in server.requests[1].headers

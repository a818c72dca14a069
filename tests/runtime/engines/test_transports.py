"""All engines behave as `engines/transport.py` promises, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import logging
import re
import signal
import socket
import sys
import threading
import time
import traceback
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import aiohttp
import httpx2
import pytest
import urllib3
from bide_runtime.engines import urllib3_transport
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.attempt import Attempt
from bide_runtime.engines.certificates import tls_context
from bide_runtime.engines.default import default_async_transport, default_transport
from bide_runtime.engines.hooks import httpcore2 as httpcore2_hooks
from bide_runtime.engines.httpx_transport import AsyncHttpxTransport, HttpxTransport
from bide_runtime.engines.transport import AsyncStreamReply, AsyncTransport, StreamReply, Transport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.client import ClientClosed, ClientError, ConfigurationError, InvalidArgument
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout
from bide_runtime.http.request import Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runtime.engines.server import (
    CERTIFICATE,
    Answer,
    Peer,
    Received,
    Server,
    chunk,
    chunked,
    drip,
    endless,
    head,
    play,
    reply,
)

SOON = 0.15
"""The timeout of requests that must time out, in seconds."""

SLACK = 3.0
"""How much later than its timeout a call may end on a busy machine. A wrong call would take longer."""

AMPLE = 5.0
"""The timeout of requests that must not time out, in seconds."""

BLOCKING: dict[str, type[Any]] = {"urllib3": Urllib3Transport, "httpx": HttpxTransport}
AWAITED: dict[str, type[Any]] = {"aiohttp": AiohttpTransport, "async-httpx": AsyncHttpxTransport}


class AwaitedStream:
    """A blocking interface to an asyncio stream."""

    def __init__(self, run: Callable[[Any], Any], stream: AsyncStreamReply) -> None:
        self._run = run
        self._stream = stream
        self.status = stream.status
        self.headers = stream.headers

    def chunks(self) -> Iterator[bytes]:
        incoming = self._stream.chunks()
        while (data := self._run(_next(incoming))) is not None:
            yield data

    def close(self) -> None:
        self._run(self._stream.close())


async def _next(incoming: AsyncIterator[bytes]) -> bytes | None:
    return await anext(incoming, None)


class Awaited:
    """A blocking interface to an asyncio transport, so that the same tests run for both."""

    def __init__(self, runner: asyncio.Runner, transport: AsyncTransport) -> None:
        self._runner = runner
        self._transport = transport

    def send(self, request: Request, *, timeout: float) -> Response:
        return self._runner.run(self._transport.send(request, timeout=timeout))

    def open(self, request: Request, *, timeout: float) -> StreamReply:
        return AwaitedStream(self._runner.run, self._runner.run(self._transport.open(request, timeout=timeout)))

    def failures(self, requests: list[Request], *, timeout: float) -> list[BaseException | None]:
        async def main() -> list[Any]:
            calls = [self._transport.send(request, timeout=timeout) for request in requests]
            return await asyncio.gather(*calls, return_exceptions=True)

        return self._runner.run(main())

    def close(self) -> None:
        self._runner.run(self._transport.close())


Make = Callable[..., Transport]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(params=[*BLOCKING, *AWAITED])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """A function that makes transports of one engine; they are closed after the test."""
    made: list[Transport] = []
    with asyncio.Runner() as runner:

        def new(**options: Any) -> Transport:
            if request.param in BLOCKING:
                made.append(BLOCKING[request.param](**options))
            else:
                made.append(Awaited(runner, AWAITED[request.param](**options)))
            return made[-1]

        yield new
        for transport in made:
            transport.close()


@pytest.fixture
def transport(make: Make) -> Transport:
    return make()


def get(url: str, **headers: str) -> Request:
    return Request(method="GET", url=url, headers=headers)


def fetch(transport: Transport, server: Server, path: str = "/", *, timeout: float = AMPLE) -> Response:
    return transport.send(get(server.url + path), timeout=timeout)


# Requests and replies


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "404 Not Found", "418 Odd", "500 Oops", "503 Later"])
def test_any_status_is_a_reply(transport: Transport, status: str) -> None:
    """A reply of any status is returned, with its body."""
    with Server(play(reply(b"so be it", status=status))) as server:
        answer = fetch(transport, server)

    assert (int(status[:3]), b"so be it") == (answer.status, answer.body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_returned(transport: Transport, status: int) -> None:
    """A redirect is not followed: its status and its Location are returned."""
    with Server(play(reply(status=f"{status} Moved", location="http://elsewhere.test/a?b=%20c"))) as server:
        answer = fetch(transport, server)

    assert (status, "http://elsewhere.test/a?b=%20c") == (answer.status, answer.headers["location"])
    assert 1 == len(server.requests)


def test_requests_are_sent_unchanged(transport: Transport) -> None:
    """Method, URL, headers and body reach the server byte for byte."""
    target = "/jobs/a%2Fb%7Ec%3F?q=1+2%20%C3%A9&list=a,b&empty="
    headers = {"x-api-key": "k", "content-type": "application/json", "user-agent": "acme-client"}
    with Server(play(reply())) as server:
        transport.send(Request(method="POST", url=server.url + target, headers=headers, body=b"{}"), timeout=AMPLE)
    (sent,) = server.requests

    assert ("POST", target, b"{}") == (sent.method, sent.target, sent.body)
    assert headers.items() <= sent.headers.items()
    assert {"host", "content-length", "accept-encoding"} <= sent.headers.keys() - headers.keys()
    assert sent.headers["accept-encoding"] == "gzip, deflate"


def test_nothing_is_added_to_a_request_without_a_body(transport: Transport) -> None:
    """A POST without a body has Content-Length 0 and no Content-Type."""
    with Server(play(reply())) as server:
        transport.send(Request(method="POST", url=server.url, headers={}), timeout=AMPLE)
    (sent,) = server.requests

    assert ("0", None) == (sent.headers["content-length"], sent.headers.get("content-type"))


def test_large_bodies_are_sent(transport: Transport) -> None:
    """A request body of megabytes arrives complete."""
    body = bytes(range(256)) * 12_000
    with Server(play(reply())) as server:
        transport.send(Request(method="PUT", url=server.url, headers={}, body=body), timeout=AMPLE)

    assert body == server.requests[0].body


def test_invalid_characters_of_a_url_are_encoded(transport: Transport) -> None:
    """Characters that a URL cannot hold are encoded, so they cannot end the request line."""
    with Server(play(reply())) as server:
        fetch(transport, server, "/a b\x01é?q={x} y#part")

    assert "/a%20b%01%C3%A9?q=%7Bx%7D%20y" == server.requests[0].target


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "/jobs", "http://", "http://[::1", "http://me:pw@127.0.0.1/"])
def test_an_invalid_url_is_refused(transport: Transport, url: str) -> None:
    """An invalid URL is refused, and the message does not quote it."""
    with pytest.raises(InvalidArgument, match="URL") as caught:
        transport.send(get(url), timeout=AMPLE)

    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("value", ["s3cret\nx-admin: 1", "s3cret\x00", "s3cret\u2019"], ids=["line", "nul", "quote"])
def test_an_invalid_header_is_refused(transport: Transport, value: str) -> None:
    """A header that HTTP cannot carry is refused, and the message does not quote its value."""
    with pytest.raises(InvalidArgument, match="x-api-key") as caught:
        transport.send(get("http://127.0.0.1:9", **{"x-api-key": value}), timeout=AMPLE)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value, limit=0))


# Reading replies


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


# Failed connections


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_connection_refused(transport: Transport) -> None:
    """If nothing listens, the request did not arrive; the message has host and port only."""
    port = free_port()
    with pytest.raises(ConnectionFailed) as caught:
        transport.send(get(f"http://127.0.0.1:{port}/path?key=s3cret", **{"x-api-key": "s3cret"}), timeout=AMPLE)

    assert f"could not connect to 127.0.0.1:{port}: connection refused" == str(caught.value)
    assert not caught.value.may_have_arrived
    assert isinstance(caught.value.__cause__, Exception)


def test_unknown_host(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a name cannot be resolved, the request did not arrive."""

    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailed, match=r"nowhere\.test: name or service not known") as caught:
        transport.send(get("http://nowhere.test/"), timeout=AMPLE)

    assert not caught.value.may_have_arrived


def test_no_certificates_are_read_without_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP reads no certificates, which is the slowest part of a first request."""
    monkeypatch.setattr(urllib3_transport, "tls_context", lambda use: pytest.fail("they were read"))
    transport = Urllib3Transport()

    with Server(play(reply())) as server:
        transport.send(Request(method="GET", url=server.url, headers={}), timeout=AMPLE)
    transport.close()


def test_certificates_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once by each engine, for any number of clients; again if the environment names others."""
    found = [tls_context("one"), tls_context("one"), tls_context("another")]
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")

    assert found[0] is found[1]
    assert len({*found, tls_context("one")}) == 3


def test_certificates_are_verified(transport: Transport, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that the system trusts is accepted; any other is refused before the request is sent."""
    with Server(play(reply(b"safe")), tls=True) as server:
        assert b"safe" == fetch(transport, server).body

        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
            fetch(make(), server)

    assert not caught.value.may_have_arrived
    assert 1 == len(server.requests)


def test_names_are_verified(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of another host is refused."""
    with Server(play(reply()), tls=True) as server:
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_args, **_options: [(2, 1, 6, "", ("127.0.0.1", server.port))]
        )
        with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
            transport.send(get(f"https://other.test:{server.port}/"), timeout=AMPLE)

    assert not caught.value.may_have_arrived
    assert not server.requests


def raw_listener(behave: Callable[[socket.socket], None]) -> socket.socket:
    """A listener that does something to each connection, and speaks no TLS."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        try:
            while True:
                sock, _ = listener.accept()
                behave(sock)
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    return listener


def test_a_server_without_tls(transport: Transport) -> None:
    """If the server closes the connection in the TLS handshake, the request did not arrive."""
    with raw_listener(lambda sock: sock.close()) as listener:
        with pytest.raises(ConnectionFailed, match="could not connect") as caught:
            transport.send(get(f"https://127.0.0.1:{listener.getsockname()[1]}/"), timeout=AMPLE)
        listener.shutdown(socket.SHUT_RDWR)

    assert not caught.value.may_have_arrived


def test_a_connection_that_is_not_made_in_time(transport: Transport) -> None:
    """A TLS handshake without an answer ends at the timeout, and the request did not arrive."""
    held: list[socket.socket] = []
    with raw_listener(held.append) as listener:
        began = time.monotonic()
        with pytest.raises(RequestTimeout, match=r"no connection to 127\.0\.0\.1:\d+ within 0\.15 s") as caught:
            transport.send(get(f"https://127.0.0.1:{listener.getsockname()[1]}/"), timeout=SOON)
        assert SOON <= time.monotonic() - began < SOON + SLACK
        listener.shutdown(socket.SHUT_RDWR)
    for sock in held:
        sock.close()

    assert not caught.value.may_have_arrived


def test_a_name_that_is_not_resolved_in_time(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name resolution ends at the timeout."""
    over = threading.Event()

    def slow(_host: str, *_args: object, flags: int = 0, **_options: object) -> None:
        if not flags & socket.AI_NUMERICHOST:
            over.wait(AMPLE)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    with pytest.raises(RequestTimeout) as caught:
        transport.send(get("http://slow.test/"), timeout=SOON)
    assert SOON <= time.monotonic() - began < SOON + SLACK
    over.set()

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("timeout", [1e9, 1e300])
def test_a_very_long_timeout(transport: Transport, timeout: float) -> None:
    """A timeout may be longer than the operating system accepts."""
    with Server(play(reply(b"in time"))) as server:
        assert b"in time" == fetch(transport, server, timeout=timeout).body


@pytest.mark.parametrize("timeout", [0.0, -1.0])
def test_a_timeout_of_zero(transport: Transport, timeout: float) -> None:
    """A request without time left is not sent."""
    with Server(play(reply())) as server, pytest.raises(RequestTimeout) as caught:
        fetch(transport, server, timeout=timeout)

    assert not caught.value.may_have_arrived
    assert not server.requests


# Lost connections

LOSSES = {
    "closed": play(Peer.close),
    "reset": play(Peer.reset),
    "in-status": play(b"HTTP/1.1 20", Peer.close),
    "in-headers": play(b"HTTP/1.1 200 OK\r\nContent-Le", Peer.reset),
    "end-of-headers": play(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain", Peer.close),
    "between-headers": play(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", Peer.close),
    "bad-headers": play(b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 0\r\n\r\n"),
    "in-body": play(head(content_length="99"), b"half", Peer.reset),
    "short-body": play(head(content_length="99"), b"half", Peer.close),
    "no-body": play(head(content_length="99"), Peer.close),
    "in-chunk": play(head(transfer_encoding="chunked"), b"63\r\nhalf", Peer.close),
    "between-chunks": play(chunked(b"half", end=b""), Peer.close),
    "bad-chunk": play(chunked(b"half", end=b"zz\r\nhalf\r\n0\r\n\r\n")),
    "not-http": play(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Peer.close),
    "bad-gzip": play(reply(b"\x1f\x8bnothing of the kind", content_encoding="gzip")),
    "cut-gzip": play(reply(gzip.compress(b"text" * 99)[:-9], content_encoding="gzip")),
    "cut-inside-gzip": play(reply(gzip.compress(gzip.compress(b"text" * 99)[:-9]), content_encoding="gzip, gzip")),
    "cut-outside-gzip": play(reply(gzip.compress(gzip.compress(b"text" * 99))[:-9], content_encoding="gzip, gzip")),
    "one-byte-gzip": play(reply(b"\x1f", content_encoding="gzip")),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_lost_replies(transport: Transport, loss: str, tls: bool) -> None:
    """An incomplete reply is a lost connection, and the request may have arrived."""
    with Server(LOSSES[loss], tls=tls) as server:
        with pytest.raises(ConnectionFailed) as caught:
            fetch(transport, server)
        assert 1 == len(server.requests)
        if "gzip" not in loss:
            server.settle(0)

    assert caught.value.may_have_arrived


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
@pytest.mark.parametrize("loss", ["closed", "reset"])
def test_nothing_is_sent_twice(transport: Transport, method: str, loss: str) -> None:
    """A request lost on a reused connection is not sent again by the engine, whatever its method."""
    request = Request(method=method, url="", headers={}, body=b"{}" if method in ("PUT", "POST") else None)

    def answer(peer: Peer, _request: Received) -> None:
        if len(server.requests) <= 2:
            peer.send(reply())
        else:
            LOSSES[loss](peer, _request)

    with Server(answer) as server:
        request = Request(method=method, url=server.url, headers={}, body=request.body)
        transport.send(request, timeout=AMPLE)
        transport.send(request, timeout=AMPLE)
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(request, timeout=AMPLE)

    assert (3, 1) == (len(server.requests), server.connections)
    assert caught.value.may_have_arrived


def test_a_connection_that_was_closed_while_idle(transport: Transport) -> None:
    """An idle connection that the server has closed is replaced by a new one."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(reply(b"fine"))
        peer.close()

    with Server(answer) as server:
        fetch(transport, server)
        server.settle(0)
        if isinstance(transport, Awaited):
            transport._runner.run(asyncio.sleep(0.01))
        assert b"fine" == fetch(transport, server).body


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest),
        st.binary(max_size=60).map(lambda rest: head(transfer_encoding="chunked") + rest),
        st.tuples(
            st.sampled_from(["content-length", "content-encoding", "location", "set-cookie"]), st.text(max_size=9)
        ).map(lambda pair: b"HTTP/1.1 302 Found\r\n" + f"{pair[0]}: {pair[1]}\r\n\r\nbody".encode()),
    )
)
def test_any_bytes_of_a_server(make: Make, data: bytes) -> None:
    """Any bytes from a server give a reply or an error of ours."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(data)
        peer.close()

    with Server(answer) as server, contextlib.suppress(ConnectionFailed):
        assert isinstance(fetch(make(), server), Response)


# Time


def single(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


SLOWNESS = {
    "silent": play(Peer.wait_until_gone),
    "status": play(drip(single(reply(b"x")))),
    "headers": play(b"HTTP/1.1 200 OK\r\n", drip(single(b"X-Slow: " + b"x" * 999))),
    "interim": play(drip([b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 999)),
    "body": play(head(content_length="999"), drip(single(b"x" * 999))),
    "late-body": play(drip([b"", head(content_length="9"), b"x"], 0.05), Peer.wait_until_gone),
    "chunks": play(head(transfer_encoding="chunked"), drip([chunk(b"x")] * 999)),
    "chunk-line": play(head(transfer_encoding="chunked"), drip(single(b"0" * 999))),
    "until-close": play(head(connection="close"), drip(single(b"x" * 999))),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_the_timeout_is_for_the_whole_request(transport: Transport, tls: bool) -> None:
    """A slow reply ends at the timeout, and so does its connection; the request may have arrived."""
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(answer, tls=tls)) for name, answer in SLOWNESS.items()}
        began = time.monotonic()
        errors = dict(zip(servers, failures(transport, list(servers.values()), timeout=3 * SOON), strict=True))
        took = time.monotonic() - began
        for server in servers.values():
            server.settle(0)

    assert dict.fromkeys(SLOWNESS, (RequestTimeout, True)) == {
        name: (type(error), getattr(error, "may_have_arrived", None)) for name, error in errors.items()
    }
    assert all(re.fullmatch(r"no complete reply from 127\.0\.0\.1:\d+ within 0\.45 s", str(e)) for e in errors.values())
    assert 3 * SOON <= took < 3 * SOON + SLACK


def failures(transport: Transport, servers: list[Server], *, timeout: float) -> list[BaseException | None]:
    """The error of one request to each server, all sent at the same time."""
    if isinstance(transport, Awaited):
        return transport.failures([get(server.url) for server in servers], timeout=timeout)
    with ThreadPoolExecutor(len(servers)) as threads:
        calls = [threads.submit(fetch, transport, server, timeout=timeout) for server in servers]
        return [call.exception() for call in calls]


def test_a_server_that_does_not_read(transport: Transport) -> None:
    """A request body that the server does not read ends at the timeout."""
    body = b"x" * 2**24
    held: list[socket.socket] = []
    with raw_listener(held.append) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            transport.send(Request(method="POST", url=url, headers={}, body=body), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        listener.shutdown(socket.SHUT_RDWR)
    for sock in held:
        sock.close()

    assert caught.value.may_have_arrived


# Connections


def test_connections_are_kept(transport: Transport) -> None:
    """Consecutive requests use one connection, whatever the replies."""
    answers = iter([reply(b"a"), reply(b"b", status="500 Oops"), chunked(b"c"), reply(b"d"), reply(b"e")])
    with Server(lambda peer, _: peer.send(next(answers))) as server:
        for _ in range(3):
            fetch(transport, server)
        stream = transport.open(get(server.url), timeout=AMPLE)
        assert b"d" == b"".join(stream.chunks())
        stream.close()
        fetch(transport, server)

    assert (5, 1) == (len(server.requests), server.connections)


def test_connections_are_bounded(make: Make) -> None:
    """A request without a free connection waits for one, and fails unsent at its timeout."""
    transport = make(max_connections=1)
    with Server(play(head(content_length="4"))) as server:
        stream = transport.open(get(server.url), timeout=AMPLE)
        began = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            fetch(transport, server, timeout=SOON)
        assert SOON <= time.monotonic() - began < SOON + SLACK
        assert not caught.value.may_have_arrived
        stream.close()
        server.answer = play(reply(b"free"))
        assert b"free" == fetch(transport, server).body

    assert 2 == len(server.requests)


@pytest.mark.parametrize("name", BLOCKING)
def test_eight_threads(name: str) -> None:
    """A blocking transport can be shared by threads: its limit of connections holds, replies are not mixed up."""
    transport: Transport = BLOCKING[name](max_connections=4)

    def ask(number: int) -> str:
        return fetch(transport, server, f"/{number}").body.decode()

    with Server(lambda peer, request: peer.send(reply(request.target.encode()))) as server:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(200)))
        transport.close()
        server.settle(0)

    assert [f"/{number}" for number in range(200)] == answers
    assert server.most_at_once <= 4


@pytest.mark.parametrize("name", AWAITED)
def test_many_tasks(name: str) -> None:
    """An asyncio transport can be shared by tasks: its limit of connections holds, replies are not mixed up."""

    async def main() -> list[Response]:
        transport: AsyncTransport = AWAITED[name](max_connections=4)
        try:
            return await asyncio.gather(
                *(transport.send(get(f"{server.url}/{number}"), timeout=AMPLE) for number in range(200))
            )
        finally:
            await transport.close()

    with Server(lambda peer, request: peer.send(reply(request.target.encode()))) as server:
        answers = asyncio.run(main())
        server.settle(0)

    assert [f"/{number}".encode() for number in range(200)] == [answer.body for answer in answers]
    assert server.most_at_once <= 4


@pytest.mark.parametrize("name", AWAITED)
@pytest.mark.parametrize("slowness", ["silent", "headers", "body"])
def test_cancellation(name: str, slowness: str) -> None:
    """A cancelled request leaves no connection and no task, and frees its place in the pool at once."""

    async def main() -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=2)
        for _ in range(5):
            task = asyncio.create_task(transport.send(get(server.url), timeout=AMPLE))
            await asyncio.sleep(0.03)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.to_thread(server.settle, 0)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        server.answer = play(reply(b"fine"))
        assert b"fine" == (await transport.send(get(server.url), timeout=AMPLE)).body
        await transport.close()

    with Server(SLOWNESS[slowness]) as server:
        asyncio.run(main())


@pytest.mark.parametrize("name", AWAITED)
def test_cancellation_in_a_handshake(name: str) -> None:
    """A request that is cancelled while connecting leaves nothing behind."""

    async def main(url: str) -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=1)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.03):
                    await transport.send(get(url), timeout=AMPLE)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        await transport.close()

    gone = threading.Semaphore(0)

    def wait_until_gone(sock: socket.socket) -> None:
        with sock:
            Peer(sock, threading.Event()).wait_until_gone()
        gone.release()

    with raw_listener(wait_until_gone) as listener:
        asyncio.run(main(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        assert all(gone.acquire(timeout=1) for _ in range(3))
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", BLOCKING)
def test_interruption(name: str) -> None:
    """Ctrl-C during a request leaves no connection, and frees its place in the pool."""
    transport: Transport = BLOCKING[name](max_connections=1)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with Server(SLOWNESS["body"]) as server:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                fetch(transport, server)
            server.settle(0)
            server.answer = play(reply(b"fine"))
            assert b"fine" == fetch(transport, server).body
            transport.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Streams


def test_chunks_are_returned_as_they_arrive(transport: Transport) -> None:
    """A stream yields the data that has arrived, while the server is still sending."""
    said = threading.Event()

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(head(transfer_encoding="chunked", content_type="text/event-stream") + chunk(b"one"))
        assert said.wait(AMPLE)
        peer.send(chunk(b"two") + b"0\r\n\r\n")

    with Server(answer) as server:
        stream = transport.open(get(server.url), timeout=AMPLE)
        chunks = stream.chunks()
        assert (200, "text/event-stream", b"one") == (stream.status, stream.headers["content-type"], next(chunks))
        said.set()
        assert [b"two"] == list(chunks)


def test_compressed_chunks_are_returned_as_they_arrive(transport: Transport) -> None:
    """The same for a compressed stream."""
    said = threading.Event()
    packer = zlib.compressobj(wbits=31)

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(head(transfer_encoding="chunked", content_encoding="gzip"))
        peer.send(chunk(packer.compress(b"one") + packer.flush(zlib.Z_SYNC_FLUSH)))
        assert said.wait(AMPLE)
        peer.send(chunk(packer.compress(b"two") + packer.flush()) + b"0\r\n\r\n")

    with Server(answer) as server:
        chunks = transport.open(get(server.url), timeout=AMPLE).chunks()
        assert b"one" == next(chunks)
        said.set()
        assert b"two" == b"".join(chunks)


def test_a_stream_may_outlast_its_timeout(transport: Transport) -> None:
    """The timeout of a stream is for the time without data; the whole may take longer."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(head(transfer_encoding="chunked"))
        peer.drip([chunk(b"x")] * 8 + [b"0\r\n\r\n"], SOON / 4)

    with Server(answer) as server:
        began = time.monotonic()
        assert 8 == len(b"".join(transport.open(get(server.url), timeout=SOON).chunks()))
        assert time.monotonic() - began > SOON * 2


def test_a_stream_without_data_for_too_long(transport: Transport) -> None:
    """If no data arrives within the timeout, the stream raises."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(head(transfer_encoding="chunked") + chunk(b"one"))
        peer.wait_until_gone()

    with Server(answer) as server:
        chunks = transport.open(get(server.url), timeout=SOON).chunks()
        assert b"one" == next(chunks)
        began = time.monotonic()
        with pytest.raises(RequestTimeout):
            next(chunks)
        assert time.monotonic() - began < SOON + SLACK
        server.settle(0)


def test_a_stream_that_does_not_begin(transport: Transport) -> None:
    """The headers of a stream must be complete within the timeout."""
    with Server(SLOWNESS["headers"]) as server:
        began = time.monotonic()
        with pytest.raises(RequestTimeout):
            transport.open(get(server.url), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        server.settle(0)


@pytest.mark.parametrize("loss", ["in-body", "short-body", "in-chunk", "between-chunks", "bad-chunk", "cut-gzip"])
def test_a_truncated_stream(transport: Transport, loss: str) -> None:
    """A stream that ends before its end raises."""
    with Server(LOSSES[loss]) as server, pytest.raises(ConnectionFailed) as caught:
        list(transport.open(get(server.url), timeout=AMPLE).chunks())

    assert caught.value.may_have_arrived


def test_a_stream_is_closed_in_the_middle(make: Make) -> None:
    """A stream that is closed early, also twice, closes its connection and frees its place in the pool."""
    transport = make(max_connections=1)
    with Server(SLOWNESS["chunks"]) as server:
        for _ in range(3):
            stream = transport.open(get(server.url), timeout=AMPLE)
            assert b"x" == next(stream.chunks())
            stream.close()
            stream.close()
            server.settle(0)
        stream = transport.open(get(server.url), timeout=AMPLE)
        stream.close()
        server.settle(0)
        server.answer = play(reply(b"fine"))
        assert b"fine" == fetch(transport, server).body


# Closing


def test_a_closed_transport(make: Make) -> None:
    """A closed transport has no connections and refuses every request; a second `close` does nothing."""
    transport, unused = make(), make()
    with Server(play(reply())) as server:
        fetch(transport, server)
        transport.close()
        unused.close()
        transport.close()
        server.settle(0)
        for closed in (transport, unused):
            with pytest.raises(ClientClosed):
                fetch(closed, server)
            with pytest.raises(ClientClosed):
                closed.open(get(server.url), timeout=AMPLE)

    assert 1 == len(server.requests)


@pytest.mark.parametrize("name", AWAITED)
def test_closed_during_a_call(name: str) -> None:
    """A request in flight when its transport is closed does not hang, and raises `ClientClosed`."""

    async def main() -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=1)
        tasks = [asyncio.create_task(transport.send(get(server.url), timeout=AMPLE)) for _ in range(2)]
        await asyncio.sleep(0.02)
        await transport.close()
        async with asyncio.timeout(1):
            errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert [ClientClosed, ClientClosed] == [type(error) for error in errors]

    with Server(SLOWNESS["silent"]) as server:
        asyncio.run(main())


@pytest.mark.parametrize("name", AWAITED)
def test_another_event_loop(name: str) -> None:
    """An asyncio transport raises if it is used in a second event loop."""
    transport: AsyncTransport = AWAITED[name]()
    with Server(play(reply())) as server:

        async def first() -> None:
            await transport.send(get(server.url), timeout=AMPLE)

        with asyncio.Runner() as runner:
            runner.run(first())
            with asyncio.Runner() as other, pytest.raises(ConfigurationError, match="event loop"):
                other.run(first())
            runner.run(transport.close())


# Proxies


def proxying(target_port: Callable[[], int]) -> Answer:
    """A proxy: relays `CONNECT`, and answers every other request itself."""

    def answer(peer: Peer, request: Received) -> None:
        if request.method == "CONNECT":
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            peer.tunnel_to(target_port())
        else:
            peer.send(reply(b"by proxy"))

    return answer


def test_http_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is used, with its user name and password as credentials."""
    with Server(proxying(int)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
        transport = make()
        answers = [transport.send(get("http://api.test/v1?a=b"), timeout=AMPLE) for _ in range(2)]

    assert [b"by proxy"] * 2 == [answer.body for answer in answers]
    assert ("http://api.test/v1?a=b", "api.test") == (proxy.requests[1].target, proxy.requests[1].headers["host"])
    assert ["Basic bWU6cEBzcw=="] * 2 == [each.headers["proxy-authorization"] for each in proxy.requests]


def test_https_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS_PROXY is used: TLS is tunnelled to the server, and the proxy sees no header of the request."""
    with Server(play(reply(b"safe")), tls=True) as server, Server(proxying(lambda: server.port)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:pw@127.0.0.1:{proxy.port}")
        transport = make()
        answers = [transport.send(get(server.url, **{"x-api-key": "s3cret"}), timeout=AMPLE) for _ in range(2)]
        transport.close()

    assert [b"safe"] * 2 == [answer.body for answer in answers]
    assert [("CONNECT", f"127.0.0.1:{server.port}")] == [(each.method, each.target) for each in proxy.requests]
    assert "Basic bWU6cHc=" == proxy.requests[0].headers["proxy-authorization"]
    assert "x-api-key" not in proxy.requests[0].headers
    assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("hosts", ["localhost,127.0.0.1", "127.0.0.0/8", "10.0.0.0/8 , 127.0.0.1/32", "*"])
def test_no_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    """NO_PROXY is respected."""
    with Server(play(reply(b"direct"))) as server:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", hosts)

        assert b"direct" == fetch(make(), server).body


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unreachable_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """If the proxy is unreachable, the request did not arrive; the message names it without its password."""
    port = free_port()
    monkeypatch.setenv(f"{scheme}_proxy", f"http://me:s3cret@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as caught:
        make().send(get(f"{scheme}://api.test/"), timeout=AMPLE)

    proxy = f"127.0.0.1:{port} of {scheme}_proxy"
    message = f"could not connect to api.test through the proxy {proxy}: connection refused"
    assert message == str(caught.value)
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    "answer",
    [play(reply(status="407 Proxy Authentication Required")), LOSSES["closed"], SLOWNESS["headers"]],
    ids=["refuses", "hangs-up", "drips"],
)
def test_proxy_that_does_not_connect(make: Make, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """If the proxy refuses to connect, the request did not arrive, and the timeout holds."""
    with Server(answer) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        began = time.monotonic()
        with pytest.raises((ConnectionFailed, RequestTimeout)) as caught:
            make().send(get("https://api.test/"), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("socks5://me:s3cret@127.0.0.1:9", r"ALL_PROXY is a SOCKS proxy.*HttpxTransport\(httpx2.*or unset ALL_PROXY"),
        ("SOCKS5H://127.0.0.1:9", "ALL_PROXY is a SOCKS proxy"),
        ("socks4a://127.0.0.1:9", "ALL_PROXY is a SOCKS proxy"),
        ("ftp://me:s3cret@127.0.0.1:9", "ALL_PROXY is not an http"),
        ("http://me:s3cret@127.0.0.1:port", "ALL_PROXY is not an http"),
        ("http://me:s3cret@", "ALL_PROXY is not an http"),
        ("http://[::1", "ALL_PROXY is not an http"),
    ],
)
def test_proxy_of_another_kind(make: Make, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """An unsupported proxy is a `ConfigurationError`, not a transient error. It names the variable."""
    monkeypatch.setenv("ALL_PROXY", text)
    with pytest.raises(ConfigurationError, match=f"the proxy in {said}") as caught:
        make().send(get("http://api.test/"), timeout=AMPLE)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value, limit=0))


@pytest.mark.parametrize("password", ["p#ss", "p/a?s#s", "p@ss:word", "100%", "%23%40"])
def test_any_password_of_a_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """A password may have characters that would end it in a URL."""
    with Server(proxying(int)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:{password}@127.0.0.1:{proxy.port}/")
        make().send(get("http://api.test/"), timeout=AMPLE)

    expected = base64.b64encode(f"me:{unquote(password)}".encode()).decode()
    assert f"Basic {expected}" == proxy.requests[0].headers["proxy-authorization"]


def test_variables_in_upper_and_lower_case(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in lower case takes precedence; an empty one means no proxy; HTTP_PROXY is ignored in a CGI script."""
    with Server(play(reply(b"direct"))) as server, Server(proxying(int)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert b"by proxy" == fetch(make(), server).body
        monkeypatch.setenv("REQUEST_METHOD", "GET")
        assert b"direct" == fetch(make(), server).body
        monkeypatch.delenv("REQUEST_METHOD")
        monkeypatch.setenv("http_proxy", "")
        assert b"direct" == fetch(make(), server).body
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        assert b"by proxy" == fetch(make(), server).body


# Secrets


@pytest.mark.parametrize("loss", ["closed", "reset", "in-headers", "short-body", "bad-chunk", "not-http", "silent"])
def test_no_key_in_a_traceback(transport: Transport, loss: str) -> None:
    """However a request fails, its query and headers are not in the traceback or its causes."""
    with Server({**LOSSES, **SLOWNESS}[loss]) as server:
        request = get(f"{server.url}/path?key=s3cret", **{"x-api-key": "s3cret"})
        with pytest.raises(ClientError) as caught:
            transport.send(request, timeout=SOON)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("given_engine", [False, True], ids=["own", "given"])
@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_no_query_in_a_log(name: str, given_engine: bool, caplog: pytest.LogCaptureFixture) -> None:
    """No library logs a query at any level: not that of a request, nor that of an address in a reply."""
    caplog.set_level(1)
    stack: list[Callable[[], object]] = []
    signed = "https://files.test/f?sig='s3cret' and s3cret"
    answers = [
        play(reply(location=signed)),
        play(reply(status="302 Found", location=signed)),
        LOSSES["closed"],
        LOSSES["bad-headers"],
        SLOWNESS["silent"],
    ]
    with asyncio.Runner() as runner:
        if given_engine:
            transport = users_transport(name, stack, runner)
        elif name in BLOCKING:
            transport = BLOCKING[name]()
        else:
            transport = Awaited(runner, AWAITED[name]())
        for answer in answers:
            with Server(answer) as server, contextlib.suppress(ClientError):
                fetch(transport, server, "/path?key=s3cret&more='s3cret'", timeout=SOON)
        transport.close()
        for close in stack:
            close()
    lines = [f"{record.name} {record.getMessage()}" for record in caplog.records]

    assert [] == [line for line in lines if "s3cret" in line]
    if name == "urllib3":
        assert any('"GET /path?*** HTTP/1.1" 302' in line for line in lines)


def test_other_lines_of_a_library_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    """Only the lines about our own requests are masked."""
    caplog.set_level(1)
    with Server(play(reply())) as server, urllib3.PoolManager() as pool:
        fetch(Urllib3Transport(pool), server)
        pool.request("GET", f"{server.url}/theirs?a=b")

    assert any("/theirs?a=b" in record.getMessage() for record in caplog.records)


def test_headers_of_http_2_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """hpack logs each header of a request; its lines about ours are left out."""
    caplog.set_level(1)
    token = httpcore2_hooks.CURRENT.set(Attempt("https://api.test/", None, AMPLE))
    logging.getLogger("hpack.hpack").debug("Adding %s to the header table", (b"x-api-key", b"s3cret"))
    httpcore2_hooks.CURRENT.reset(token)
    logging.getLogger("hpack.hpack").debug("of another request")

    assert ["of another request"] == [record.getMessage() for record in caplog.records]


# Engines of the user


def users_transport(name: str, stack: list[Callable[[], object]], runner: asyncio.Runner) -> Transport:
    """A transport over an engine whose user has set retries, redirects and a header."""
    if name == "urllib3":
        pool = urllib3.PoolManager(retries=urllib3.Retry(3, status_forcelist=[500]), maxsize=1)
        stack.append(pool.clear)
        return Urllib3Transport(pool)
    if name == "httpx":
        client = httpx2.Client(follow_redirects=True, headers={"x-mine": "yes"}, trust_env=False)
        stack.append(client.close)
        return HttpxTransport(client)
    if name == "async-httpx":
        awaited = httpx2.AsyncClient(follow_redirects=True, headers={"x-mine": "yes"}, trust_env=False)
        stack.append(lambda: runner.run(awaited.aclose()))
        return Awaited(runner, AsyncHttpxTransport(awaited))

    async def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers={"x-mine": "yes"}, raise_for_status=True)

    made = runner.run(session())
    stack.append(lambda: runner.run(made.close()))
    return Awaited(runner, AiohttpTransport(made))


@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_an_engine_of_the_users(name: str) -> None:
    """A given engine is used as it is, without redirects and retries, and is not closed."""
    data = {"/moved": reply(status="302 Found", location="/"), "/oops": reply(status="500 Oops"), "/": reply(b"home")}

    def answer(peer: Peer, request: Received) -> None:
        if request.target == "/lost":
            peer.close()
        else:
            peer.send(data[request.target])

    stack: list[Callable[[], object]] = []
    with Server(answer) as server, asyncio.Runner() as runner:
        first, second = (users_transport(name, stack, runner) for _ in range(2))
        assert [200, 302, 500] == [fetch(first, server, path).status for path in ("/", "/moved", "/oops")]
        with pytest.raises(ConnectionFailed) as lost:
            fetch(first, server, "/lost")
        assert lost.value.may_have_arrived
        with pytest.raises(ConnectionFailed) as refused:
            first.send(get(f"http://127.0.0.1:{free_port()}"), timeout=AMPLE)
        assert not refused.value.may_have_arrived
        assert 4 == len(server.requests)
        first.close()
        with pytest.raises(ClientClosed):
            fetch(first, server)
        assert b"home" == b"".join(second.open(get(server.url + "/"), timeout=AMPLE).chunks())
        for close in stack:
            close()

    if name != "urllib3":
        assert all("yes" == each.headers["x-mine"] for each in server.requests)


@pytest.mark.parametrize("slowness", ["silent", "body", "chunks"])
@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_the_timeout_of_an_engine_of_the_users(name: str, slowness: str) -> None:
    """A given engine keeps to the timeout too, except for slow headers."""
    stack: list[Callable[[], object]] = []
    with Server(SLOWNESS[slowness]) as server, asyncio.Runner() as runner:
        transport = users_transport(name, stack, runner)
        began = time.monotonic()
        with pytest.raises(RequestTimeout):
            fetch(transport, server, timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        for close in stack:
            close()


# The defaults


@pytest.mark.parametrize(
    ("engine", "default"), [("urllib3", default_transport), ("aiohttp", default_async_transport)], ids=["sync", "async"]
)
def test_the_default_engines(engine: str, default: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A client without an engine gets the default one, or an error that says what to install."""
    assert engine in type(default()).__module__

    modules: Mapping[str, Any] = sys.modules
    for module in [name for name in modules if name.split(".")[0] == engine or name.endswith(f"{engine}_transport")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(ConfigurationError, match=f"pip install {engine}"):
        default()

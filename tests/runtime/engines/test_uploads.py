"""Files that are sent from disk, with every engine."""

from __future__ import annotations

import asyncio
import io
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout
from bide_runtime.http.file_body import FileBody
from bide_runtime.http.request import Request
from bide_runtime.models.file import as_file

from tests.runtime.engines.engine import AMPLE, AWAITED, BLOCKING, SLACK, SOON, users_transport
from tests.runtime.engines.faults import LOSSES, free_port
from tests.runtime.engines.server import Server, play, reply

CONTENT = bytes(range(256)) * 5_000
BIG = 200 * 2**20
LITTLE = 4 * 2**20
"""Bytes. The most memory that a file of any size may take while it is sent."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "film.mp4"
    found.write_bytes(CONTENT)
    return found


def request_of(url: str, path: Path | io.FileIO) -> Request:
    """A request with text, a file, and text."""
    content = as_file(path, "film").body
    assert isinstance(content, FileBody)
    return Request(method="POST", url=url, headers={}, body=FileBody((b"head", *content.parts, b"tail")))


@pytest.fixture(params=[*BLOCKING, *AWAITED])
def given(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """A transport over an engine that the user has made."""
    stack: list[Callable[[], object]] = []
    with asyncio.Runner() as runner:
        yield users_transport(request.param, stack, runner)
        for close in stack:
            close()


def check_twice(transport: Transport, path: Path, *, tls: bool = False) -> None:
    with Server(play(reply(b"done")), tls=tls) as server:
        request = request_of(server.url, path)
        answers = [transport.send(request, timeout=AMPLE) for _ in range(2)]

    assert [b"done"] * 2 == [answer.body for answer in answers]
    assert [b"head" + CONTENT + b"tail"] * 2 == [each.body for each in server.requests]
    assert [str(len(CONTENT) + 8)] * 2 == [each.headers["content-length"] for each in server.requests]
    assert not any("transfer-encoding" in each.headers for each in server.requests)


def test_a_file_is_sent_with_its_length_as_often_as_wanted(transport: Transport, path: Path) -> None:
    """The same request value twice: the same bytes, with Content-Length."""
    check_twice(transport, path)


def test_a_file_is_sent_over_tls(transport: Transport, path: Path) -> None:
    """In the same way."""
    check_twice(transport, path, tls=True)


def test_a_file_is_sent_by_the_users_engine(given: Transport, path: Path) -> None:
    """As by the transport's own."""
    check_twice(given, path)


def test_a_file_is_sent_as_the_body_of_a_stream(transport: Transport, path: Path) -> None:
    """`open` sends it as `send` does."""
    with Server(play(reply(b"events"))) as server:
        stream = transport.open(request_of(server.url, path), timeout=AMPLE)
        assert [b"events"] == list(stream.chunks())
        stream.close()

    assert b"head" + CONTENT + b"tail" == server.requests[0].body


def test_a_file_is_sent_again_after_each_kind_of_loss(transport: Transport, path: Path) -> None:
    """Nobody listened, or the connection was lost before the reply: the next attempt begins with the first byte."""
    with pytest.raises(ConnectionFailed) as caught:
        transport.send(request_of(f"http://127.0.0.1:{free_port()}", path), timeout=AMPLE)
    assert not caught.value.may_have_arrived

    answers = iter([LOSSES["closed"], play(reply(b"done"))])
    with Server(lambda peer, received: next(answers)(peer, received)) as server:
        request = request_of(server.url, path)
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(request, timeout=AMPLE)
        assert b"done" == transport.send(request, timeout=AMPLE).body

    assert caught.value.may_have_arrived
    assert [b"head" + CONTENT + b"tail"] * 2 == [each.body for each in server.requests]


@pytest.mark.parametrize("size", [3, len(CONTENT) + 1])
def test_a_file_that_has_changed_is_not_sent(transport: Transport, path: Path, size: int) -> None:
    """The error names the argument and the path, and no request reaches the server."""
    with Server(play(reply())) as server:
        request = request_of(server.url, path)
        os.truncate(path, size)
        with pytest.raises(InvalidArgument, match=rf"^film: {path}: it has {size:,} bytes now") as caught:
            transport.send(request, timeout=AMPLE)

    assert not caught.value.may_have_arrived
    assert not server.connections


class Slow:
    """A server that reads the first bytes of a request, calls a function, and reads the rest."""

    def __init__(self, between: Callable[[], object]) -> None:
        self._between = between
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.size = 0
        """The bytes that have arrived, with the headers."""
        self.length = b""
        """The value of `Content-Length`."""
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Slow:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._thread.join(AMPLE)
        self._listener.close()

    def _serve(self) -> None:
        sock, _ = self._listener.accept()
        with sock, suppress(OSError):
            start = sock.recv(2**16)
            while b"\r\n\r\n" not in start:
                start += sock.recv(2**16)
            head = start.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            self.length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.size = len(start)
            self._between()
            buffer = bytearray(2**18)
            while self.size < len(head) + int(self.length):
                if not (got := sock.recv_into(buffer)):
                    return
                self.size += got
            self.size -= len(head)
            sock.sendall(reply(b"done"))


def test_a_file_that_is_cut_while_it_is_sent_is_one_clear_error(transport: Transport, path: Path) -> None:
    """It names the argument and the path, and a server may have acted on what it got."""
    os.truncate(path, BIG)  # so that the kernel cannot hold all of it
    changed = pytest.raises(InvalidArgument, match=rf"^film: {path}: it has .* bytes now, and had {BIG:,}")
    with Slow(lambda: os.truncate(path, 2**10)) as server, changed as caught:
        transport.send(request_of(server.url, path), timeout=AMPLE)

    assert caught.value.may_have_arrived


def test_a_large_file_takes_little_memory(transport: Transport, path: Path) -> None:
    """200 MiB are sent in about 4 MiB."""
    os.truncate(path, BIG)
    with Slow(lambda: None) as server:
        request = request_of(server.url, path)
        tracemalloc.start()
        try:
            assert b"done" == transport.send(request, timeout=30).body
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert (BIG + 8, str(BIG + 8).encode()) == (server.size, server.length)
    assert peak < LITTLE


def test_the_timeout_holds_while_a_file_is_sent(transport: Transport, path: Path) -> None:
    """A server that stops reading does not hold the call."""
    os.truncate(path, BIG)
    done = threading.Event()
    with Slow(lambda: done.wait(AMPLE)) as server:
        began = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            transport.send(request_of(server.url, path), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        done.set()

    assert caught.value.may_have_arrived


class Noting(io.FileIO):
    """An open file that notes in which threads it is read."""

    readers: set[int] | None = None

    def read(self, size: int = -1, /) -> bytes:
        if self.readers is not None:
            self.readers.add(threading.get_ident())
        return super().read(size)


@pytest.mark.parametrize("name", AWAITED)
def test_asyncio_engines_read_files_in_threads(name: str, path: Path) -> None:
    """A slow disk does not stop the event loop."""

    async def main() -> None:
        transport = AWAITED[name]()
        await transport.send(request, timeout=AMPLE)
        await transport.close()

    with Server(play(reply(b"done"))) as server, Noting(path) as file:
        request = request_of(server.url, file)
        file.readers = set()
        asyncio.run(main())

    assert b"head" + CONTENT + b"tail" == server.requests[0].body
    assert file.readers
    assert threading.get_ident() not in file.readers

"""Streams of every engine."""

from __future__ import annotations

import threading
import time
import zlib

import pytest
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout

from tests.runtime.engines.engine import AMPLE, SLACK, SOON, Make, fetch, get
from tests.runtime.engines.faults import LOSSES, SLOWNESS
from tests.runtime.engines.server import (
    Peer,
    Received,
    Server,
    chunk,
    head,
    play,
    reply,
)


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

"""Servers that close, reset, cut or delay their replies, and ports at which nobody listens."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator

from tests.runtime.engines.server import (
    Peer,
    chunk,
    chunked,
    drip,
    head,
    play,
    reply,
)

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


def single(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


SLOWNESS = {
    "silent": play(Peer.wait_until_gone),
    "status": play(drip(single(reply(b"x")), 0.05)),
    "headers": play(b"HTTP/1.1 200 OK\r\n", drip(single(b"X-Slow: " + b"x" * 999))),
    "interim": play(drip([b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 999)),
    "body": play(head(content_length="999"), drip(single(b"x" * 999))),
    "late-body": play(drip([b"", head(content_length="9"), b"x"], 0.05), Peer.wait_until_gone),
    "chunks": play(head(transfer_encoding="chunked"), drip([chunk(b"x")] * 999)),
    "chunk-line": play(head(transfer_encoding="chunked"), drip(single(b"0" * 999))),
    "until-close": play(head(connection="close"), drip(single(b"x" * 999))),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


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

"""A server on loopback that speaks HTTP over raw sockets, correctly or not, as a test decides."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Of localhost and 127.0.0.1, signed by itself, with its key. For tests only."""


@dataclass(frozen=True)
class Received:
    """A request as received. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(eq=False)
class Peer:
    """One connection, from the server's side."""

    sock: socket.socket
    stopping: threading.Event
    left: bytes = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: Iterable[bytes], pause: float) -> None:
        """Send in pieces, with a pause before each."""
        for piece in data:
            if self.stopping.wait(pause):
                return
            self.send(piece)

    def close(self) -> None:
        """Close the connection in order."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """Reset the connection."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_until_gone(self) -> None:
        """Wait until the client closes the connection."""
        with contextlib.suppress(OSError):
            while not self.stopping.is_set() and self.sock.recv(2**16):
                pass

    def tunnel_to(self, port: int) -> None:
        """Relay bytes to and from another port of this machine until either side closes."""
        with socket.create_connection(("127.0.0.1", port)) as other:
            back = threading.Thread(target=_carry, args=(other, self.sock), daemon=True)
            back.start()
            _carry(self.sock, other)
            back.join(1)

    def receive(self) -> Received | None:
        """The next request, or `None` if there is none."""
        head = self._until(b"\r\n\r\n")
        if not head:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Received(method, target, headers, self._exactly(int(headers.get("content-length", "0"))))

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.left:
            if not (data := self.sock.recv(2**16)):
                return b""
            self.left += data
        head, _, self.left = self.left.partition(mark)
        return head

    def _exactly(self, size: int) -> bytes:
        while len(self.left) < size and (data := self.sock.recv(2**16)):
            self.left += data
        body, self.left = self.left[:size], self.left[size:]
        return body


Answer: TypeAlias = Callable[[Peer, Received], None]


class Server:
    """Passes each request to *answer*, with one thread for each connection; counts both."""

    def __init__(self, answer: Answer, *, tls: bool = False) -> None:
        self.answer = answer
        self.requests: list[Received] = []
        self.connections = 0
        self.most_at_once = 0
        self._context: ssl.SSLContext | None = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._stopping = threading.Event()
        self._open: set[Peer] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for peer in self._open:
                peer.close()
        for thread in self._threads:
            thread.join(2)

    @property
    def open_connections(self) -> int:
        """The number of clients that are connected now."""
        return len(self._open)

    def settle(self, connections: int, within: float = 5.0) -> None:
        """Wait until this many clients are connected. Raises `AssertionError` after *within* seconds."""
        end = time.monotonic() + within
        while self.open_connections != connections:
            assert time.monotonic() < end, f"{self.open_connections} connections, not {connections}"
            time.sleep(0.005)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        peer = Peer(sock, self._stopping)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self.connections += 1
            self._open.add(peer)
            self.most_at_once = max(self.most_at_once, len(self._open))
        try:
            with contextlib.suppress(OSError):
                if self._context is not None:
                    peer.sock = self._context.wrap_socket(sock, server_side=True)
                while (request := peer.receive()) is not None:
                    self.requests.append(request)
                    self.answer(peer, request)
        finally:
            peer.close()
            with self._lock:
                self._open.discard(peer)


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(2**16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def reply(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """A reply with its length; `content_type="x"` sets the header `Content-Type: x`."""
    return head(status=status, content_length=str(len(body)), **headers) + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", **headers: str) -> bytes:
    """A reply in chunks."""
    return head(transfer_encoding="chunked", **headers) + b"".join(map(chunk, chunks)) + end


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def head(*, status: str = "200 OK", **headers: str) -> bytes:
    """Status line and headers."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def play(*steps: bytes | Callable[[Peer], None]) -> Answer:
    """Answer each request with these steps: bytes to send, or functions to call."""

    def answer(peer: Peer, _request: Received) -> None:
        for step in steps:
            if isinstance(step, bytes):
                peer.send(step)
            else:
                step(peer)

    return answer


def drip(data: Iterable[bytes], pause: float = 0.02) -> Callable[[Peer], None]:
    """Send in pieces, with a pause before each."""
    pieces = list(data)
    return lambda peer: peer.drip(pieces, pause)


def endless(data: bytes) -> Callable[[Peer], None]:
    """Send it repeatedly."""

    def send(peer: Peer) -> None:
        while not peer.stopping.is_set():
            peer.send(data)

    return send

"""Hooks into urllib3 and `http.client`: connections that keep to the timeout of an attempt."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from email.parser import Parser
from queue import LifoQueue
from typing import Any
from weakref import WeakSet

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.response import assert_header_parsing

from ...http.headers import HEADER_LIMIT, HEADERS_LIMIT, MOST_HEADERS
from ...process import reset_after_fork
from ..attempt import Attempt
from ..dial import dial, resolve
from ..inherited import disconnect
from ..proxies.proxy import Proxy
from ..proxies.socks import Talk, converse, talk
from .logs import mask_queries


class Urllib3Attempt(Attempt):
    """An attempt, with the connections of its transport that are in use."""

    socks: Proxy | None = None
    """The SOCKS proxy through which a new connection is made."""

    def __init__(
        self, url: str, proxy: str | None, timeout: float, *, connected: bool, live: WeakSet[Connection]
    ) -> None:
        super().__init__(url, proxy, timeout, connected=connected)
        self.live = live


CURRENT: ContextVar[Urllib3Attempt] = ContextVar("attempt")
"""The attempt that a connection works for: urllib3 cannot pass it down."""

_LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")

mask_queries(*(f"urllib3.{name}" for name in _LOGGERS), during=CURRENT)


def use_hooks(manager: urllib3.PoolManager) -> None:
    """Let the manager make connections that keep to the timeout of the current attempt."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def set_read_timeout(raw: urllib3.BaseHTTPResponse, seconds: float) -> None:
    """Set the timeout of the next read from the socket of a reply, if it still has one."""
    sock = getattr(raw.connection, "sock", None)
    if sock is not None:
        sock.settimeout(seconds)


class _TimedFile(io.RawIOBase):
    """The data from a socket. No read takes longer than the time that is left of an attempt."""

    def __init__(self, sock: socket.socket, attempt: Attempt) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._attempt = attempt

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._attempt.remaining())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class HeadersTooLarge(http.client.HTTPException):
    """The headers of a reply are larger than the limits."""


class _CompleteLines(io.BufferedReader):
    """A file that refuses a line without an end. `http.client` would take truncated headers for complete ones."""

    _lines: Iterator[bytes] = iter(())
    """Lines that were read before, to be read again."""

    def readline(self, size: int | None = -1, /) -> bytes:
        if (line := next(self._lines, None)) is not None:
            return line
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.IncompleteRead(line)
        return line

    def read_head(self) -> list[bytes]:
        """The lines of headers up to the empty line. Raises `HeadersTooLarge` for more than the limits."""
        lines: list[bytes] = []
        size = 0
        while not lines or lines[-1] not in (b"\r\n", b"\n"):
            lines.append(self.readline(2 * HEADER_LIMIT))
            size += len(lines[-1])
            if len(lines[-1]) == 2 * HEADER_LIMIT or size > 2 * HEADERS_LIMIT or len(lines) > 2 * MOST_HEADERS:
                raise HeadersTooLarge
        return lines

    def unread(self, lines: Iterable[bytes]) -> None:
        """Let `readline` return these lines first."""
        self._lines = iter(lines)


class _TimedSocket:
    """The part of a socket that `http.client.HTTPResponse` uses."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return _CompleteLines(_TimedFile(self._sock, CURRENT.get()))


_MOST_LINES, _LONGEST_LINE = 100, 65_536
"""The limits of `http.client` for headers."""

_FRAMING = (b"transfer-encoding:", b"content-length:", b"connection:", b"keep-alive:", b"proxy-connection:")
"""The headers that `http.client` and urllib3 need to find the end of a body."""


class _TimedResponse(http.client.HTTPResponse):
    """A reply whose status line, headers and body keep to the timeout of the attempt, however slowly they arrive.

    Its headers may be larger than those of `http.client`.
    """

    fp: _CompleteLines
    _large_head: list[bytes] | None = None

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(_TimedSocket(sock), *args, **options)  # type: ignore[arg-type]  # it calls only makefile

    def begin(self) -> None:
        super().begin()
        if self._large_head is not None:
            parser = Parser(_class=http.client.HTTPMessage)
            self.headers = self.msg = parser.parsestr(b"".join(self._large_head).decode("latin-1"))
        assert_header_parsing(self.msg)  # otherwise urllib3 uses some of them, and logs the URL with its query

    def _read_status(self) -> tuple[str, int, str]:
        # The base class skips only "100 Continue", and would take "103 Early Hints" for the reply.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the stubs
            head = self.fp.read_head()
            if not 100 <= status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                break
        if len(head) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in head):
            self._large_head = head
            head = [*(line for line in head if line.lower().startswith(_FRAMING)), b"\r\n"]
        self.fp.unread(head)
        return version, status, reason


class Connection(HTTPConnection):
    """A connection that keeps to the timeout of the current attempt, and notes there that it is connected."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        def connect(address: str, seconds: float) -> socket.socket:
            sock = create_connection((address, port), seconds, self.source_address, self.socket_options)
            try:
                sock.settimeout(attempt.remaining())  # for a TLS handshake
            except TimeoutError:
                sock.close()
                raise
            return sock

        attempt, port = CURRENT.get(), self.port or self.default_port
        host, proxy = self._dns_host, attempt.socks
        try:
            if proxy is None:
                return dial(host, port, attempt, connect)
            host, target = host if proxy.resolves else resolve(host, port, attempt)[0], port
            port = proxy.port
            return _through(dial(proxy.host, port, attempt, connect), talk(proxy.login, host, target), attempt)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        except OSError as error:
            raise NewConnectionError(self, "failed") from error

    def connect(self) -> None:
        super().connect()
        CURRENT.get().connected = True
        CURRENT.get().live.add(self)

    def abandon(self) -> None:
        """Let go of a connection of the parent process. `close` might wait for a lock of one of its threads."""
        if self.sock is not None:
            disconnect([self.sock.fileno()])
            self.sock.close()

    def break_off(self) -> None:
        """Shut the socket down, which wakes up a thread that reads from it."""
        if self.sock is not None:
            with suppress(OSError):
                # Not through TLS: its closing message would be read as more data.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def request(self, *args: Any, **options: Any) -> None:
        if not self.is_closed:
            CURRENT.get().connected = True
        super().request(*args, **options)

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(CURRENT.get().remaining())
        super().send(data)


def _through(sock: socket.socket, talk: Talk, attempt: Attempt) -> socket.socket:
    """The socket, once its SOCKS proxy has connected to the server."""

    def write(data: bytes) -> None:
        sock.settimeout(attempt.remaining())
        sock.sendall(data)

    def read(size: int) -> bytes:
        sock.settimeout(attempt.remaining())
        return sock.recv(size)

    try:
        converse(talk, write, read)
        sock.settimeout(attempt.remaining())  # for a TLS handshake
    except BaseException:
        sock.close()
        raise
    return sock


class _TlsConnection(Connection, HTTPSConnection):
    """The same over TLS."""


class _Idle(LifoQueue[Any]):
    """The idle connections of a pool. In a child process it is empty and has new locks.

    urllib3 takes a connection out when the pool is freed, which would wait for ever for a lock held at the fork.
    """

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        reset_after_fork(self)

    def _reset_in_child(self) -> None:
        for connection in self.queue:
            if connection is not None:
                connection.abandon()
        super().__init__(self.maxsize)


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = Connection
    QueueCls = _Idle


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
    QueueCls = _Idle

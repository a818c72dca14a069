"""The blocking transport over urllib3, which is the default."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError, ReadTimeoutError
from urllib3.util.connection import create_connection
from urllib3.util.response import assert_header_parsing

from ..errors.client import ClientClosed, ClientError
from ..errors.transport import RequestTimeout
from ..http.headers import joined, sendable, with_codings
from ..http.request import Request, Response
from .attempt import Attempt
from .body import READ_SIZE
from .certificates import verifying
from .dial import dial
from .proxies import Proxies, Proxy
from .reply import OpenReply, whole
from .transport import BODY_LIMIT, MAX_CONNECTIONS

_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
_TIMEOUTS = (ReadTimeoutError,)
_UNSENT = (ConnectTimeoutError, ProxyError, ssl.SSLCertVerificationError)

_NO_RETRIES = urllib3.Retry(False, redirect=False)
_MOST_POOLS = 10  # of one connection each at least; urllib3's own limit


class _Flight(Attempt):
    """An attempt that is known to the connection it uses, and the connections that are to be broken off with it."""

    def __init__(
        self, url: str, proxy_url: str | None, timeout: float, *, connected: bool, live: WeakSet[_Connection]
    ) -> None:
        super().__init__(url, proxy_url, timeout, connected=connected)
        self.live = live


_CURRENT: ContextVar[_Flight] = ContextVar("flight")
"""What a connection works for: urllib3 has no way to hand it down."""


class Urllib3Transport:
    """Sends requests through urllib3, with a pool of its own or with *pool*. May be shared between threads."""

    def __init__(
        self,
        pool: urllib3.PoolManager | None = None,
        *,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = pool
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies()
        self._own: dict[Proxy | None, urllib3.PoolManager] = {}
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}
        self._live: WeakSet[_Connection] = WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, whole."""
        return whole(self._begin(request, timeout), limit=self._body_limit)

    def open(self, request: Request, *, timeout: float) -> OpenReply:
        """The reply as far as its headers; its body is read as it comes."""
        return OpenReply(self._begin(request, timeout))

    def close(self) -> None:
        """Give up all connections; whoever waits for a reply gets `ClientClosed`."""
        with self._lock:
            self._closed = True
            managers, self._own, self._pools = list(self._own.values()), {}, {}
        for connection in list(self._live):
            connection.break_off()
        for manager in managers:
            manager.clear()

    def _begin(self, request: Request, timeout: float) -> _Reply:
        request = sendable(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = _Flight(request.url, proxy and proxy.url, timeout, connected=self._given is not None, live=self._live)
        way, url = self._way(request.url, proxy)
        token = _CURRENT.set(attempt)
        try:
            raw = way.urlopen(
                request.method,
                url,
                redirect=False,
                body=request.body,
                headers=with_codings(request.headers),
                retries=_NO_RETRIES,
                timeout=attempt.left(),
                pool_timeout=attempt.left(),  # type: ignore[arg-type]  # a pool's stub has whole seconds only
                preload_content=False,
                decode_content=False,
            )
        except urllib3.exceptions.EmptyPoolError as error:
            message = f"no connection to {attempt.peer} became free within {timeout:g} s"
            raise RequestTimeout(message, may_have_arrived=False) from error
        except _ERRORS as error:
            raise self._failure(attempt, error) from error
        finally:
            _CURRENT.reset(token)
        return _Reply(self, attempt, raw)

    def _way(self, url: str, proxy: Proxy | None) -> tuple[urllib3.PoolManager | urllib3.HTTPConnectionPool, str]:
        """What is to send a request to *url*, and what to ask it for.

        The direct way is the pool of the origin: a `PoolManager` would look for it anew with each request.
        """
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed")
            if self._given is not None:
                return self._given, url
            if proxy not in self._own:
                self._own[proxy] = _new_manager(proxy, self._max_connections)
            if proxy is not None:
                return self._own[proxy], url
            origin = url[: url.index("/", len("https://"))]
            if origin not in self._pools:
                if len(self._pools) == _MOST_POOLS:
                    self._pools.clear()
                secure = {"ssl_context": verifying("urllib3")} if origin.startswith("https:") else None
                self._pools[origin] = self._own[None].connection_from_url(origin, secure)
            return self._pools[origin], url[len(origin) :]

    def _failure(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


class _Reply:
    def __init__(self, transport: Urllib3Transport, attempt: Attempt, raw: urllib3.BaseHTTPResponse) -> None:
        self.status = raw.status
        self.headers = joined(raw.headers.iteritems(), "latin-1")
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    @property
    def is_over(self) -> bool:
        return self._raw.length_remaining == 0 and self._raw.connection is None  # the pool has that back

    def read(self) -> bytes:
        connection = self._raw.connection
        try:
            if (sock := getattr(connection, "sock", None)) is not None:
                sock.settimeout(self.attempt.left())
            return self._raw.read1(READ_SIZE, decode_content=False)
        except _ERRORS as error:
            raise self._transport._failure(self.attempt, error) from error

    def close(self) -> None:
        self._raw.close()
        self._raw.release_conn()


def _new_manager(proxy: Proxy | None, max_connections: int) -> urllib3.PoolManager:
    if proxy is None:
        manager = urllib3.PoolManager(maxsize=max_connections, block=True)
    else:
        manager = urllib3.ProxyManager(
            proxy.address,
            proxy_headers=proxy.headers,
            proxy_ssl_context=verifying("urllib3, to the proxy"),
            maxsize=max_connections,
            block=True,
            ssl_context=verifying("urllib3, through a proxy"),
        )
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


class _TimedFile(io.RawIOBase):
    """What a socket receives, within the time of an attempt: each read waits no longer than is left of it."""

    def __init__(self, sock: socket.socket, attempt: Attempt) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._attempt = attempt

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._attempt.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _WholeLines(io.BufferedReader):
    """A file whose lines have an end. Else `http.client` would take headers that were cut short for all of them."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.IncompleteRead(line)
        return line


class _TimedSocket:
    """As much of a socket as an `http.client.HTTPResponse` uses."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return _WholeLines(_TimedFile(self._sock, _CURRENT.get()))


class _TimedResponse(http.client.HTTPResponse):
    """A reply whose status line, headers and body come within the time of the current attempt, however they drip."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(_TimedSocket(sock), *args, **options)  # type: ignore[arg-type]  # it calls makefile, and no more

    def begin(self) -> None:
        super().begin()
        assert_header_parsing(self.msg)  # else urllib3 goes on with half of them, and logs the URL with its query

    def _read_status(self) -> tuple[str, int, str]:
        # The base class skips "100 Continue" only, and would take "103 Early Hints" for the reply.
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the stubs
            if not 100 <= status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(self.fp)


class _Connection(HTTPConnection):
    """A connection that keeps to the time of the current attempt, and notes in it that it stands."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        def connect(address: str, seconds: float) -> socket.socket:
            sock = create_connection((address, port), seconds, self.source_address, self.socket_options)
            try:
                sock.settimeout(attempt.left())  # for a TLS handshake
            except TimeoutError:
                sock.close()
                raise
            return sock

        attempt, port = _CURRENT.get(), self.port or self.default_port
        try:
            return dial(self._dns_host, port, attempt, connect)
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        except OSError as error:
            raise NewConnectionError(self, "failed") from error

    def connect(self) -> None:
        super().connect()
        _CURRENT.get().connected = True
        _CURRENT.get().live.add(self)

    def break_off(self) -> None:
        """Wake up whoever reads from it in another thread."""
        if self.sock is not None:
            with suppress(OSError):
                # Not by way of TLS, which would take a farewell for more bytes to read.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def request(self, *args: Any, **options: Any) -> None:
        if not self.is_closed:
            _CURRENT.get().connected = True
        super().request(*args, **options)

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_CURRENT.get().left())
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection

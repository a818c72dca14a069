"""What the blocking transports over both engines have in common."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import Any, NamedTuple

from bide_runtime.engines.attempt import Attempt
from bide_runtime.engines.bodies.sent import body_of
from bide_runtime.engines.hooks.logs import mask_queries
from bide_runtime.engines.proxies.proxy import Proxies, Proxy
from bide_runtime.engines.reply import OpenReply, read_whole
from bide_runtime.engines.transport import BODY_LIMIT, MAX_CONNECTIONS
from bide_runtime.errors.client import ClientClosed, ClientError, InvalidArgument
from bide_runtime.http.headers import joined, sendable, sent_headers
from bide_runtime.http.request import Request, Response
from bide_runtime.process import OfOneProcess, reset_after_fork

from evidence.rust_engines.adapters.meaning import meaning

CURRENT: ContextVar[Attempt] = ContextVar("attempt")
"""The attempt that is sent."""

mask_queries("pyqwest", "pyqwest.access", during=CURRENT)


class Raw(NamedTuple):
    """A reply of an engine after its headers."""

    status: int
    headers: Callable[[], Iterable[tuple[str, str]]]
    read: Callable[[], bytes]
    close: Callable[[], object]


class BodyAttempt(Attempt):
    """An attempt that keeps an error of its body, as the engines do not pass it on."""

    broken: InvalidArgument | None = None

    def watched(self, body: bytes | Iterator[bytes] | None) -> bytes | Iterator[bytes] | None:
        """The body."""
        return body if body is None or isinstance(body, bytes) else self._chunks(body)

    def _chunks(self, body: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from body
        except InvalidArgument as error:
            self.broken = error
            raise


class Blocking(OfOneProcess):
    """Sends requests through an engine of Rust. May be shared between threads."""

    errors: tuple[type[Exception], ...]
    """What the engine raises."""
    coding = "latin-1"
    """With which it decodes the headers of a reply."""

    def __init__(
        self, *, proxy: str | None = None, body_limit: int = BODY_LIMIT, max_connections: int = MAX_CONNECTIONS
    ) -> None:
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies(proxy)
        self._closed = False
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._clients: dict[tuple[Proxy | None, float | None], Any] = {}
        self._lock = threading.Lock()

    def _reset_in_child(self) -> None:
        self._begin_empty()

    @abstractmethod
    def _client(self, proxy: Proxy | None, max_connections: int, read_timeout: float | None) -> Any:
        """A client of the engine."""

    @abstractmethod
    def _start(
        self, client: Any, request: Request, headers: dict[str, str], body: Any, seconds: float, whole: bool
    ) -> Raw:
        """Send a request. The timeout is for all of it if it is read as a whole."""

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        return read_whole(self._begin(request, timeout, whole=True), limit=self._body_limit)

    def open(self, request: Request, *, timeout: float) -> OpenReply:
        """The reply after its headers. The timeout of each read is one of a client: these have none for a request."""
        return OpenReply.of(self._begin(request, timeout, whole=False))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _begin(self, request: Request, timeout: float, *, whole: bool) -> Reply:
        if self._closed:
            raise ClientClosed("the client is closed")
        request = sendable(request)
        body: bytes | Iterator[bytes] | None = body_of(request)
        headers = sent_headers(request)
        if body is None and request.method == "POST":
            headers["content-length"] = "0"
        proxy = self._proxies.of(request.url)
        attempt = BodyAttempt(request.url, proxy and proxy.name, timeout)
        try:
            seconds = attempt.remaining()
            with self._lock:
                key = proxy, None if whole else timeout
                if key not in self._clients:
                    self._clients[key] = self._client(proxy, self._max_connections, key[1])
                client = self._clients[key]
            attempt.connected = True
            token = CURRENT.set(attempt)
            try:
                raw = self._start(client, request, headers, attempt.watched(body), seconds, whole)
            finally:
                CURRENT.reset(token)
        except self.errors as error:
            raise (ours := self._error(attempt, error)) from ours.__cause__
        return Reply(self, attempt, raw)

    def _error(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return failure(attempt, error)


def failure(attempt: Attempt, error: BaseException) -> ClientError:
    """The error of ours for an error of an engine, with a cause that does not quote the URL."""
    found = meaning(f"{error} {getattr(error, 'details', '')}")
    cause = TimeoutError() if isinstance(error, TimeoutError) else found.error
    if isinstance(attempt, BodyAttempt) and attempt.broken is not None:
        cause = attempt.broken
    attempt.connected = attempt.connected and found.sent
    ours = attempt.failure(cause)
    ours.__cause__ = cause
    return ours


class Reply:
    """A reply whose body is read in chunks."""

    is_over = False  # the pool gets a connection back only after the end was read

    def __init__(self, transport: Blocking, attempt: Attempt, raw: Raw) -> None:
        self.status = raw.status
        self.attempt = attempt
        self._transport = transport
        self._raw = raw
        self._closed = False

    @cached_property
    def headers(self) -> Mapping[str, str]:
        try:
            return joined(self._raw.headers(), self._transport.coding)
        except ValueError as error:
            raise (ours := self._transport._error(self.attempt, error)) from ours.__cause__

    def read(self) -> bytes:
        try:
            self.attempt.remaining()
            return self._raw.read()
        except self._transport.errors as error:
            raise (ours := self._transport._error(self.attempt, error)) from ours.__cause__

    def close(self) -> None:
        if not self._closed:  # pyreqwest raises the second time
            self._closed = True
            self._raw.close()

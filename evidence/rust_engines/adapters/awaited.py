"""What the asyncio transports over both engines have in common."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from bide_runtime.engines.attempt import Attempt
from bide_runtime.engines.bodies.sent import async_body_of
from bide_runtime.engines.proxies.proxy import Proxies, Proxy
from bide_runtime.engines.reply import AsyncOpenReply, async_read_whole
from bide_runtime.engines.timeouts import Timeouts
from bide_runtime.engines.transport import BODY_LIMIT, MAX_CONNECTIONS
from bide_runtime.errors.client import ClientClosed, ClientError, ConfigurationError, InvalidArgument
from bide_runtime.http.headers import joined, sendable, sent_headers
from bide_runtime.http.request import Request, Response
from bide_runtime.process import OfOneProcess, reset_after_fork

from evidence.rust_engines.adapters.blocking import CURRENT, BodyAttempt, failure


class AsyncRaw(NamedTuple):
    """A reply of an engine after its headers."""

    status: int
    headers: Callable[[], Iterable[tuple[str, str]]]
    read: Callable[[], Awaitable[bytes]]
    close: Callable[[], Awaitable[object]]


class AsyncBodyAttempt(BodyAttempt):
    """The same for asyncio."""

    def async_watched(self, body: bytes | AsyncIterator[bytes] | None) -> bytes | AsyncIterator[bytes] | None:
        """The body."""
        return body if body is None or isinstance(body, bytes) else self._async_chunks(body)

    async def _async_chunks(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for chunk in body:
                yield chunk
        except InvalidArgument as error:
            self.broken = error
            raise


class Awaited(OfOneProcess):
    """Sends requests through an engine of Rust. For one event loop."""

    errors: tuple[type[Exception], ...]
    """What the engine raises."""
    coding = "latin-1"
    """With which it decodes the headers of a reply."""

    def __init__(
        self, *, proxy: str | None = None, body_limit: int = BODY_LIMIT, max_connections: int = MAX_CONNECTIONS
    ) -> None:
        self._body_limit = body_limit
        self.max_connections = max_connections
        self._proxies = Proxies(proxy)
        self._closed = False
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._timeouts = Timeouts()
        self._clients: dict[Proxy | None, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def _reset_in_child(self) -> None:
        self._begin_empty()

    @abstractmethod
    def _client(self, proxy: Proxy | None, max_connections: int) -> Any:
        """A client of the engine."""

    @abstractmethod
    async def _start(self, client: Any, request: Request, headers: dict[str, str], body: Any) -> AsyncRaw:
        """Send a request."""

    @abstractmethod
    async def _end(self, client: Any) -> None:
        """Close a client."""

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        return await async_read_whole(await self._begin(request, timeout), limit=self._body_limit)

    async def open(self, request: Request, *, timeout: float) -> AsyncOpenReply:
        """The reply after its headers; its body is read in chunks."""
        return await AsyncOpenReply.of(await self._begin(request, timeout))

    async def close(self) -> None:
        """Close all connections."""
        self._closed = True
        await self._timeouts.expire_all()
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await self._end(client)

    async def _begin(self, request: Request, timeout: float) -> AsyncReply:
        if self._closed:
            raise ClientClosed("the client is closed")
        request = sendable(request)
        body: bytes | AsyncIterator[bytes] | None = await async_body_of(request)
        headers = sent_headers(request)
        if body is None and request.method == "POST":
            headers["content-length"] = "0"
        proxy = self._proxies.of(request.url)
        attempt = AsyncBodyAttempt(request.url, proxy and proxy.name, timeout)
        try:
            with self._timeouts.within(attempt.remaining()):
                client = self._client_for(proxy)
                attempt.connected = True
                token = CURRENT.set(attempt)
                try:
                    raw = await self._start(client, request, headers, attempt.async_watched(body))
                finally:
                    CURRENT.reset(token)
        except self.errors as error:
            raise (ours := self._error(attempt, error)) from ours.__cause__
        return AsyncReply(self, attempt, raw)

    def _client_for(self, proxy: Proxy | None) -> Any:
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop):
            raise ConfigurationError("an async client belongs to the event loop of its first call; make another one")
        self._loop = loop
        if proxy not in self._clients:
            self._clients[proxy] = self._client(proxy, self.max_connections)
        return self._clients[proxy]

    def _error(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return failure(attempt, error)


class AsyncReply:
    """A reply whose body is read in chunks."""

    is_over = False  # the pool gets a connection back only after the end was read

    def __init__(self, transport: Awaited, attempt: Attempt, raw: AsyncRaw) -> None:
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

    async def read(self) -> bytes:
        try:
            with self._transport._timeouts.within(self.attempt.remaining()):
                return await self._raw.read()
        except self._transport.errors as error:
            raise (ours := self._transport._error(self.attempt, error)) from ours.__cause__

    async def close(self) -> None:
        if not self._closed:  # pyreqwest raises the second time
            self._closed = True
            await self._raw.close()

"""The asyncio transport over aiohttp, which is the default."""

from __future__ import annotations

import asyncio
import io
import ssl
from contextvars import ContextVar
from math import inf
from typing import Any

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from ..errors.client import ClientClosed, ClientError, ConfigurationError
from ..http.headers import joined, sendable, with_codings
from ..http.request import Request, Response
from .attempt import Attempt
from .certificates import verifying
from .proxies import Proxies
from .reply import AsyncOpenReply, async_whole
from .timeouts import Timeouts
from .transport import BODY_LIMIT, KEEP_ALIVE, MAX_CONNECTIONS

_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, ssl.SSLCertVerificationError)

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_read=None, sock_connect=None)
_LARGE_BODY = 2**20  # aiohttp warns of larger ones, which it would write at one go; a file it sends bit by bit


class AiohttpTransport:
    """Sends requests through aiohttp, with a session of its own or with *session*. For one event loop."""

    def __init__(
        self,
        session: aiohttp.ClientSession | None = None,
        *,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = session
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies()
        self._timeouts = Timeouts()
        self._own: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def max_connections(self) -> float:
        """How many requests can be under way at once."""
        return self._max_connections if self._given is None else inf

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, whole."""
        if request.method != "GET":
            # Two turns of the loop, in which it sees which kept connections the server has closed while it was busy: on
            # one of those, what must not be sent twice would seem lost.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return await async_whole(await self._begin(request, timeout), limit=self._body_limit)

    async def open(self, request: Request, *, timeout: float) -> AsyncOpenReply:
        """The reply as far as its headers; its body is read as it comes."""
        return AsyncOpenReply(await self._begin(request, timeout))

    async def close(self) -> None:
        """Give up all connections; whoever waits for a reply gets `ClientClosed`."""
        self._closed = True
        await self._timeouts.end()
        own, self._own = self._own, None
        if own is not None:
            await own.close()

    async def _begin(self, request: Request, timeout: float) -> _Reply:
        session = self._session()
        request = sendable(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        flight = _Flight(request.url, proxy and proxy.url, timeout, connected=self._given is not None)
        theirs = getattr(session, "_middlewares", ())  # ours would replace them; there is no public way to read them
        token = _CURRENT.set(flight)
        try:
            with self._timeouts.within(flight.left()):
                raw = await session.request(
                    request.method,
                    URL(request.url, encoded=True),
                    headers=with_codings(request.headers),
                    data=None if request.body is None else _payload(request.body),
                    skip_auto_headers=None if request.method == "GET" else ("content-type",),
                    allow_redirects=False,
                    raise_for_status=False,
                    auto_decompress=False,
                    timeout=_NO_TIMEOUT,
                    proxy=flight.proxy_url,
                    middlewares=(self._once(flight), *theirs),
                )
        except _ERRORS as error:
            flight.abort()
            raise self._failure(flight, error) from _unquoting(error)
        except BaseException:
            flight.abort()
            raise
        finally:
            _CURRENT.reset(token)
        return _Reply(self, flight, raw)

    def _once(self, flight: _Flight) -> aiohttp.ClientMiddlewareType:
        """Around the request: turns its failure into ours.

        aiohttp sends again by itself what failed on a connection that it had kept, if the method is idempotent by the
        book. But a GET may create a job that is paid for. So aiohttp does not get to see such a failure.
        """

        async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            try:
                return await handler(request)
            except _ERRORS as error:
                raise self._failure(flight, error) from _unquoting(error)

        return send

    def _session(self) -> aiohttp.ClientSession:
        if self._closed or (self._given is not None and self._given.closed):
            raise ClientClosed("the client is closed")
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if self._own is None:
            self._own, self._loop = _new_session(self._max_connections), loop
        if self._loop is not loop:
            raise ConfigurationError("an async client belongs to the event loop of its first call; make another one")
        return self._own

    def _failure(self, flight: _Flight, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return flight.failure(error, unsent=_UNSENT)


class _Reply:
    def __init__(self, transport: AiohttpTransport, flight: _Flight, raw: aiohttp.ClientResponse) -> None:
        self.status = raw.status
        self.headers = joined(raw.headers.items(), "utf-8")
        self.attempt = flight
        self._transport = transport
        self._raw = raw

    @property
    def is_over(self) -> bool:
        return self._raw.content.at_eof()

    async def read(self) -> bytes:
        content = self._raw.content
        try:
            if (ready := content.read_nowait()) or content.at_eof():
                return ready
            with self._transport._timeouts.within(self.attempt.left()):
                return await content.readany()
        except _ERRORS as error:
            raise self._transport._failure(self.attempt, error) from _unquoting(error)

    async def close(self) -> None:
        if self._raw.connection is not None:  # else the body was read to its end, and the pool has the connection back
            self._raw.close()
            self.attempt.abort()


class _Flight(Attempt):
    """An attempt that knows the connection it is made on."""

    transport: asyncio.Transport | None = None

    def abort(self) -> None:
        """Give up the connection. aiohttp only closes it, and TLS waits long for an answer to that."""
        if self.transport is not None:
            self.transport.abort()


_CURRENT: ContextVar[_Flight] = ContextVar("flight")
"""What a connection is wanted for: aiohttp has no way to hand it down."""


class _Connector(aiohttp.TCPConnector):
    """Notes who has got which connection."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> aiohttp.connector.Connection:
        connection = await super().connect(req, traces, timeout)
        flight = _CURRENT.get()
        flight.connected, flight.transport = True, connection.transport
        return connection


def _new_session(max_connections: int) -> aiohttp.ClientSession:
    connector = _Connector(limit=max_connections, keepalive_timeout=KEEP_ALIVE, ssl=verifying("aiohttp"))
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _payload(body: bytes) -> bytes | io.BytesIO:
    return io.BytesIO(body) if len(body) > _LARGE_BODY else body


def _unquoting(error: BaseException) -> BaseException | None:
    """The error as a cause to show, or its own cause where it quotes the URL, which may hold the key."""
    return error.__cause__ if isinstance(error, aiohttp.ClientResponseError) else error

"""The asyncio transport over aiohttp, which is the default."""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from .attempt import Attempt, joined, peer, sendable
from .body import Body, Unpacker
from .errors import ClientClosed, ClientError, ConfigurationError
from .proxies import Proxies
from .request import Request, Response
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
        self._own: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, whole."""
        attempt, options = self._prepared(request, timeout)
        try:
            async with asyncio.timeout(timeout):
                raw = await self._session().request(**options)
                try:
                    headers = joined(raw.raw_headers)
                    body = Body(headers, limit=self._body_limit)
                    while data := await raw.content.readany():
                        body.add(data)
                    return Response(status=raw.status, headers=headers, body=body.whole())
                finally:
                    raw.close()  # a connection whose reply was read to its end is back in the pool already
        except _ERRORS as error:
            raise self._failure(attempt, error) from error

    async def open(self, request: Request, *, timeout: float) -> AiohttpStream:
        """The reply as far as its headers; its body is read as it comes."""
        attempt, options = self._prepared(request, timeout)
        try:
            async with asyncio.timeout(timeout):
                raw = await self._session().request(**options)
        except _ERRORS as error:
            raise self._failure(attempt, error) from error
        return AiohttpStream(self, attempt, raw)

    async def close(self) -> None:
        """Give up all connections."""
        self._closed = True
        own, self._own = self._own, None
        if own is not None:
            await own.close()

    def _prepared(self, request: Request, timeout: float) -> tuple[Attempt, dict[str, Any]]:
        request = sendable(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = Attempt(peer(request.url, proxy and proxy.url), timeout, connected=self._given is not None)
        theirs = getattr(self._given, "_middlewares", ())  # ours would replace them; there is no public way to read them
        large = request.body is not None and len(request.body) > _LARGE_BODY
        return attempt, {
            "method": request.method,
            "url": URL(request.url, encoded=True),
            "headers": request.headers,
            "data": io.BytesIO(request.body) if large and request.body else request.body,
            "skip_auto_headers": ("content-type",),
            "allow_redirects": False,
            "raise_for_status": False,
            "auto_decompress": False,
            "timeout": _NO_TIMEOUT,
            "proxy": proxy and proxy.url,
            "trace_request_ctx": attempt,
            "middlewares": (self._sent_once(attempt), *theirs),
        }

    def _sent_once(self, attempt: Attempt) -> aiohttp.ClientMiddlewareType:
        """Around each request: turns its failure into ours.

        aiohttp sends again by itself what failed on a connection that it had kept, if the method is idempotent by the book.
        A GET may create a job that is paid for, so it must not be told of the failure.
        """

        async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            try:
                return await handler(request)
            except _ERRORS as error:
                raise self._failure(attempt, error) from error

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

    def _failure(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call")
        return attempt.failure(error, unsent=_UNSENT)


class AiohttpStream:
    """A reply whose body is read as it comes."""

    def __init__(self, transport: AiohttpTransport, attempt: Attempt, raw: aiohttp.ClientResponse) -> None:
        self._transport = transport
        self._attempt = attempt
        self._raw = raw
        self._headers = joined(raw.raw_headers)

    @property
    def status(self) -> int:
        return self._raw.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, unpacked, as it comes."""
        unpacker = Unpacker(self._headers)
        try:
            while data := await self._read():
                for piece in unpacker.feed(data):
                    yield piece
            unpacker.finish()
        finally:
            self._raw.close()

    async def close(self) -> None:
        self._raw.close()

    async def _read(self) -> bytes:
        try:
            async with asyncio.timeout(self._attempt.timeout):
                return await self._raw.content.readany()
        except _ERRORS as error:
            raise self._transport._failure(self._attempt, error) from error


def _new_session(max_connections: int) -> aiohttp.ClientSession:
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_connected)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=max_connections, keepalive_timeout=KEEP_ALIVE, ssl=ssl.create_default_context()
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[trace],
    )


async def _connected(_session: aiohttp.ClientSession, context: Any, _event: object) -> None:
    context.trace_request_ctx.connected = True

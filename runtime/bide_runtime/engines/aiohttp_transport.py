"""The default asyncio transport, over aiohttp."""

from __future__ import annotations

import asyncio
import inspect
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from math import inf
from typing import Any

import aiohttp
from aiohttp.http import HttpProcessingError
from yarl import URL

from ..errors.client import ClientClosed, ClientError, ConfigurationError
from ..http.headers import HEADER_LIMIT, MOST_HEADERS, joined, sendable, sent_headers
from ..http.request import Request, Response
from ..process import OfOneProcess, reset_after_fork
from .bodies.sent import async_body_of
from .certificates import tls_context
from .hooks.aiohttp import CURRENT, AiohttpAttempt, Connector, abandon, middlewares_of
from .inherited import Given
from .proxies.proxy import Proxies
from .reply import AsyncOpenReply, async_read_whole
from .timeouts import Timeouts
from .transport import BODY_LIMIT, KEEP_ALIVE, MAX_CONNECTIONS

_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, ssl.SSLCertVerificationError)

# Above our own limits, so that those are the same for all engines. Older releases of aiohttp do not limit the number.
_HEADER_LIMITS: dict[str, Any] = {"max_line_size": HEADER_LIMIT, "max_field_size": 2 * HEADER_LIMIT}
if "max_headers" in inspect.signature(aiohttp.ClientSession.__init__).parameters:
    _HEADER_LIMITS["max_headers"] = 2 * MOST_HEADERS

_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=None, sock_read=None, sock_connect=None)
_LARGE_BODY = 2**20  # aiohttp writes a larger one at once, with a warning, but sends a file in chunks


class AiohttpTransport(OfOneProcess):
    """Sends requests through aiohttp, with its own session or with *session*. For one event loop."""

    def __init__(
        self,
        session: aiohttp.ClientSession | None = None,
        *,
        proxy: str | None = None,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = None if session is None else Given(session)
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies(proxy, engine=session)
        self._closed = False
        self._own: aiohttp.ClientSession | None = None
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._timeouts = Timeouts()
        self._own = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def _reset_in_child(self) -> None:
        """Drop the connections of the parent process, and its event loop."""
        if self._own is not None:
            abandon(self._own)
        self._begin_empty()

    @property
    def max_connections(self) -> float:
        """The largest number of requests in attempt."""
        return self._max_connections if self._given is None else inf

    async def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        if request.method != "GET":
            # Two turns of the loop, in which it notices idle connections that the server has closed. A submit sent on
            # one of those would end as `SubmitUncertain`.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return await async_read_whole(await self._begin(request, timeout), limit=self._body_limit)

    async def open(self, request: Request, *, timeout: float) -> AsyncOpenReply:
        """The reply after its headers; its body is read in chunks."""
        return await AsyncOpenReply.of(await self._begin(request, timeout))

    async def close(self) -> None:
        """Close all connections. A call that waits for a reply raises `ClientClosed`."""
        self._closed = True
        await self._timeouts.expire_all()
        own, self._own = self._own, None
        if own is not None:
            await own.close()

    async def _begin(self, request: Request, timeout: float) -> _Reply:
        session = self._session()
        request = sendable(request)
        body = _payload(await async_body_of(request))
        proxy = self._proxies.of(request.url) if self._given is None else None
        attempt = AiohttpAttempt(request.url, proxy and proxy.name, timeout, connected=self._given is not None)
        attempt.socks = proxy if proxy and proxy.is_socks else None
        token = CURRENT.set(attempt)
        try:
            with self._timeouts.within(attempt.remaining()):
                raw = await session.request(
                    request.method,
                    URL(request.url, encoded=True),
                    headers=sent_headers(request),
                    data=body,
                    skip_auto_headers=None if request.method == "GET" else ("content-type",),
                    allow_redirects=False,
                    raise_for_status=False,
                    auto_decompress=False,
                    timeout=_NO_TIMEOUT,
                    proxy=proxy.url if proxy and not proxy.is_socks else None,
                    middlewares=(self._without_retry(attempt), *middlewares_of(session)),
                )
        except _ERRORS as error:
            attempt.abort()
            raise self._error(attempt, error) from _cause_of(error)
        except BaseException:
            attempt.abort()
            raise
        finally:
            CURRENT.reset(token)
        return _Reply(self, attempt, raw)

    def _without_retry(self, attempt: AiohttpAttempt) -> aiohttp.ClientMiddlewareType:
        """A middleware that raises our errors instead of aiohttp's.

        aiohttp sends a request again if a reused connection fails and the HTTP method is idempotent. But a GET may
        submit a job that costs money. aiohttp does not retry after our errors.
        """

        async def send(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            try:
                return await handler(request)
            except _ERRORS as error:
                raise self._error(attempt, error) from _cause_of(error)

        return send

    def _session(self) -> aiohttp.ClientSession:
        if self._closed or (self._given is not None and self._given.engine.closed):
            raise ClientClosed("the client is closed")
        if self._given is not None:
            return self._given.use()
        loop = asyncio.get_running_loop()
        if self._own is None:
            self._own, self._loop = _new_session(self._max_connections), loop
        if self._loop is not loop:
            raise ConfigurationError("an async client belongs to the event loop of its first call; make another one")
        return self._own

    def _error(self, attempt: AiohttpAttempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return attempt.failure(error, unsent=_UNSENT)


class _Reply:
    def __init__(self, transport: AiohttpTransport, attempt: AiohttpAttempt, raw: aiohttp.ClientResponse) -> None:
        self.status = raw.status
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    @cached_property
    def headers(self) -> Mapping[str, str]:
        return joined(self._raw.headers.items(), "utf-8")

    @property
    def is_over(self) -> bool:
        return self._raw.content.at_eof()

    async def read(self) -> bytes:
        content = self._raw.content
        try:
            if (ready := content.read_nowait()) or content.at_eof():
                return ready
            with self._transport._timeouts.within(self.attempt.remaining()):
                return await content.readany()
        except _ERRORS as error:
            raise self._transport._error(self.attempt, error) from _cause_of(error)

    async def close(self) -> None:
        if self._raw.connection is not None:  # else the connection is back in the pool
            self._raw.close()
            self.attempt.abort()


def _new_session(max_connections: int) -> aiohttp.ClientSession:
    connector = Connector(limit=max_connections, keepalive_timeout=KEEP_ALIVE, ssl=tls_context("aiohttp"))
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), **_HEADER_LIMITS)


def _payload(body: bytes | AsyncIterator[bytes] | None) -> bytes | io.BytesIO | AsyncIterator[bytes] | None:
    return io.BytesIO(body) if isinstance(body, bytes) and len(body) > _LARGE_BODY else body


def _cause_of(error: BaseException) -> BaseException | None:
    """The error as a cause to show; its own cause if it quotes the URL, which may hold the API key."""
    return error.__cause__ if isinstance(error, aiohttp.ClientResponseError) else error

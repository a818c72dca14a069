"""The default blocking transport, over urllib3."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Mapping
from functools import cached_property
from weakref import WeakSet

import urllib3
from urllib3.exceptions import ConnectTimeoutError, ProxyError, ReadTimeoutError

from ..errors.client import ClientClosed, ClientError
from ..errors.transport import RequestTimeout
from ..http.headers import joined, sendable, sent_headers
from ..http.request import Request, Response
from ..process import OfOneProcess, reset_after_fork
from .attempt import Attempt
from .bodies.received import READ_SIZE
from .bodies.sent import body_of
from .certificates import tls_context
from .hooks.urllib3 import CURRENT, Connection, Urllib3Attempt, set_read_timeout, use_hooks
from .inherited import Given
from .proxies.proxy import Proxies, Proxy
from .reply import OpenReply, read_whole
from .transport import BODY_LIMIT, MAX_CONNECTIONS

_ERRORS = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
_TIMEOUTS = (ReadTimeoutError,)
_UNSENT = (ConnectTimeoutError, ProxyError, ssl.SSLCertVerificationError)

_NO_RETRIES = urllib3.Retry(False, redirect=False)
_MAX_POOLS = 10  # of at least one connection each; the limit of urllib3


class Urllib3Transport(OfOneProcess):
    """Sends requests through urllib3, with its own pools or with *pool*. May be shared between threads."""

    def __init__(
        self,
        pool: urllib3.PoolManager | None = None,
        *,
        proxy: str | None = None,
        body_limit: int = BODY_LIMIT,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._given = None if pool is None else Given(pool)
        self._body_limit = body_limit
        self._max_connections = max_connections
        self._proxies = Proxies(proxy, engine=pool)
        self._closed = False
        self._begin_empty()
        reset_after_fork(self)

    def _begin_empty(self) -> None:
        self._own: dict[Proxy | None, urllib3.PoolManager] = {}
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}
        self._live: WeakSet[Connection] = WeakSet()
        self._lock = threading.Lock()

    def _reset_in_child(self) -> None:
        """Drop the connections of the parent process."""
        for connection in self._live:
            connection.abandon()
        self._begin_empty()

    def send(self, request: Request, *, timeout: float) -> Response:
        """The reply, read to its end."""
        return read_whole(self._begin(request, timeout), limit=self._body_limit)

    def open(self, request: Request, *, timeout: float) -> OpenReply:
        """The reply after its headers; its body is read in chunks."""
        return OpenReply.of(self._begin(request, timeout))

    def close(self) -> None:
        """Close all connections. A call that waits for a reply raises `ClientClosed`."""
        with self._lock:
            self._closed = True
            managers, self._own, self._pools = list(self._own.values()), {}, {}
        for connection in list(self._live):
            connection.break_off()
        for manager in managers:
            manager.clear()

    def _begin(self, request: Request, timeout: float) -> _Reply:
        request = sendable(request)
        body = body_of(request)
        proxy = self._proxies.of(request.url) if self._given is None else None
        name, is_given = proxy and proxy.name, self._given is not None
        attempt = Urllib3Attempt(request.url, name, timeout, connected=is_given, live=self._live)
        attempt.socks = proxy if proxy and proxy.is_socks else None
        pool, url = self._pool_for(request.url, proxy)
        token = CURRENT.set(attempt)
        try:
            raw = pool.urlopen(
                request.method,
                url,
                redirect=False,
                body=body,
                headers=sent_headers(request),
                retries=_NO_RETRIES,
                timeout=attempt.remaining(),
                pool_timeout=attempt.remaining(),  # type: ignore[arg-type]  # the stub of a pool has only int
                preload_content=False,
                decode_content=False,
            )
        except urllib3.exceptions.EmptyPoolError as error:
            message = f"no connection to {attempt.peer} became free within {timeout:g} s"
            raise RequestTimeout(message, may_have_arrived=False) from error
        except _ERRORS as error:
            raise self._failure(attempt, error) from error
        finally:
            CURRENT.reset(token)
        return _Reply(self, attempt, raw)

    def _pool_for(self, url: str, proxy: Proxy | None) -> tuple[urllib3.PoolManager | urllib3.HTTPConnectionPool, str]:
        """The pool for a request to *url*, and the URL to request from it.

        Without a proxy it is the pool of the origin, because a `PoolManager` takes long to find it for each request.
        """
        with self._lock:
            if self._closed:
                raise ClientClosed("the client is closed")
            if self._given is not None:
                return self._given.use(), url
            if proxy not in self._own:
                self._own[proxy] = _new_manager(proxy, self._max_connections)
            if proxy is not None:
                return self._own[proxy], url
            origin = url[: url.index("/", len("https://"))]
            if origin not in self._pools:
                if len(self._pools) == _MAX_POOLS:
                    self._pools.clear()
                secure = {"ssl_context": tls_context("urllib3")} if origin.startswith("https:") else None
                self._pools[origin] = self._own[None].connection_from_url(origin, secure)
            return self._pools[origin], url[len(origin) :]

    def _failure(self, attempt: Attempt, error: BaseException) -> ClientError:
        if self._closed:
            return ClientClosed("the client was closed during the call", may_have_arrived=True)
        return attempt.failure(error, timeouts=_TIMEOUTS, unsent=_UNSENT)


class _Reply:
    def __init__(self, transport: Urllib3Transport, attempt: Attempt, raw: urllib3.BaseHTTPResponse) -> None:
        self.status = raw.status
        self.attempt = attempt
        self._transport = transport
        self._raw = raw

    @cached_property
    def headers(self) -> Mapping[str, str]:
        return joined(self._raw.headers.iteritems(), "latin-1")

    @property
    def is_over(self) -> bool:
        return self._raw.length_remaining == 0 and self._raw.connection is None  # it is back in the pool

    def read(self) -> bytes:
        try:
            set_read_timeout(self._raw, self.attempt.remaining())
            return self._raw.read1(READ_SIZE, decode_content=False)
        except _ERRORS as error:
            raise self._transport._failure(self.attempt, error) from error

    def close(self) -> None:
        self._raw.close()
        self._raw.release_conn()


def _new_manager(proxy: Proxy | None, max_connections: int) -> urllib3.PoolManager:
    if proxy is None:
        manager = urllib3.PoolManager(maxsize=max_connections, block=True)
    elif proxy.is_socks:  # our connections talk to it
        context = tls_context("urllib3, through a proxy")
        manager = urllib3.PoolManager(maxsize=max_connections, block=True, ssl_context=context)
    else:
        manager = urllib3.ProxyManager(
            proxy.address,
            proxy_headers=proxy.headers,
            proxy_ssl_context=tls_context("urllib3, to the proxy"),
            maxsize=max_connections,
            block=True,
            ssl_context=tls_context("urllib3, through a proxy"),
        )
    use_hooks(manager)
    return manager

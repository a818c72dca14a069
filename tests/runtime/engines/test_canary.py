"""The undocumented parts of urllib3, aiohttp and httpcore2 that `engines/hooks` needs.

`make test` runs this with the pinned versions, `make canary` with the newest releases. It imports nothing of the other
tests, so that it runs without their dependencies.
"""

from __future__ import annotations

import asyncio
import http.client
import inspect
from collections.abc import Callable

import aiohttp
import httpcore2
import pytest
import urllib3
from bide_runtime.engines.hooks import aiohttp as aiohttp_hooks
from bide_runtime.engines.hooks import httpcore2 as httpcore2_hooks
from bide_runtime.engines.hooks import urllib3 as urllib3_hooks
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import create_connection
from urllib3.util.response import assert_header_parsing

OVERRIDDEN = {
    (http.client.HTTPResponse, urllib3_hooks._TimedResponse): ("_read_status", "begin"),
    (HTTPConnection, urllib3_hooks.Connection): ("_new_conn", "connect", "request", "send"),
    (aiohttp.TCPConnector, aiohttp_hooks.Connector): ("connect", "_resolve_host", "_wrap_create_connection"),
    (httpcore2.SyncBackend, httpcore2_hooks._TimedBackend): ("connect_tcp",),
    (httpcore2.AnyIOBackend, httpcore2_hooks._CancellableBackend): ("connect_tcp",),
    (httpcore2.NetworkStream, httpcore2_hooks._TimedStream): ("read", "write", "close", "start_tls", "get_extra_info"),
    (httpcore2.AsyncNetworkStream, httpcore2_hooks._CancellableStream): (
        "read",
        "write",
        "aclose",
        "start_tls",
        "get_extra_info",
    ),
}
"""The methods of each library's class that a hook overrides: the library still has to call them."""

USED = {
    HTTPConnection: ("is_closed", "default_port"),
    urllib3.BaseHTTPResponse: ("connection", "read1", "release_conn"),
    urllib3.HTTPConnectionPool: ("ConnectionCls", "QueueCls", "urlopen"),
    urllib3.PoolManager: ("connection_from_url", "clear"),
    aiohttp.connector.Connection: ("transport",),
    httpcore2.ConnectionPool: ("handle_request", "close"),
    httpcore2.AsyncConnectionPool: ("handle_async_request", "aclose"),
    httpcore2.HTTP11Connection: ("MAX_INCOMPLETE_EVENT_SIZE",),
    httpcore2.AsyncHTTP11Connection: ("MAX_INCOMPLETE_EVENT_SIZE",),
}
"""The other attributes of classes that hooks and transports use."""


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(("classes", "names"), OVERRIDDEN.items(), ids=lambda each: getattr(each[0], "__name__", ""))
def test_an_overridden_method_still_exists(classes: tuple[type, type], names: tuple[str, ...]) -> None:
    """A method that a library renames would no longer be called."""
    base, hook = classes

    assert issubclass(hook, base)
    assert [] == [name for name in names if not callable(getattr(base, name, None)) or name not in vars(hook)]


@pytest.mark.parametrize(("owner", "names"), USED.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_used_attribute_still_exists(owner: type, names: tuple[str, ...]) -> None:
    """It has the same name."""
    assert [] == [name for name in names if not hasattr(owner, name)]


def test_an_instance_has_its_private_attributes() -> None:
    """Attributes that exist only on instances."""
    connection = HTTPConnection("localhost", 1)

    assert "localhost" == connection._dns_host
    assert {"source_address", "socket_options", "sock", "port"} <= {*dir(connection)}
    assert {"http", "https"} == urllib3.PoolManager().pool_classes_by_scheme.keys()
    assert HTTPConnection is urllib3.HTTPConnectionPool.ConnectionCls
    assert HTTPSConnection is urllib3.HTTPSConnectionPool.ConnectionCls
    assert isinstance(urllib3.HTTPResponse(), urllib3.BaseHTTPResponse)
    assert hasattr(urllib3.HTTPResponse(), "length_remaining")
    assert hasattr(HTTPConnection, "response_class")


def test_a_session_has_its_middlewares() -> None:
    """Without `_middlewares`, those of the caller's session would silently be skipped."""

    async def middleware(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        return await handler(request)

    async def made() -> tuple[aiohttp.ClientMiddlewareType, ...]:
        async with aiohttp.ClientSession(middlewares=[middleware]) as session:
            return tuple(session._middlewares)

    assert (middleware,) == asyncio.run(made())


def test_a_connector_has_its_connections() -> None:
    """Without them, a child process could not let go of those of its parent."""

    async def made() -> tuple[object, object]:
        async with aiohttp.ClientSession() as session:
            assert isinstance(session.connector, aiohttp.TCPConnector)
            return dict(session.connector._conns), set(session.connector._acquired)

    assert ({}, set()) == asyncio.run(made())
    assert hasattr(aiohttp.client_proto.ResponseHandler, "connection_made")


def test_signatures_are_the_same() -> None:
    """Hooks pass these arguments on."""
    assert ["address", "timeout", "source_address", "socket_options"] == parameters(create_connection)
    assert ["headers"] == parameters(assert_header_parsing)
    assert ["self", "req", "traces", "timeout"] == parameters(aiohttp.TCPConnector.connect)
    assert ["self", "host", "port", "traces"] == parameters(aiohttp.TCPConnector._resolve_host)
    made = parameters(aiohttp.TCPConnector._wrap_create_connection)
    assert ["self", "args", "addr_infos", "req", "timeout", "client_error", "kwargs"] == made
    expected = ["self", "host", "port", "timeout", "local_address", "socket_options"]
    assert expected == parameters(httpcore2.SyncBackend.connect_tcp)
    assert expected == parameters(httpcore2.AnyIOBackend.connect_tcp)


def test_a_trace_has_an_event_for_sending_a_request() -> None:
    """The event's name and its request distinguish a lost submit from one that was never sent."""
    events: list[tuple[str, object]] = []

    def trace(event: str, info: dict[str, object]) -> None:
        events.append((event, info.get("request")))

    backend = httpcore2.MockBackend([b"HTTP/1.1 204 No Content\r\n", b"\r\n"])
    with httpcore2.ConnectionPool(network_backend=backend) as pool:
        pool.request("GET", "http://localhost/", extensions={"trace": trace})
    sending = [event for event, request in events if httpcore2_hooks.is_sending(event, {"request": request})]

    assert ["http11.send_request_headers.started"] == sending


def test_a_timeout_reaches_the_backend_unchanged() -> None:
    """An attempt is passed in place of seconds: the library must not calculate with it."""
    timeouts: list[object] = []
    unique: object = object()

    class Backend(httpcore2.MockBackend):
        def connect_tcp(self, *args: object, **options: object) -> httpcore2.NetworkStream:
            timeouts.append(options["timeout"])
            return super().connect_tcp(*args, **options)  # type: ignore[arg-type]  # passed on as they are

    with httpcore2.ConnectionPool(network_backend=Backend([b"HTTP/1.1 204 No Content\r\n", b"\r\n"])) as pool:
        steps = dict.fromkeys(("connect", "read", "write"), unique)
        pool.request("GET", "http://localhost/", extensions={"timeout": steps})

    assert [unique] == timeouts

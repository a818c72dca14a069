"""Every engine behind one blocking interface, for tests over real sockets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import Any

import aiohttp
import httpx2
import pytest
import urllib3
from bide_runtime.engines.aiohttp_transport import AiohttpTransport
from bide_runtime.engines.httpx_transport import AsyncHttpxTransport, HttpxTransport
from bide_runtime.engines.transport import AsyncStreamReply, AsyncTransport, StreamReply, Transport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.http.request import Request, Response

from tests.runtime.engines.server import (
    Server,
)

SOON = 0.15
"""The timeout of requests that must time out, in seconds."""

SLACK = 3.0
"""How much later than its timeout a call may end on a busy machine. A wrong call would take longer."""

AMPLE = 5.0
"""The timeout of requests that must not time out, in seconds."""

BLOCKING: dict[str, type[Any]] = {"urllib3": Urllib3Transport, "httpx": HttpxTransport}
AWAITED: dict[str, type[Any]] = {"aiohttp": AiohttpTransport, "async-httpx": AsyncHttpxTransport}

OUTSIDE = "BIDE_ENGINES"
"""The environment variable that names a module with other engines: its own `BLOCKING` and `AWAITED`."""

if _module := os.environ.get(OUTSIDE):
    BLOCKING, AWAITED = import_module(_module).BLOCKING, import_module(_module).AWAITED


class AwaitedStream:
    """A blocking interface to an asyncio stream."""

    def __init__(self, run: Callable[[Any], Any], stream: AsyncStreamReply) -> None:
        self._run = run
        self._stream = stream
        self.status = stream.status
        self.headers = stream.headers

    def chunks(self) -> Iterator[bytes]:
        incoming = self._stream.chunks()
        while (data := self._run(_next(incoming))) is not None:
            yield data

    def close(self) -> None:
        self._run(self._stream.close())


async def _next(incoming: AsyncIterator[bytes]) -> bytes | None:
    return await anext(incoming, None)


class Awaited:
    """A blocking interface to an asyncio transport, so that the same tests run for both."""

    def __init__(self, runner: asyncio.Runner, transport: AsyncTransport) -> None:
        self._runner = runner
        self._transport = transport

    def send(self, request: Request, *, timeout: float) -> Response:
        return self._runner.run(self._transport.send(request, timeout=timeout))

    def open(self, request: Request, *, timeout: float) -> StreamReply:
        return AwaitedStream(self._runner.run, self._runner.run(self._transport.open(request, timeout=timeout)))

    def failures(self, requests: list[Request], *, timeout: float) -> list[BaseException | None]:
        async def main() -> list[Any]:
            calls = [self._transport.send(request, timeout=timeout) for request in requests]
            return await asyncio.gather(*calls, return_exceptions=True)

        return self._runner.run(main())

    def close(self) -> None:
        self._runner.run(self._transport.close())


Make = Callable[..., Transport]


def get(url: str, **headers: str) -> Request:
    return Request(method="GET", url=url, headers=headers)


def fetch(transport: Transport, server: Server, path: str = "/", *, timeout: float = AMPLE) -> Response:
    return transport.send(get(server.url + path), timeout=timeout)


def users_transport(name: str, stack: list[Callable[[], object]], runner: asyncio.Runner) -> Transport:
    """A transport over an engine whose user has set retries, redirects and a header."""
    if os.environ.get(OUTSIDE):
        pytest.skip("an engine from outside takes no engine of the user")
    if name == "urllib3":
        pool = urllib3.PoolManager(retries=urllib3.Retry(3, status_forcelist=[500]), maxsize=1)
        stack.append(pool.clear)
        return Urllib3Transport(pool)
    if name == "httpx":
        client = httpx2.Client(follow_redirects=True, headers={"x-mine": "yes"}, trust_env=False)
        stack.append(client.close)
        return HttpxTransport(client)
    if name == "async-httpx":
        awaited = httpx2.AsyncClient(follow_redirects=True, headers={"x-mine": "yes"}, trust_env=False)
        stack.append(lambda: runner.run(awaited.aclose()))
        return Awaited(runner, AsyncHttpxTransport(awaited))

    async def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(headers={"x-mine": "yes"}, raise_for_status=True)

    made = runner.run(session())
    stack.append(lambda: runner.run(made.close()))
    return Awaited(runner, AiohttpTransport(made))

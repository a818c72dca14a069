"""Engines that the user passes, and the default ones."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bide_runtime.engines.default import default_async_transport, default_transport
from bide_runtime.errors.client import ClientClosed, ConfigurationError
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout

from tests.runtime.engines.engine import AMPLE, AWAITED, BLOCKING, SLACK, SOON, fetch, get, users_transport
from tests.runtime.engines.faults import SLOWNESS, free_port
from tests.runtime.engines.server import (
    Peer,
    Received,
    Server,
    reply,
)


@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_an_engine_of_the_users(name: str) -> None:
    """A given engine is used as it is, without redirects and retries, and is not closed."""
    data = {"/moved": reply(status="302 Found", location="/"), "/oops": reply(status="500 Oops"), "/": reply(b"home")}

    def answer(peer: Peer, request: Received) -> None:
        if request.target == "/lost":
            peer.close()
        else:
            peer.send(data[request.target])

    stack: list[Callable[[], object]] = []
    with Server(answer) as server, asyncio.Runner() as runner:
        first, second = (users_transport(name, stack, runner) for _ in range(2))
        assert [200, 302, 500] == [fetch(first, server, path).status for path in ("/", "/moved", "/oops")]
        with pytest.raises(ConnectionFailed) as lost:
            fetch(first, server, "/lost")
        assert lost.value.may_have_arrived
        with pytest.raises(ConnectionFailed) as refused:
            first.send(get(f"http://127.0.0.1:{free_port()}"), timeout=AMPLE)
        assert not refused.value.may_have_arrived
        assert 4 == len(server.requests)
        first.close()
        with pytest.raises(ClientClosed):
            fetch(first, server)
        assert b"home" == b"".join(second.open(get(server.url + "/"), timeout=AMPLE).chunks())
        for close in stack:
            close()

    if name != "urllib3":
        assert all("yes" == each.headers["x-mine"] for each in server.requests)


@pytest.mark.parametrize("slowness", ["silent", "body", "chunks"])
@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_the_timeout_of_an_engine_of_the_users(name: str, slowness: str) -> None:
    """A given engine keeps to the timeout too, except for slow headers."""
    stack: list[Callable[[], object]] = []
    with Server(SLOWNESS[slowness]) as server, asyncio.Runner() as runner:
        transport = users_transport(name, stack, runner)
        began = time.monotonic()
        with pytest.raises(RequestTimeout):
            fetch(transport, server, timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        for close in stack:
            close()


@pytest.mark.parametrize(
    ("engine", "default"), [("urllib3", default_transport), ("aiohttp", default_async_transport)], ids=["sync", "async"]
)
def test_the_default_engines(engine: str, default: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """A client without an engine gets the default one, or an error that says what to install."""
    assert engine in type(default()).__module__

    modules: Mapping[str, Any] = sys.modules
    for module in [name for name in modules if name.split(".")[0] == engine or name.endswith(f"{engine}_transport")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(ConfigurationError, match=f"pip install {engine}"):
        default()

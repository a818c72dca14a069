"""No engine shows a key: not in a traceback, and in no log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Callable

import pytest
import urllib3
from bide_runtime.engines.attempt import Attempt
from bide_runtime.engines.hooks import httpcore2 as httpcore2_hooks
from bide_runtime.engines.transport import Transport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.client import ClientError

from tests.runtime.engines.engine import AMPLE, AWAITED, BLOCKING, SOON, Awaited, fetch, get, users_transport
from tests.runtime.engines.faults import LOSSES, SLOWNESS
from tests.runtime.engines.server import (
    Server,
    play,
    reply,
)


@pytest.mark.parametrize("loss", ["closed", "reset", "in-headers", "short-body", "bad-chunk", "not-http", "silent"])
def test_no_key_in_a_traceback(transport: Transport, loss: str) -> None:
    """However a request fails, its query and headers are not in the traceback or its causes."""
    with Server({**LOSSES, **SLOWNESS}[loss]) as server:
        request = get(f"{server.url}/path?key=s3cret", **{"x-api-key": "s3cret"})
        with pytest.raises(ClientError) as caught:
            transport.send(request, timeout=SOON)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("given_engine", [False, True], ids=["own", "given"])
@pytest.mark.parametrize("name", [*BLOCKING, *AWAITED])
def test_no_query_in_a_log(name: str, given_engine: bool, caplog: pytest.LogCaptureFixture) -> None:
    """No library logs a query at any level: not that of a request, nor that of an address in a reply."""
    caplog.set_level(1)
    stack: list[Callable[[], object]] = []
    signed = "https://files.test/f?sig='s3cret' and s3cret"
    answers = [
        play(reply(location=signed)),
        play(reply(status="302 Found", location=signed)),
        LOSSES["closed"],
        LOSSES["bad-headers"],
        SLOWNESS["silent"],
    ]
    with asyncio.Runner() as runner:
        if given_engine:
            transport = users_transport(name, stack, runner)
        elif name in BLOCKING:
            transport = BLOCKING[name]()
        else:
            transport = Awaited(runner, AWAITED[name]())
        for answer in answers:
            with Server(answer) as server, contextlib.suppress(ClientError):
                fetch(transport, server, "/path?key=s3cret&more='s3cret'", timeout=SOON)
        transport.close()
        for close in stack:
            close()
    lines = [f"{record.name} {record.getMessage()}" for record in caplog.records]

    assert [] == [line for line in lines if "s3cret" in line]
    if name == "urllib3":
        assert any('"GET /path?*** HTTP/1.1" 302' in line for line in lines)


def test_other_lines_of_a_library_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    """Only the lines about our own requests are masked."""
    caplog.set_level(1)
    with Server(play(reply())) as server, urllib3.PoolManager() as pool:
        fetch(Urllib3Transport(pool), server)
        pool.request("GET", f"{server.url}/theirs?a=b")

    assert any("/theirs?a=b" in record.getMessage() for record in caplog.records)


def test_headers_of_http_2_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """hpack logs each header of a request; its lines about ours are left out."""
    caplog.set_level(1)
    token = httpcore2_hooks.CURRENT.set(Attempt("https://api.test/", None, AMPLE))
    logging.getLogger("hpack.hpack").debug("Adding %s to the header table", (b"x-api-key", b"s3cret"))
    httpcore2_hooks.CURRENT.reset(token)
    logging.getLogger("hpack.hpack").debug("of another request")

    assert ["of another request"] == [record.getMessage() for record in caplog.records]

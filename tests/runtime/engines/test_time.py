"""The timeouts of every engine, for one request and for many."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.transport import RequestTimeout
from bide_runtime.http.request import Request

from tests.runtime.engines.engine import SLACK, SOON, Awaited, fetch, get
from tests.runtime.engines.faults import SLOWNESS, raw_listener
from tests.runtime.engines.server import (
    Server,
)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_the_timeout_is_for_the_whole_request(transport: Transport, tls: bool) -> None:
    """A slow reply ends at the timeout, and so does its connection; the request may have arrived."""
    timeout = 8 * SOON  # enough for all TLS handshakes on a busy machine
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(answer, tls=tls)) for name, answer in SLOWNESS.items()}
        began = time.monotonic()
        errors = dict(zip(servers, failures(transport, list(servers.values()), timeout=timeout), strict=True))
        took = time.monotonic() - began
        for server in servers.values():
            server.settle(0)

    assert dict.fromkeys(SLOWNESS, (RequestTimeout, True)) == {
        name: (type(error), getattr(error, "may_have_arrived", None)) for name, error in errors.items()
    }
    assert all(re.fullmatch(r"no complete reply from 127\.0\.0\.1:\d+ within 1\.2 s", str(e)) for e in errors.values())
    assert timeout <= took < timeout + SLACK


def failures(transport: Transport, servers: list[Server], *, timeout: float) -> list[BaseException | None]:
    """The error of one request to each server, all sent at the same time."""
    if isinstance(transport, Awaited):
        return transport.failures([get(server.url) for server in servers], timeout=timeout)
    with ThreadPoolExecutor(len(servers)) as threads:
        calls = [threads.submit(fetch, transport, server, timeout=timeout) for server in servers]
        return [call.exception() for call in calls]


def test_a_server_that_does_not_read(transport: Transport) -> None:
    """A request body that the server does not read ends at the timeout."""
    body = b"x" * 2**24
    held: list[socket.socket] = []
    with raw_listener(held.append) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            transport.send(Request(method="POST", url=url, headers={}, body=body), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        listener.shutdown(socket.SHUT_RDWR)
    for sock in held:
        sock.close()

    assert caught.value.may_have_arrived

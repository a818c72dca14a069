"""Connections of every engine: which fail, which are lost, and how they are shared."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bide_runtime.engines import urllib3_transport
from bide_runtime.engines.certificates import tls_context
from bide_runtime.engines.transport import AsyncTransport, Transport
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout
from bide_runtime.http.request import Request, Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.runtime.engines.engine import AMPLE, AWAITED, BLOCKING, SLACK, SOON, Awaited, Make, fetch, get
from tests.runtime.engines.faults import LOSSES, SLOWNESS, free_port, raw_listener
from tests.runtime.engines.server import (
    Peer,
    Received,
    Server,
    chunked,
    head,
    play,
    reply,
)


def test_connection_refused(transport: Transport) -> None:
    """If nothing listens, the request did not arrive; the message has host and port only."""
    port = free_port()
    with pytest.raises(ConnectionFailed) as caught:
        transport.send(get(f"http://127.0.0.1:{port}/path?key=s3cret", **{"x-api-key": "s3cret"}), timeout=AMPLE)

    assert f"could not connect to 127.0.0.1:{port}: connection refused" == str(caught.value)
    assert not caught.value.may_have_arrived
    assert isinstance(caught.value.__cause__, Exception)


def test_unknown_host(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a name cannot be resolved, the request did not arrive."""

    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailed, match=r"nowhere\.test: name or service not known") as caught:
        transport.send(get("http://nowhere.test/"), timeout=AMPLE)

    assert not caught.value.may_have_arrived


def test_no_certificates_are_read_without_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP reads no certificates, which is the slowest part of a first request."""
    monkeypatch.setattr(urllib3_transport, "tls_context", lambda use: pytest.fail("they were read"))
    transport = Urllib3Transport()

    with Server(play(reply())) as server:
        transport.send(Request(method="GET", url=server.url, headers={}), timeout=AMPLE)
    transport.close()


def test_certificates_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once by each engine, for any number of clients; again if the environment names others."""
    found = [tls_context("one"), tls_context("one"), tls_context("another")]
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")

    assert found[0] is found[1]
    assert len({*found, tls_context("one")}) == 3


def test_certificates_are_verified(transport: Transport, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that the system trusts is accepted; any other is refused before the request is sent."""
    with Server(play(reply(b"safe")), tls=True) as server:
        assert b"safe" == fetch(transport, server).body

        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
            fetch(make(), server)

    assert not caught.value.may_have_arrived
    assert 1 == len(server.requests)


def test_names_are_verified(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate of another host is refused."""
    with Server(play(reply()), tls=True) as server:
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_args, **_options: [(2, 1, 6, "", ("127.0.0.1", server.port))]
        )
        with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
            transport.send(get(f"https://other.test:{server.port}/"), timeout=AMPLE)

    assert not caught.value.may_have_arrived
    assert not server.requests


def test_a_server_without_tls(transport: Transport) -> None:
    """If the server closes the connection in the TLS handshake, the request did not arrive."""
    with raw_listener(lambda sock: sock.close()) as listener:
        with pytest.raises(ConnectionFailed, match="could not connect") as caught:
            transport.send(get(f"https://127.0.0.1:{listener.getsockname()[1]}/"), timeout=AMPLE)
        listener.shutdown(socket.SHUT_RDWR)

    assert not caught.value.may_have_arrived


def test_a_connection_that_is_not_made_in_time(transport: Transport) -> None:
    """A TLS handshake without an answer ends at the timeout, and the request did not arrive."""
    held: list[socket.socket] = []
    with raw_listener(held.append) as listener:
        began = time.monotonic()
        with pytest.raises(RequestTimeout, match=r"no connection to 127\.0\.0\.1:\d+ within 0\.15 s") as caught:
            transport.send(get(f"https://127.0.0.1:{listener.getsockname()[1]}/"), timeout=SOON)
        assert SOON <= time.monotonic() - began < SOON + SLACK
        listener.shutdown(socket.SHUT_RDWR)
    for sock in held:
        sock.close()

    assert not caught.value.may_have_arrived


def test_a_name_that_is_not_resolved_in_time(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name resolution ends at the timeout."""
    over = threading.Event()

    def slow(_host: str, *_args: object, flags: int = 0, **_options: object) -> None:
        if not flags & socket.AI_NUMERICHOST:
            over.wait(AMPLE)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    began = time.monotonic()
    with pytest.raises(RequestTimeout) as caught:
        transport.send(get("http://slow.test/"), timeout=SOON)
    assert SOON <= time.monotonic() - began < SOON + SLACK
    over.set()

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("timeout", [1e9, 1e300])
def test_a_very_long_timeout(transport: Transport, timeout: float) -> None:
    """A timeout may be longer than the operating system accepts."""
    with Server(play(reply(b"in time"))) as server:
        assert b"in time" == fetch(transport, server, timeout=timeout).body


@pytest.mark.parametrize("timeout", [0.0, -1.0])
def test_a_timeout_of_zero(transport: Transport, timeout: float) -> None:
    """A request without time left is not sent."""
    with Server(play(reply())) as server, pytest.raises(RequestTimeout) as caught:
        fetch(transport, server, timeout=timeout)

    assert not caught.value.may_have_arrived
    assert not server.requests


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_lost_replies(transport: Transport, loss: str, tls: bool) -> None:
    """An incomplete reply is a lost connection, and the request may have arrived."""
    with Server(LOSSES[loss], tls=tls) as server:
        with pytest.raises(ConnectionFailed) as caught:
            fetch(transport, server)
        assert 1 == len(server.requests)
        if "gzip" not in loss:
            server.settle(0)

    assert caught.value.may_have_arrived


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
@pytest.mark.parametrize("loss", ["closed", "reset"])
def test_nothing_is_sent_twice(transport: Transport, method: str, loss: str) -> None:
    """A request lost on a reused connection is not sent again by the engine, whatever its method."""
    request = Request(method=method, url="", headers={}, body=b"{}" if method in ("PUT", "POST") else None)

    def answer(peer: Peer, _request: Received) -> None:
        if len(server.requests) <= 2:
            peer.send(reply())
        else:
            LOSSES[loss](peer, _request)

    with Server(answer) as server:
        request = Request(method=method, url=server.url, headers={}, body=request.body)
        transport.send(request, timeout=AMPLE)
        transport.send(request, timeout=AMPLE)
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(request, timeout=AMPLE)

    assert (3, 1) == (len(server.requests), server.connections)
    assert caught.value.may_have_arrived


def test_a_connection_that_was_closed_while_idle(transport: Transport) -> None:
    """An idle connection that the server has closed is replaced by a new one."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(reply(b"fine"))
        peer.close()

    with Server(answer) as server:
        fetch(transport, server)
        server.settle(0)
        if isinstance(transport, Awaited):
            transport._runner.run(asyncio.sleep(0.01))
        assert b"fine" == fetch(transport, server).body


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest),
        st.binary(max_size=60).map(lambda rest: head(transfer_encoding="chunked") + rest),
        st.tuples(
            st.sampled_from(["content-length", "content-encoding", "location", "set-cookie"]), st.text(max_size=9)
        ).map(lambda pair: b"HTTP/1.1 302 Found\r\n" + f"{pair[0]}: {pair[1]}\r\n\r\nbody".encode()),
    )
)
def test_any_bytes_of_a_server(make: Make, data: bytes) -> None:
    """Any bytes from a server give a reply or an error of ours."""

    def answer(peer: Peer, _request: Received) -> None:
        peer.send(data)
        peer.close()

    with Server(answer) as server, contextlib.suppress(ConnectionFailed):
        assert isinstance(fetch(make(), server), Response)


def test_connections_are_kept(transport: Transport) -> None:
    """Consecutive requests use one connection, whatever the replies."""
    answers = iter([reply(b"a"), reply(b"b", status="500 Oops"), chunked(b"c"), reply(b"d"), reply(b"e")])
    with Server(lambda peer, _: peer.send(next(answers))) as server:
        for _ in range(3):
            fetch(transport, server)
        stream = transport.open(get(server.url), timeout=AMPLE)
        assert b"d" == b"".join(stream.chunks())
        stream.close()
        fetch(transport, server)

    assert (5, 1) == (len(server.requests), server.connections)


def test_connections_are_bounded(make: Make) -> None:
    """A request without a free connection waits for one, and fails unsent at its timeout."""
    transport = make(max_connections=1)
    with Server(play(head(content_length="4"))) as server:
        stream = transport.open(get(server.url), timeout=AMPLE)
        began = time.monotonic()
        with pytest.raises(RequestTimeout) as caught:
            fetch(transport, server, timeout=SOON)
        assert SOON <= time.monotonic() - began < SOON + SLACK
        assert not caught.value.may_have_arrived
        stream.close()
        server.answer = play(reply(b"free"))
        assert b"free" == fetch(transport, server).body

    assert 2 == len(server.requests)


@pytest.mark.parametrize("name", BLOCKING)
def test_eight_threads(name: str) -> None:
    """A blocking transport can be shared by threads: its limit of connections holds, replies are not mixed up."""
    transport: Transport = BLOCKING[name](max_connections=4)

    def ask(number: int) -> str:
        return fetch(transport, server, f"/{number}").body.decode()

    with Server(lambda peer, request: peer.send(reply(request.target.encode()))) as server:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(200)))
        transport.close()
        server.settle(0)

    assert [f"/{number}" for number in range(200)] == answers
    assert server.most_at_once <= 4


@pytest.mark.parametrize("name", AWAITED)
def test_many_tasks(name: str) -> None:
    """An asyncio transport can be shared by tasks: its limit of connections holds, replies are not mixed up."""

    async def main() -> list[Response]:
        transport: AsyncTransport = AWAITED[name](max_connections=4)
        try:
            return await asyncio.gather(
                *(transport.send(get(f"{server.url}/{number}"), timeout=AMPLE) for number in range(200))
            )
        finally:
            await transport.close()

    with Server(lambda peer, request: peer.send(reply(request.target.encode()))) as server:
        answers = asyncio.run(main())
        server.settle(0)

    assert [f"/{number}".encode() for number in range(200)] == [answer.body for answer in answers]
    assert server.most_at_once <= 4


@pytest.mark.parametrize("name", AWAITED)
@pytest.mark.parametrize("slowness", ["silent", "headers", "body"])
def test_cancellation(name: str, slowness: str) -> None:
    """A cancelled request leaves no connection and no task, and frees its place in the pool at once."""

    async def main() -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=2)
        for _ in range(5):
            task = asyncio.create_task(transport.send(get(server.url), timeout=AMPLE))
            await asyncio.sleep(0.03)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.to_thread(server.settle, 0)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        server.answer = play(reply(b"fine"))
        assert b"fine" == (await transport.send(get(server.url), timeout=AMPLE)).body
        await transport.close()

    with Server(SLOWNESS[slowness]) as server:
        asyncio.run(main())


@pytest.mark.parametrize("name", AWAITED)
def test_cancellation_in_a_handshake(name: str) -> None:
    """A request that is cancelled while connecting leaves nothing behind."""

    async def main(url: str) -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=1)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.03):
                    await transport.send(get(url), timeout=AMPLE)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        await transport.close()

    gone = threading.Semaphore(0)

    def wait_until_gone(sock: socket.socket) -> None:
        with sock:
            Peer(sock, threading.Event()).wait_until_gone()
        gone.release()

    with raw_listener(wait_until_gone) as listener:
        asyncio.run(main(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        assert all(gone.acquire(timeout=1) for _ in range(3))
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", BLOCKING)
def test_interruption(name: str) -> None:
    """Ctrl-C during a request leaves no connection, and frees its place in the pool."""
    transport: Transport = BLOCKING[name](max_connections=1)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with Server(SLOWNESS["body"]) as server:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(KeyboardInterrupt):
                fetch(transport, server)
            server.settle(0)
            server.answer = play(reply(b"fine"))
            assert b"fine" == fetch(transport, server).body
            transport.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

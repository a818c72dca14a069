"""SOCKS proxies, with every engine."""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from bide_runtime.engines.proxies import proxy as proxies
from bide_runtime.engines.urllib3_transport import Urllib3Transport
from bide_runtime.errors.client import ConfigurationError
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout

from tests.runtime.engines.engine import AMPLE, SLACK, SOON, Make, fetch, get
from tests.runtime.engines.faults import free_port
from tests.runtime.engines.server import Server, play, reply
from tests.runtime.engines.socks_server import Asked, SocksServer

VARIABLES = ["ALL_PROXY", "all_proxy", "HTTP_PROXY"]


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable(make: Make, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """Requests go through the SOCKS proxy of a variable, over one connection if it stays open."""
    with Server(play(reply(b"found"))) as server, SocksServer(server.port) as proxy:
        monkeypatch.setenv(variable, proxy.proxy_url("socks5h"))
        transport = make()
        answers = [transport.send(get("http://api.test:81/v1?a=b"), timeout=AMPLE) for _ in range(2)]
        transport.close()

    assert [b"found"] * 2 == [answer.body for answer in answers]
    assert [Asked("api.test", 81)] == proxy.asked
    assert [("/v1?a=b", "api.test:81")] * 2 == [(each.target, each.headers["host"]) for each in server.requests]


def test_the_argument(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """`proxy=` takes precedence over the environment, for all hosts."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    with Server(play(reply(b"found"))) as server, SocksServer(server.port) as proxy:
        transport = make(proxy=proxy.proxy_url("socks5h"))
        assert b"found" == fetch(transport, server).body
        transport.close()

    assert [Asked("127.0.0.1", server.port)] == proxy.asked


def test_tls_through_a_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS is between the client and the server, whose certificate is checked against its own name."""
    with Server(play(reply(b"safe")), tls=True) as server, SocksServer(server.port, name=b"here.test") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.proxy_url("socks5h"))
        transport = make()
        assert b"safe" == transport.send(get(f"https://localhost:{server.port}/"), timeout=AMPLE).body
        with pytest.raises(ConnectionFailed, match="certificate verify failed") as caught:
            transport.send(get(f"https://other.test:{server.port}/"), timeout=AMPLE)
        transport.close()

    assert not caught.value.may_have_arrived
    assert ["localhost", "other.test"] == [each.host for each in proxy.asked]


@pytest.mark.parametrize(
    ("scheme", "url", "host"),
    [
        ("socks5h", "http://localhost:81/", r"localhost"),
        ("socks5", "http://localhost:81/", r"127\.0\.0\.1|::1"),
        ("socks5", "http://10.1.2.3:81/", r"10\.1\.2\.3"),
        ("socks5h", "http://[fd00::7]:81/", r"fd00::7"),
        ("SOCKS5H", "http://localhost:81/", r"localhost"),
    ],
)
def test_who_resolves_a_name(make: Make, monkeypatch: pytest.MonkeyPatch, scheme: str, url: str, host: str) -> None:
    """This machine for socks5, as with curl, and the proxy for socks5h. An address stays an address."""
    with Server(play(reply(b"found"))) as server, SocksServer(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.proxy_url(scheme))
        transport = make()
        assert b"found" == transport.send(get(url), timeout=AMPLE).body
        transport.close()

    assert re.fullmatch(host, proxy.asked[0].host)


@pytest.mark.parametrize("password", ["s3cret", "p@ss/w#rd", "%C3%A9", "x" * 255])
def test_a_login(make: Make, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """User name and password of the URL, with any characters."""
    login = b"me", password.replace("%C3%A9", "\u00e9").encode()
    with Server(play(reply(b"found"))) as server, SocksServer(server.port, login=login) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.proxy_url("socks5h", f"me:{password}"))
        transport = make()
        assert b"found" == transport.send(get("http://api.test/"), timeout=AMPLE).body
        transport.close()

    assert [Asked("api.test", 80, login)] == proxy.asked


def test_a_login_that_nobody_asks_for(make: Make) -> None:
    """A proxy may take clients without one."""
    with Server(play(reply(b"found"))) as server, SocksServer(server.port) as proxy:
        transport = make(proxy=proxy.proxy_url("socks5h", "me:s3cret"))
        assert b"found" == transport.send(get("http://api.test/"), timeout=AMPLE).body
        transport.close()

    assert proxy.tried == []


@pytest.mark.parametrize("password", [b"s3cret-pw", b"another"], ids=["accepted", "refused"])
@pytest.mark.parametrize("place", ["environment", "argument"])
def test_no_secret_is_told(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str, password: bytes
) -> None:
    """Neither the key nor the password of the proxy is in a log at any level, or in an error."""
    caplog.set_level(logging.DEBUG)
    headers = {"x-key": "s3cret-key"}
    told = ""
    with Server(play(reply(b"found"))) as server, SocksServer(server.port, login=(b"me", password)) as proxy:
        url = proxy.proxy_url("socks5h", "me:s3cret-pw")
        if place == "environment":
            monkeypatch.setenv("ALL_PROXY", url)
        transport = make() if place == "environment" else make(proxy=url)
        try:
            transport.send(get("http://api.test/?key=s3cret-key", **headers), timeout=AMPLE)
        except ConnectionFailed as error:
            told = "".join(traceback.format_exception(error, limit=0))  # without the lines of this file
        transport.close()

    assert ("does not accept the user name and the password" in told) is (password == b"another")
    assert "s3cret" not in told + repr(transport) + repr(proxies.Proxy(url, "ALL_PROXY"))
    assert "s3cret" not in "".join(record.getMessage() + repr(record.args) for record in caplog.records)


REFUSALS: dict[str, tuple[Callable[[], Server], str]] = {
    "its rules": (lambda: SocksServer(code=2), "the proxy cannot connect: not allowed by its rules"),
    "connection refused": (lambda: SocksServer(code=5), "the proxy cannot connect: connection refused"),
    "unknown code": (lambda: SocksServer(code=99), "the proxy cannot connect: error 99"),
    "no login": (lambda: SocksServer(login=(b"a", b"b")), "the proxy wants a user name and a password"),
    "http": (lambda: _Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "the proxy does not speak SOCKS 5"),
    "odd address": (lambda: _Raw(b"\x05\x00", b"\x05\x00\x00\x09"), "the proxy does not speak SOCKS 5"),
    "odd login": (lambda: _Raw(b"\x05\x01"), "the proxy wants a user name and a password"),
    "hangs up": (lambda: _Raw(b""), "the proxy closed the connection"),
    "hangs up later": (lambda: _Raw(b"\x05\x00", b"\x05\x00\x00"), "the proxy closed the connection"),
}


class _Raw(SocksServer):
    """A proxy that sends these bytes whatever it is asked."""

    def __init__(self, *answers: bytes) -> None:
        super().__init__()
        self._answers = answers

    def _begin(self, peer: Any) -> bool:
        for answer in self._answers:
            peer.sock.recv(2**16)
            peer.send(answer)
        return False


@pytest.mark.parametrize(("proxy", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_proxy_that_refuses(make: Make, proxy: Callable[[], Server], said: str) -> None:
    """The error names proxy and reason. The request has not arrived, so it can be sent again."""
    with proxy() as server:
        transport = make(proxy=f"socks5h://127.0.0.1:{server.port}")
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(get("http://api.test/"), timeout=AMPLE)
        transport.close()
        server.settle(0)

    place = f"127.0.0.1:{server.port} of proxy="
    assert f"could not connect to api.test through the proxy {place}: {said}" == str(caught.value)
    assert not caught.value.may_have_arrived


def test_an_unreachable_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names it without its password."""
    port = free_port()
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:s3cret@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as caught:
        make().send(get("http://127.0.0.1/"), timeout=AMPLE)

    proxy = f"127.0.0.1:{port} of ALL_PROXY"
    assert f"could not connect to 127.0.0.1 through the proxy {proxy}: connection refused" == str(caught.value)
    assert not caught.value.may_have_arrived


class _Dripping(_Raw):
    """A proxy that sends a byte now and then, and never ends."""

    def _begin(self, peer: Any) -> bool:
        peer.sock.recv(2**16)
        peer.send(b"\x05\x00")
        peer.drip((bytes([each]) for each in b"\x05\x00\x00\x03\xff" + b"a" * 300), 0.05)
        return False


def test_the_timeout_holds(make: Make) -> None:
    """However slowly a proxy answers. The request has not arrived."""
    with _Dripping() as server:
        transport = make(proxy=f"socks5h://127.0.0.1:{server.port}")
        began = time.monotonic()
        with pytest.raises(RequestTimeout, match=r"no connection to api\.test through the proxy") as caught:
            transport.send(get("http://api.test/"), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK
        transport.close()

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    ("source", "undo"), [("ALL_PROXY", "unset ALL_PROXY"), ("proxy=", "leave it out")], ids=["variable", "argument"]
)
def test_without_the_extra(make: Make, monkeypatch: pytest.MonkeyPatch, source: str, undo: str) -> None:
    """One sentence names the variable or the argument, and what to install."""
    monkeypatch.setattr(proxies, "is_installed", lambda: False)
    url = "socks5h://me:s3cret@127.0.0.1:9"
    if source == "ALL_PROXY":
        monkeypatch.setenv(source, url)
    transport = make() if source == "ALL_PROXY" else make(proxy=url)
    with pytest.raises(ConfigurationError) as caught:
        transport.send(get("http://api.test/"), timeout=AMPLE)

    assert (
        f"the proxy in {source} is a SOCKS proxy, which needs socksio: pip install 'bide-runtime[socks]', or {undo}"
        == str(caught.value)
    )


@pytest.mark.parametrize("login", ["me", "me:", f"me:{'s3cret' * 50}", ":s3cret"])
def test_a_login_that_socks_cannot_carry(make: Make, login: str) -> None:
    """It is refused, and not sent in part."""
    with pytest.raises(ConfigurationError, match="in proxy= needs both a user name and a password") as caught:
        make(proxy=f"socks5://{login}@127.0.0.1:9").send(get("http://api.test/"), timeout=AMPLE)

    assert "s3cret" not in str(caught.value)


def test_a_proxy_for_an_engine_of_the_user() -> None:
    """It would have no effect, so it is refused."""
    with pytest.raises(ConfigurationError, match="proxy= has no effect on an engine that you pass"):
        Urllib3Transport(urllib3.PoolManager(), proxy="socks5://127.0.0.1:9")


def test_a_proxy_of_another_type() -> None:
    """Such as a proxy of httpx2: the constructor refuses it."""
    with pytest.raises(ConfigurationError, match="proxy= must be the URL of a proxy as text, not dict"):
        Urllib3Transport(proxy={"http": "http://127.0.0.1:9"})  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize("text", ["", "socks4://127.0.0.1:9", "socks5://", "socks5://[::1"])
def test_a_proxy_that_is_no_url(make: Make, text: str) -> None:
    """The message names the argument, and says what to do."""
    with pytest.raises(ConfigurationError, match=r"in proxy= is not an http://.*: correct it, or leave it out"):
        make(proxy=text).send(get("http://api.test/"), timeout=AMPLE)


def test_http_proxies_by_argument(make: Make) -> None:
    """`proxy=` takes a proxy of HTTP as well."""
    with Server(play(reply(b"by proxy"))) as proxy:
        transport = make(proxy=f"http://me:pw@127.0.0.1:{proxy.port}")
        assert b"by proxy" == transport.send(get("http://api.test/"), timeout=AMPLE).body

    assert "Basic bWU6cHc=" == proxy.requests[0].headers["proxy-authorization"]

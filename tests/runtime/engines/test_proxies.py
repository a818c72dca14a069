"""The proxies of the environment, with every engine."""

from __future__ import annotations

import base64
import time
import traceback
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from bide_runtime.errors.client import ConfigurationError
from bide_runtime.errors.transport import ConnectionFailed, RequestTimeout

from tests.runtime.engines.engine import AMPLE, SLACK, SOON, Make, fetch, get
from tests.runtime.engines.faults import LOSSES, SLOWNESS, free_port
from tests.runtime.engines.server import (
    Answer,
    Peer,
    Received,
    Server,
    play,
    reply,
)


def proxying(target_port: Callable[[], int]) -> Answer:
    """A proxy: relays `CONNECT`, and answers every other request itself."""

    def answer(peer: Peer, request: Received) -> None:
        if request.method == "CONNECT":
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            peer.tunnel_to(target_port())
        else:
            peer.send(reply(b"by proxy"))

    return answer


def test_http_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY is used, with its user name and password as credentials."""
    with Server(proxying(int)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
        transport = make()
        answers = [transport.send(get("http://api.test/v1?a=b"), timeout=AMPLE) for _ in range(2)]

    assert [b"by proxy"] * 2 == [answer.body for answer in answers]
    assert ("http://api.test/v1?a=b", "api.test") == (proxy.requests[1].target, proxy.requests[1].headers["host"])
    assert ["Basic bWU6cEBzcw=="] * 2 == [each.headers["proxy-authorization"] for each in proxy.requests]


def test_https_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS_PROXY is used: TLS is tunnelled to the server, and the proxy sees no header of the request."""
    with Server(play(reply(b"safe")), tls=True) as server, Server(proxying(lambda: server.port)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:pw@127.0.0.1:{proxy.port}")
        transport = make()
        answers = [transport.send(get(server.url, **{"x-api-key": "s3cret"}), timeout=AMPLE) for _ in range(2)]
        transport.close()

    assert [b"safe"] * 2 == [answer.body for answer in answers]
    assert [("CONNECT", f"127.0.0.1:{server.port}")] == [(each.method, each.target) for each in proxy.requests]
    assert "Basic bWU6cHc=" == proxy.requests[0].headers["proxy-authorization"]
    assert "x-api-key" not in proxy.requests[0].headers
    assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("hosts", ["localhost,127.0.0.1", "127.0.0.0/8", "10.0.0.0/8 , 127.0.0.1/32", "*"])
def test_no_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    """NO_PROXY is respected."""
    with Server(play(reply(b"direct"))) as server:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("no_proxy", hosts)

        assert b"direct" == fetch(make(), server).body


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unreachable_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """If the proxy is unreachable, the request did not arrive; the message names it without its password."""
    port = free_port()
    monkeypatch.setenv(f"{scheme}_proxy", f"http://me:s3cret@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as caught:
        make().send(get(f"{scheme}://api.test/"), timeout=AMPLE)

    proxy = f"127.0.0.1:{port} of {scheme}_proxy"
    message = f"could not connect to api.test through the proxy {proxy}: connection refused"
    assert message == str(caught.value)
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    "answer",
    [play(reply(status="407 Proxy Authentication Required")), LOSSES["closed"], SLOWNESS["headers"]],
    ids=["refuses", "hangs-up", "drips"],
)
def test_proxy_that_does_not_connect(make: Make, monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """If the proxy refuses to connect, the request did not arrive, and the timeout holds."""
    with Server(answer) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        began = time.monotonic()
        with pytest.raises((ConnectionFailed, RequestTimeout)) as caught:
            make().send(get("https://api.test/"), timeout=SOON)
        assert time.monotonic() - began < SOON + SLACK

    assert not caught.value.may_have_arrived


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("socks4a://127.0.0.1:9", "ALL_PROXY is not an http://, https://, socks5:// or socks5h:// URL"),
        ("ftp://me:s3cret@127.0.0.1:9", "ALL_PROXY is not an http"),
        ("http://me:s3cret@127.0.0.1:port", "ALL_PROXY is not an http"),
        ("http://me:s3cret@", "ALL_PROXY is not an http"),
        ("http://[::1", "ALL_PROXY is not an http"),
    ],
)
def test_proxy_of_another_kind(make: Make, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    """An unsupported proxy is a `ConfigurationError`, not a transient error. It names the variable."""
    monkeypatch.setenv("ALL_PROXY", text)
    with pytest.raises(ConfigurationError, match=f"the proxy in {said}") as caught:
        make().send(get("http://api.test/"), timeout=AMPLE)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value, limit=0))


@pytest.mark.parametrize("password", ["p#ss", "p/a?s#s", "p@ss:word", "100%", "%23%40"])
def test_any_password_of_a_proxy(make: Make, monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """A password may have characters that would end it in a URL."""
    with Server(proxying(int)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:{password}@127.0.0.1:{proxy.port}/")
        make().send(get("http://api.test/"), timeout=AMPLE)

    expected = base64.b64encode(f"me:{unquote(password)}".encode()).decode()
    assert f"Basic {expected}" == proxy.requests[0].headers["proxy-authorization"]


def test_variables_in_upper_and_lower_case(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in lower case takes precedence; an empty one means no proxy; HTTP_PROXY is ignored in a CGI script."""
    with Server(play(reply(b"direct"))) as server, Server(proxying(int)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert b"by proxy" == fetch(make(), server).body
        monkeypatch.setenv("REQUEST_METHOD", "GET")
        assert b"direct" == fetch(make(), server).body
        monkeypatch.delenv("REQUEST_METHOD")
        monkeypatch.setenv("http_proxy", "")
        assert b"direct" == fetch(make(), server).body
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        assert b"by proxy" == fetch(make(), server).body

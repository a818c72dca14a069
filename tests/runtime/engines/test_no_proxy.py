"""Which hosts `NO_PROXY` lists."""

from __future__ import annotations

import pytest
from bide_runtime.engines.proxies.no_proxy import NoProxy
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "host", "port", "listed"),
    [
        ("", "api.test", 443, False),
        ("*", "api.test", 443, True),
        ("a.test, *", "10.1.2.3", 443, True),
        ("api.test", "api.test", 443, True),
        ("api.test", "API.test.", 443, True),
        ("API.Test.", "api.test", 443, True),
        ("test", "api.test", 443, True),
        (".test", "api.test", 443, True),
        (".api.test", "api.test", 443, True),
        ("*.api.test", "eu.api.test", 443, True),
        ("api.test", "my-api.test", 443, False),
        ("api.test", "api.test.example", 443, False),
        ("other.test api.test", "api.test", 443, True),
        ("api.test:443", "api.test", 443, True),
        ("api.test:8443", "api.test", 443, False),
        ("api.test:8443", "eu.api.test", 8443, True),
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:8080", "127.0.0.1", 80, False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("0.0.1", "127.0.0.1", 80, False),
        ("127.0.0.0/8", "127.1.2.3", 80, True),
        ("127.0.0.1/8", "127.1.2.3", 80, True),
        ("127.0.0.0/8", "128.0.0.1", 80, False),
        ("10.0.0.0/8,192.168.0.0/16", "192.168.7.7", 80, True),
        ("10.0.0.0/8", "ten.test", 80, False),
        ("10.0.0.0/99", "10.0.0.1", 80, False),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 80, False),
        ("::1", "0:0:0:0:0:0:0:1", 80, True),
        ("fe80::/10", "fe80::7", 80, True),
        ("fe80::/10", "fe80::7%eth0", 80, True),
        ("fd00::/8", "fe80::7", 80, False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", 80, True),
        ("10.0.0.0/8", "fd00::1", 80, False),
        ("bücher.test", "xn--bcher-kva.test", 443, True),
        ("localhost", "localhost", 80, True),
        ("localhost", "127.0.0.1", 80, False),
    ],
)
def test_no_proxy(text: str, host: str, port: int, listed: bool) -> None:
    """Hosts with their subdomains, addresses, ranges, ports and `*`."""
    assert listed == NoProxy(text).matches(host, port)


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text(text: str, host: str) -> None:
    """No text of the environment raises."""
    assert NoProxy(text).matches(host, 80) in (True, False)

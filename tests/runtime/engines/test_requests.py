"""How every engine sends a request, over real sockets."""

from __future__ import annotations

import traceback

import pytest
from bide_runtime.engines.transport import Transport
from bide_runtime.errors.client import InvalidArgument
from bide_runtime.http.request import Request

from tests.runtime.engines.engine import AMPLE, fetch, get
from tests.runtime.engines.server import (
    Server,
    play,
    reply,
)


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "404 Not Found", "418 Odd", "500 Oops", "503 Later"])
def test_any_status_is_a_reply(transport: Transport, status: str) -> None:
    """A reply of any status is returned, with its body."""
    with Server(play(reply(b"so be it", status=status))) as server:
        answer = fetch(transport, server)

    assert (int(status[:3]), b"so be it") == (answer.status, answer.body)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_returned(transport: Transport, status: int) -> None:
    """A redirect is not followed: its status and its Location are returned."""
    with Server(play(reply(status=f"{status} Moved", location="http://elsewhere.test/a?b=%20c"))) as server:
        answer = fetch(transport, server)

    assert (status, "http://elsewhere.test/a?b=%20c") == (answer.status, answer.headers["location"])
    assert 1 == len(server.requests)


def test_requests_are_sent_unchanged(transport: Transport) -> None:
    """Method, URL, headers and body reach the server byte for byte."""
    target = "/jobs/a%2Fb%7Ec%3F?q=1+2%20%C3%A9&list=a,b&empty="
    headers = {"x-api-key": "k", "content-type": "application/json", "user-agent": "acme-client"}
    with Server(play(reply())) as server:
        transport.send(Request(method="POST", url=server.url + target, headers=headers, body=b"{}"), timeout=AMPLE)
    (sent,) = server.requests

    assert ("POST", target, b"{}") == (sent.method, sent.target, sent.body)
    assert headers.items() <= sent.headers.items()
    assert {"host", "content-length", "accept-encoding"} <= sent.headers.keys() - headers.keys()
    assert sent.headers["accept-encoding"] == "gzip, deflate"


def test_nothing_is_added_to_a_request_without_a_body(transport: Transport) -> None:
    """A POST without a body has Content-Length 0 and no Content-Type."""
    with Server(play(reply())) as server:
        transport.send(Request(method="POST", url=server.url, headers={}), timeout=AMPLE)
    (sent,) = server.requests

    assert ("0", None) == (sent.headers["content-length"], sent.headers.get("content-type"))


def test_large_bodies_are_sent(transport: Transport) -> None:
    """A request body of megabytes arrives complete."""
    body = bytes(range(256)) * 12_000
    with Server(play(reply())) as server:
        transport.send(Request(method="PUT", url=server.url, headers={}, body=body), timeout=AMPLE)

    assert body == server.requests[0].body


def test_invalid_characters_of_a_url_are_encoded(transport: Transport) -> None:
    """Characters that a URL cannot hold are encoded, so they cannot end the request line."""
    with Server(play(reply())) as server:
        fetch(transport, server, "/a b\x01é?q={x} y#part")

    assert "/a%20b%01%C3%A9?q=%7Bx%7D%20y" == server.requests[0].target


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "/jobs", "http://", "http://[::1", "http://me:pw@127.0.0.1/"])
def test_an_invalid_url_is_refused(transport: Transport, url: str) -> None:
    """An invalid URL is refused, and the message does not quote it."""
    with pytest.raises(InvalidArgument, match="URL") as caught:
        transport.send(get(url), timeout=AMPLE)

    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("value", ["s3cret\nx-admin: 1", "s3cret\x00", "s3cret\u2019"], ids=["line", "nul", "quote"])
def test_an_invalid_header_is_refused(transport: Transport, value: str) -> None:
    """A header that HTTP cannot carry is refused, and the message does not quote its value."""
    with pytest.raises(InvalidArgument, match="x-api-key") as caught:
        transport.send(get("http://127.0.0.1:9", **{"x-api-key": value}), timeout=AMPLE)

    assert "s3cret" not in "".join(traceback.format_exception(caught.value, limit=0))

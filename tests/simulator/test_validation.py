"""Requests that the simulator refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.simulated_acme import PICTURE, Acme, decoded, message

PAGES = {"urls": ["https://x.example/", "https://y.example/", "https://z.example/"]}
WORDS = {"words": "abc"}


def test_a_key_is_needed() -> None:
    """Without a key, or with a wrong one, everything is 401 in the provider's own shape."""
    acme = Acme.new(key="right")

    for headers in ({"x-version": "7"}, {"x-version": "7", "x-key": "wrong"}):
        acme.headers = headers
        answer = acme.ask("POST", "/shots", PICTURE)
        assert (answer.status, decoded(answer)["error"]["code"]) == (401, "unauthorized")
    acme.headers["x-key"] = "right"
    assert acme.ask("POST", "/shots", PICTURE).status == 202


def test_headers_of_every_request_are_checked() -> None:
    """A header that the spec sends with every request is required."""
    acme = Acme.new()
    acme.headers = {"x-key": "k"}

    answer = acme.ask("GET", "/shots/1")

    assert answer.status == 400
    assert message(decoded(answer)) == "header.X-Version is '', expected '7'"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("GET", "/batches", 405)])
def test_unknown_addresses(method: str, path: str, status: int) -> None:
    """An unknown path is 404, a known one with another method 405."""
    assert Acme.new().ask(method, path).status == status


def test_every_reply_has_a_request_id() -> None:
    """If the spec has a request id."""
    acme = Acme.new()

    assert acme.ask("GET", "/nowhere").headers["x-request-id"] == "req_000001"
    assert acme.ask("POST", "/shots", PICTURE).headers["x-request-id"] == "req_000002"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/shots", b"{", "$ is not JSON"),
        ("/shots", b"[NaN]", "$ is not JSON"),
        ("/shots", {"kind": "opera", "input": {}}, '$.kind is not one of "picture", "film"'),
        ("/shots", {"kind": "film", "input": {}}, "$.input.url is missing"),
        ("/shots", {**PICTURE, "loud": True}, "$.loud is not known here"),
        ("/shots", {"kind": "film", "input": {"url": "x"}}, '$.input.url is "x", expected a text like ^https?://'),
        ("/shots", {"kind": "film", "input": {"url": 3}}, "$.input.url is 3, expected a text"),
        ("/batches", {"urls": []}, "$.urls has 0 items, expected at least 1"),
        ("/batches", {"urls": ["a", None]}, "$.urls[1] is null, expected a text"),
        ("/batches", [], "$ is [], expected an object"),
        ("/reports", {"words": "a"}, "$.words has 1 characters, expected at least 2"),
    ],
)
def test_bodies_are_checked(path: str, body: Any, expected: str) -> None:
    """An invalid body is 400, with the JSON path of the problem; unknown keys are invalid."""
    answer = Acme.new().ask("POST", path, body)

    assert (answer.status, message(decoded(answer))) == (400, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "query.words is missing"),
        ("words=ab&limit=10", "query.limit is 10, expected at most 9"),
        ("words=ab&limit=many", 'query.limit is "many", expected an integer'),
        ("words=ab&depth=3", "query.depth is not known here"),
    ],
)
def test_queries_are_checked(query: str, expected: str) -> None:
    """An invalid query is 400."""
    answer = Acme.new().ask("GET", "/find/here", query=query)

    assert (answer.status, message(decoded(answer))) == (400, expected)

"""Headers, query parameters and body fields that a caller adds to requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bide_runtime.calls.call import Call, reads_nothing
from bide_runtime.calls.extras import Extras
from bide_runtime.errors.client import InvalidArgument


def call(body: bytes | None, content_type: str = "application/json") -> Call[None]:
    return Call(method="POST", path="/jobs", body=body, content_type=content_type, read=reads_nothing)


@pytest.mark.parametrize(
    ("url", "query", "expected"),
    [
        ("https://a/j", {}, "https://a/j"),
        ("https://a/j", {"beta": True, "n": 1}, "https://a/j?beta=true&n=1"),
        ("https://a/j?x=1", {"y": "a b"}, "https://a/j?x=1&y=a+b"),
    ],
)
def test_query_parameters_are_appended(url: str, query: dict[str, Any], expected: str) -> None:
    """After those of the call."""
    assert Extras(query=query).url(url) == expected


def test_body_fields_are_added_and_take_precedence() -> None:
    """To a JSON object, or to a call without a body; without extras the body is unchanged."""
    extras = Extras(body={"b": 2, "c": None})

    assert json.loads(extras.body_of(call(b'{"a": 1, "b": 1}')) or b"") == {"a": 1, "b": 2, "c": None}
    assert json.loads(extras.body_of(call(None)) or b"") == {"b": 2, "c": None}
    assert Extras().body_of(call(b" {}")) == b" {}"
    assert Extras().body_of(call(None)) is None


@pytest.mark.parametrize("kind", ["application/vnd.api+json", "application/x-acme-json-1.1; charset=utf-8"])
def test_media_types_based_on_json_are_json(kind: str) -> None:
    """Fields are added to a body whatever its JSON is called."""
    assert b'{"a":1,"b":2}' == Extras(body={"b": 2}).body_of(call(b'{"a":1}', kind))


@pytest.mark.parametrize(
    "made", [call(b"[1]"), call(b"\x00", "application/octet-stream"), call(b"{}", "multipart/form-data")]
)
def test_a_body_that_is_not_an_object_is_refused(made: Call[None]) -> None:
    """Fields cannot be added to a list, bytes or a form."""
    with pytest.raises(InvalidArgument, match=r"a body that is a JSON object, and POST /jobs has another"):
        Extras(body={"a": 1}).body_of(made)


def test_newer_extras_take_precedence() -> None:
    """Separately for headers, query and body."""
    one = Extras(headers={"x": "1", "y": "1"}, query={"q": 1}, body={"b": 1})
    both = one.with_more(Extras(headers={"y": "2"}, query={"r": 2}))

    assert both == Extras(headers={"x": "1", "y": "2"}, query={"q": 1, "r": 2}, body={"b": 1})

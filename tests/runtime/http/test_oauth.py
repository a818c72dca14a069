"""Replies of a token endpoint."""

from __future__ import annotations

from typing import Any

import pytest
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.oauth import token_in


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "no usable access_token"),
        ([], "no usable access_token"),
        ({"access_token": 7}, "no usable access_token"),
        ({"access_token": "a b"}, "no usable access_token"),
        ({"access_token": "a", "token_type": "mac"}, "no bearer token"),
    ],
)
def test_a_reply_without_a_bearer_token_is_refused(body: Any, said: str) -> None:
    """Without quoting it."""
    with pytest.raises(DecodeError, match=said):
        token_in(body, 0.0)


@pytest.mark.parametrize(("expires_in", "until"), [(3600, 3570.0), ("3600", 3570.0), (100, 90.0), (None, float("inf"))])
def test_a_token_is_replaced_shortly_before_it_expires(expires_in: Any, until: float) -> None:
    """Half a minute before, or a tenth of its life if that is less."""
    token = token_in({"access_token": "a", "expires_in": expires_in}, 0.0)

    assert ("a", until) == (token.text, token.good_until)
    assert "IssuedToken(***)" == repr(token)

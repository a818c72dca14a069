"""Access tokens by the client credentials grant of OAuth 2.0 (RFC 6749, section 4.4): the request and its reply."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from math import inf, isfinite
from urllib.parse import quote_plus, urlencode

import msgspec

from ..errors.decode import DecodeError
from .request import Json, Request

TOKEN = "access_token"
"""The name of the access token among the secrets of a client."""

_MARGIN = 30.0
"""Seconds before its end when a token is replaced: the time that a request may take to arrive."""


class OAuth(msgspec.Struct, frozen=True, kw_only=True):
    """Where a client gets its access tokens, and what it asks for."""

    token_url: str
    scope: str = ""
    """The scopes, separated by spaces."""
    audience: str = ""
    in_body: bool = False
    """Whether client id and secret are sent in the body, instead of as `Authorization: Basic`."""

    def request(self, url: str, secrets: Mapping[str, str], headers: Mapping[str, str]) -> Request:
        """The request for a token at *url*, the only one that has the client secret."""
        client_id, client_secret = secrets["client_id"], secrets["client_secret"]
        fields = {"grant_type": "client_credentials"}
        if self.scope:
            fields["scope"] = self.scope
        if self.audience:
            fields["audience"] = self.audience
        sent = {**headers, "content-type": "application/x-www-form-urlencoded"}
        if self.in_body:
            fields |= {"client_id": client_id, "client_secret": client_secret}
        else:
            sent["authorization"] = f"Basic {basic(client_id, client_secret)}"
        return Request(method="POST", url=url, headers=sent, body=urlencode(fields).encode())


def basic(client_id: str, client_secret: str) -> str:
    """Client id and secret as `Authorization: Basic` has them; RFC 6749, section 2.3.1 encodes each first."""
    return b64encode(f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()).decode("ascii")


class IssuedToken(msgspec.Struct, frozen=True):
    """An access token, and when to replace it, on the clock of the flows."""

    text: str
    good_until: float

    def __repr__(self) -> str:
        return "IssuedToken(***)"


def token_in(body: Json, now: float) -> IssuedToken:
    """The token in the reply of a token endpoint, received at *now*. Raises `DecodeError`, which does not quote it."""
    found = body if isinstance(body, dict) else {}
    text, kind = found.get(TOKEN), found.get("token_type", "Bearer")
    if not isinstance(text, str) or not text or not (text.isascii() and text.isprintable() and " " not in text):
        raise DecodeError("the reply of the token endpoint has no usable access_token", path=f"$.{TOKEN}", body=b"")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise DecodeError("the token endpoint issued no bearer token", path="$.token_type", body=b"")
    seconds = _seconds(found.get("expires_in"))
    return IssuedToken(text, now + seconds - min(_MARGIN, seconds / 10) if isfinite(seconds) else inf)


def _seconds(found: Json) -> float:
    """The lifetime of a token; infinite if the reply has none. Some servers send the number as text."""
    try:
        seconds = inf if found is None or isinstance(found, bool) else float(found)
    except (TypeError, ValueError):
        return inf
    return seconds if 0 < seconds else inf

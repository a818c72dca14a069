"""The token endpoint of a provider with OAuth: it issues access tokens, and knows which are valid."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote_plus

from bide.ir import OAuth, Provider
from bide.simulator.life.answer import Answer, Asked, of_json

LIFETIME = 600.0
"""Seconds for which a token is valid, in the time of the server."""


class Tokens:
    """Issues tokens for *key* as client id and client secret, or for any texts if there is no key."""

    def __init__(self, provider: Provider, key: str | None) -> None:
        self._oauth = provider.oauth
        self._path = None if provider.oauth is None else _path(provider.oauth.token_url)
        self._key = key
        self._ends: dict[str, float] = {}

    def are_asked_for(self, asked: Asked) -> bool:
        """Whether a request is for the token endpoint."""
        return self._path is not None and asked.method == "POST" and self._path.fullmatch(asked.path) is not None

    def issue(self, asked: Asked, now: float) -> Answer:
        """A new token, or the error of RFC 6749, section 5.2."""
        assert self._oauth is not None
        form = {name: texts[-1] for name, texts in parse_qs(asked.body.decode("utf-8", "replace")).items()}
        given = _credentials(self._oauth, asked.headers, form)
        if not all(given) or (self._key is not None and set(given) != {self._key}):
            return _error(401, "invalid_client", "client id or client secret is wrong")
        if form.get("grant_type") != "client_credentials":
            return _error(400, "unsupported_grant_type", "grant_type must be client_credentials")
        if form.get("scope", "") != " ".join(self._oauth.scopes) or form.get("audience", "") != self._oauth.audience:
            return _error(400, "invalid_scope", "scope and audience must be those of the spec")
        token = f"simulated-token-{len(self._ends) + 1}"
        self._ends[token] = now + LIFETIME
        return of_json({"access_token": token, "token_type": "Bearer", "expires_in": int(LIFETIME)})

    def grant(self, now: float) -> str:
        """A new token for the simulator itself."""
        token = f"simulated-token-{len(self._ends) + 1}"
        self._ends[token] = now + LIFETIME
        return token

    def are_valid(self, token: str, now: float) -> bool:
        """Whether a token was issued and is not too old."""
        return self._ends.get(token, now) > now


def _path(url: str) -> re.Pattern[str]:
    """The path of a token URL, with any values of its variables."""
    path = "/" + url.partition("://")[2].partition("/")[2]
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path))))


def _credentials(oauth: OAuth, headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and client secret of a request; empty if they are not where the spec has them."""
    if oauth.in_body:
        return form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, packed = headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = b64decode(packed, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if scheme.lower() == "basic" else ("", "")


def _error(status: int, code: str, message: str) -> Answer:
    return of_json({"error": code, "error_description": message}, status)

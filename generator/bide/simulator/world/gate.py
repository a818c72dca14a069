"""Authentication: the key, and the headers that every request must have."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

from bide.ir import Endpoint, Place, Provider, Secret
from bide.simulator.bodies.links import ELSEWHERE
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.answer import Asked


class Gate:
    """Accepts requests with the secrets: each is *key*, or any text if there is no key."""

    def __init__(self, provider: Provider, key: str | None) -> None:
        self._auth = provider.auth
        self._headers = provider.headers
        self._query = dict(provider.query)
        self._key = key

    def without_constants(self, endpoint: Endpoint, asked: Asked) -> Asked:
        """The request without the query parameters of every request, unless *endpoint* has its own of that name."""
        own = {each.field.wire for each in endpoint.parameters if each.place is Place.QUERY}
        own |= {name for place, name, _ in endpoint.constants if place is Place.QUERY}
        usual = {pair for pair in self._query.items() if pair[0] not in own}
        return replace(asked, query=tuple(pair for pair in asked.query if pair not in usual)) if usual else asked

    def admit(self, asked: Asked) -> Asked:
        """The request without its secrets. Raises `Refused`."""
        if asked.path.startswith(f"{ELSEWHERE}/"):
            if any(_given(secret, asked) for secret in self._auth):
                raise Refused(400, "a secret was sent to another host")
            if any(name in dict(asked.query) for name in self._query):
                raise Refused(400, "the query of every request was sent to another host")
            return asked
        for secret in self._auth:
            given = _given(secret, asked)
            if not given or self._key not in (None, given):
                what = "API key" if secret.argument == "api_key" else secret.argument
                raise Refused(401, f"the {what} is wrong" if given else f"the {what} is missing")
        for name, text in self._headers:
            found = asked.headers.get(name.lower(), "")
            if found != text:
                raise Refused(400, f"header.{name} is {found!r}, expected {text!r}")
        for name, text in self._query.items():
            if name not in dict(asked.query):
                raise Refused(400, f"query.{name} is missing, expected {text!r}")
        hidden = {secret.name for secret in self._auth if secret.scheme == "query"}
        return replace(asked, query=tuple(pair for pair in asked.query if pair[0] not in hidden))


def _given(secret: Secret, asked: Asked) -> str:
    """A secret of a request, empty if it has none."""
    if secret.scheme == "query":
        return dict(asked.query).get(secret.name, "")
    if secret.scheme == "header":
        text = asked.headers.get(secret.name.lower(), "")
        if not secret.prefix:
            return text
        prefix, _, key = text.partition(" ")
        return key.strip() if prefix.lower() == secret.prefix.lower() else ""
    scheme, _, packed = asked.headers.get("authorization", "").partition(" ")
    try:
        both = b64decode(packed, validate=True).decode()
    except ValueError:
        return ""
    if scheme.lower() != "basic" or ":" not in both:
        return ""
    name, _, password = both.partition(":")
    return {"username": name, "password": password, "both": both}[secret.name]

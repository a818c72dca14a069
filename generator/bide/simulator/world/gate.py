"""Authentication: the key, and the headers that every request must have."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

from bide.ir import Endpoint, Place, Provider, Secret
from bide.simulator.bodies.links import ELSEWHERE
from bide.simulator.bodies.refusal import Refused
from bide.simulator.life.answer import Asked
from bide.simulator.world.tokens import Tokens


class Gate:
    """Accepts requests with the secrets: each is *key*, or any text if there is no key."""

    def __init__(self, provider: Provider, key: str | None, tokens: Tokens) -> None:
        self._auth = provider.auth
        self._tokens = tokens
        self._headers = provider.headers
        self._query = dict(provider.query)
        self._key = key

    def without_constants(self, endpoint: Endpoint, asked: Asked) -> Asked:
        """The request without the query parameters of every request, unless *endpoint* has its own of that name."""
        own = {each.field.wire for each in endpoint.parameters if each.place is Place.QUERY}
        own |= {name for place, name, _ in endpoint.constants if place is Place.QUERY}
        usual = {pair for pair in self._query.items() if pair[0] not in own}
        return replace(asked, query=tuple(pair for pair in asked.query if pair not in usual)) if usual else asked

    def admit(self, asked: Asked, auth: tuple[str, ...] | None, now: float) -> Asked:
        """The request without its secrets: the usual ones, or those with the arguments *auth*. Raises `Refused`."""
        if asked.path.startswith(f"{ELSEWHERE}/"):
            if any(_given(secret, asked) for secret in self._auth):
                raise Refused(400, "a secret was sent to another host")
            if any(name in dict(asked.query) for name in self._query):
                raise Refused(400, "the query of every request was sent to another host")
            return asked
        needed = self._needed(asked, auth, now)
        for secret in self._auth:
            given = _given(secret, asked)
            if secret not in needed:
                if given and not any(_place(secret) == _place(each) for each in needed):
                    raise Refused(400, f"the secret {secret.argument} was sent with a request that does not need it")
            elif not self._is_right(secret, given, now):
                what = (
                    "access token"
                    if secret.scheme == "oauth"
                    else "API key" if secret.argument == "api_key" else secret.argument
                )
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

    def _needed(self, asked: Asked, auth: tuple[str, ...] | None, now: float) -> list[Secret]:
        """The secrets that a request needs. Where one of several is enough: the first that is right, or that is there.

        Raises `Refused` if none of them is there.
        """
        if auth is not None:
            return [each for each in self._auth if each.argument in auth]
        always = [each for each in self._auth if not each.way and each.is_usual]
        numbers = dict.fromkeys(each.way for each in self._auth if each.way)
        ways = [[one for one in self._auth if one.way == number] for number in numbers]
        there = [way for way in ways if all(_given(one, asked) for one in way)]
        right = [way for way in there if all(self._is_right(one, _given(one, asked), now) for one in way)]
        if ways and not there:
            names = "; or ".join(" and ".join(one.argument for one in way) for way in ways)
            raise Refused(401, f"a secret is missing: {names}")
        return [*always, *next(iter([*right, *there]), [])]

    def _is_right(self, secret: Secret, given: str, now: float) -> bool:
        if secret.scheme == "oauth":
            return bool(given) and self._tokens.are_valid(given, now)
        return bool(given) and self._key in (None, given)


def _place(secret: Secret) -> tuple[str, str]:
    if secret.scheme == "query":
        return "query", secret.name
    return "header", secret.name.lower() if secret.scheme == "header" else "authorization"


def _given(secret: Secret, asked: Asked) -> str:
    """A secret of a request, empty if it has none."""
    if secret.scheme == "query":
        return dict(asked.query).get(secret.name, "")
    if secret.scheme in ("header", "oauth"):
        text = asked.headers.get("authorization" if secret.scheme == "oauth" else secret.name.lower(), "")
        wanted = "Bearer" if secret.scheme == "oauth" else secret.prefix
        if not wanted:
            return text
        prefix, _, key = text.partition(" ")
        return key.strip() if prefix.lower() == wanted.lower() else ""
    scheme, _, packed = asked.headers.get("authorization", "").partition(" ")
    try:
        both = b64decode(packed, validate=True).decode()
    except ValueError:
        return ""
    if scheme.lower() != "basic" or ":" not in both:
        return ""
    name, _, password = both.partition(":")
    return {"username": name, "password": password, "both": both}[secret.name]

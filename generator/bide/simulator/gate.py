"""Who may ask: the key, and the headers that every request has."""

from __future__ import annotations

from dataclasses import replace

from bide.ir import Provider

from .answer import Asked
from .refusal import Refused


class Gate:
    """Lets requests in that have the key: this one, or any if there is none to compare with."""

    def __init__(self, provider: Provider, key: str | None) -> None:
        self._auth = provider.auth
        self._headers = provider.headers
        self._key = key

    def admit(self, asked: Asked) -> Asked:
        """The request without its key. Raises `Refused`."""
        given = self._given(asked)
        if given is not None and (not given or self._key not in (None, given)):
            raise Refused(401, "the API key is wrong" if given else "the API key is missing")
        for name, text in self._headers:
            found = asked.headers.get(name.lower(), "")
            if found != text:
                raise Refused(400, f"header.{name} is {found!r}, expected {text!r}")
        if self._auth and self._auth.scheme == "query":
            return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != self._auth.name))
        return asked

    def _given(self, asked: Asked) -> str | None:
        """The key of a request, empty if it has none; `None` if none is needed."""
        if self._auth is None:
            return None
        if self._auth.scheme == "query":
            return dict(asked.query).get(self._auth.name, "")
        text = asked.headers.get(self._auth.name.lower() or "authorization", "")
        if self._auth.scheme == "header":
            return text
        scheme, _, key = text.partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

"""The secrets of a client: where each goes in a request, and what may be one. Knows nothing of requests."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from ..errors.client import ConfigurationError


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that goes along with every request, and where it goes."""

    at: Literal["header", "query", "basic"]
    name: str
    """The header or the query parameter; of basic auth, what it is: `username`, `password` or `both`."""
    prefix: str = ""
    """The word before it in a header."""
    env: str
    """The environment variable that is read if the user gives none."""
    argument: str = "api_key"
    """What a client calls it."""


def given(title: str, secret: Secret, found: str | None) -> str:
    """What the user gave as a secret, or what the environment has.

    Raises `ConfigurationError` if there is none, or if it can be none.
    """
    text = found if found is not None else os.environ.get(secret.env, "")
    what = "an API key" if secret.argument == "api_key" else secret.argument
    if not text:
        raise ConfigurationError(
            f"{title} needs {what}: pass {secret.argument}=..., or set the environment variable {secret.env}"
        )
    if not _may_be(secret, text):
        what = "API key" if secret.argument == "api_key" else secret.argument
        raise ConfigurationError(f"the {what} holds a character that none has: {_FORBIDDEN[secret.at]}")
    if secret.at == "basic" and secret.name == "username" and ":" in text:
        raise ConfigurationError(f"the {secret.argument} holds a colon, and would end there")
    return text


_FORBIDDEN = {
    "header": "a space, a line break or a sign beyond ASCII",
    "query": "a space, a line break or a sign beyond ASCII",
    "basic": "a line break or another control character",
}


def _may_be(secret: Secret, text: str) -> bool:
    """Whether a text can be sent as this secret. Basic auth packs it, so that little is forbidden there."""
    if secret.at == "basic":
        return not any(ord(char) < 32 or ord(char) == 127 or "\ud800" <= char <= "\udfff" for char in text)
    return text.isascii() and text.isprintable() and text == text.strip()


def placed(auth: Iterable[Secret], secrets: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The headers and the query parameters that carry the secrets."""
    headers: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    basic: dict[str, str] = {}
    for secret in auth:
        text = secrets[secret.argument]
        match secret.at:
            case "header":
                headers[secret.name.lower()] = f"{secret.prefix} {text}" if secret.prefix else text
            case "query":
                pairs.append((secret.name, text))
            case "basic":
                basic[secret.name] = text
    if basic:
        both = basic.get("both", f"{basic.get('username', '')}:{basic.get('password', '')}")
        headers["authorization"] = f"Basic {_packed(both)}"
    return headers, pairs


def without(auth: Iterable[Secret], secrets: Mapping[str, str], text: str) -> str:
    """*text* without the secrets, in whatever form they are sent. A user name is no secret."""
    headers, _ = placed(auth, secrets)
    hidden = [secrets[secret.argument] for secret in auth if (secret.at, secret.name) != ("basic", "username")]
    hidden += [value.removeprefix("Basic ") for value in headers.values() if value.startswith("Basic ")]
    hidden += [secrets[secret.argument].partition(":")[2] for secret in auth if secret.name == "both"]
    for one in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(one, "***")
    return text


def _packed(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")

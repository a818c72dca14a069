"""The secrets of a client: how each is sent, and which texts are valid."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from inspect import isawaitable, iscoroutine
from typing import Literal

import msgspec

from ..errors.client import ConfigurationError
from .oauth import TOKEN


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that is sent with every request, and how."""

    at: Literal["header", "query", "basic", "oauth"]
    name: str
    """The name of the header or query parameter; for basic auth `username`, `password` or `both`; for OAuth, which
    sends an access token instead, `client_id` or `client_secret`.
    """
    prefix: str = ""
    """The text before the secret in a header, such as `Bearer`."""
    env: str
    """The environment variable that is read if the argument is not passed."""
    argument: str = "api_key"
    """The name of the argument of the client."""
    is_usual: bool = True
    """Whether it is sent with every request that does not say what it needs; otherwise, where a request names it.

    Of one with a `way`: whether no request names it.
    """
    way: int = 0
    """Of secrets of which one is enough: its number, from 1; those with the same number belong together."""


def chosen_way(title: str, auth: Iterable[Secret], passed: Mapping[str, object]) -> int:
    """The way to authenticate, where one of several secrets is enough; 0 if the provider has no such choice.

    It is the first that has a secret that was passed, or else the first that is in the environment. Raises
    `ConfigurationError` if none is complete.
    """
    ways: dict[int, list[Secret]] = {}
    for secret in auth:
        if secret.way:
            ways.setdefault(secret.way, []).append(secret)
    if not ways:
        return 0
    begun = {way: each for way, each in ways.items() if any(_is_passed(one, passed) for one in each)}
    for way, secrets in (begun or ways).items():
        if all(_is_passed(one, passed) or os.environ.get(one.env) for one in secrets):
            return way
    for one in next(iter(begun.values()), ()):
        if not _is_passed(one, passed) and not os.environ.get(one.env):
            raise missing(title, one)
    arguments = "; or ".join(" and ".join(f"{one.argument}=..." for one in each) for each in ways.values())
    variables = "; or ".join(" and ".join(one.env for one in each) for each in ways.values())
    raise ConfigurationError(
        f"{title} needs one of several secrets: pass {arguments}; or set the environment variable {variables}"
    )


def _is_passed(secret: Secret, passed: Mapping[str, object]) -> bool:
    return passed.get(secret.argument) is not None


def is_usual(secret: Secret, way: int) -> bool:
    """Whether a client with this way to authenticate sends it with requests that do not say what they need."""
    return secret.way == way if secret.way else secret.is_usual


def given(title: str, secret: Secret, found: object) -> str:
    """The secret that was passed, or else that of the environment.

    Raises `ConfigurationError` if there is none, or if it cannot be sent.
    """
    text = found if found is not None else os.environ.get(secret.env, "")
    if not text:
        raise missing(title, secret)
    return checked(secret, text)


def missing(title: str, secret: Secret) -> ConfigurationError:
    """The error for a secret that was not given."""
    what = "an API key" if secret.argument == "api_key" else secret.argument
    return ConfigurationError(
        f"{title} needs {what}: pass {secret.argument}=..., or set the environment variable {secret.env}"
    )


def checked(secret: Secret, text: object) -> str:
    """The secret as text that can be sent. Raises `ConfigurationError`, which does not quote it."""
    if isawaitable(text):
        if iscoroutine(text):
            text.close()
        raise ConfigurationError(f"the function passed as {secret.argument} is async, and this client is blocking")
    if not isinstance(text, str):
        raise ConfigurationError(f"{secret.argument} must be text, not {type(text).__name__}")
    what = "API key" if secret.argument == "api_key" else secret.argument
    if not text:
        raise ConfigurationError(f"the {what} is empty")
    if not _is_sendable(secret, text):
        raise ConfigurationError(f"the {what} has a character that cannot be sent: {_FORBIDDEN[secret.at]}")
    if secret.at == "basic" and secret.name == "username" and ":" in text:
        raise ConfigurationError(f"the {secret.argument} has a colon, which ends a user name in basic auth")
    return str.__str__(text)


_FORBIDDEN = {
    "header": "a space, a line break or a character that is not ASCII",
    "query": "a space, a line break or a character that is not ASCII",
    "basic": "a line break or another control character",
    "oauth": "a line break or another control character",
}


def _is_sendable(secret: Secret, text: str) -> bool:
    """Whether a text can be sent as this secret. Basic auth encodes it, so most characters are allowed."""
    if secret.at in ("basic", "oauth"):
        return not any(ord(char) < 32 or ord(char) == 127 or "\ud800" <= char <= "\udfff" for char in text)
    return text.isascii() and text.isprintable() and text == text.strip()


_LONG = 8
"""Characters. A secret of this length is masked wherever it occurs; a shorter one only as a whole word."""


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
            case "oauth" if TOKEN in secrets:
                headers["authorization"] = f"Bearer {secrets[TOKEN]}"
    if basic:
        both = basic.get("both", f"{basic.get('username', '')}:{basic.get('password', '')}")
        headers["authorization"] = f"Basic {_base64(both)}"
    return headers, pairs


_NAMES = frozenset({("basic", "username"), ("oauth", "client_id")})
"""Arguments that are no secrets."""


def without(auth: Iterable[Secret], secrets: Mapping[str, str], text: str) -> str:
    """*text* with every secret replaced by `***`, in each form in which it is sent. A user name is not a secret."""
    known = [secret for secret in auth if secret.argument in secrets]
    headers, _ = placed(known, secrets)
    hidden = [secrets[secret.argument] for secret in known if (secret.at, secret.name) not in _NAMES]
    hidden += [value.removeprefix("Basic ") for value in headers.values() if value.startswith("Basic ")]
    hidden += [secrets[secret.argument].partition(":")[2] for secret in known if secret.name == "both"]
    hidden += [secrets[TOKEN]] if TOKEN in secrets else []
    for one in sorted(filter(None, hidden), key=len, reverse=True):
        # A short secret also occurs inside other words; masking those would only garble the text.
        pattern = re.escape(one) if len(one) >= _LONG else rf"(?<!\w){re.escape(one)}(?!\w)"
        text = re.sub(pattern, "***", text)
    return text


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")

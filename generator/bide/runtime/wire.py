"""Requests as HTTP can carry them, and headers as it brings them. Knows no engine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from .errors import InvalidArgument
from .request import Request

ACCEPTED_CODINGS = "gzip, deflate"
_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(?::[1-5]?\d{1,4})?/[\w.!$%&'()*+,/:;=?@\[\]~-]*", re.ASCII
)
"""Most addresses are as they should be."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def sendable(request: Request) -> Request:
    """The request as it goes out: an address of legal characters, headers that HTTP can carry, codings we can undo.

    Raises `InvalidArgument` without quoting any value: it may be the key.
    """
    url = request.url if _PLAIN_ADDRESS.fullmatch(request.url) else _address(request.url)
    return Request(method=request.method, url=url, headers=_headers(tuple(request.headers.items())), body=request.body)


@lru_cache(maxsize=64)
def _headers(given: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """All polls of a client have the same."""
    headers = {"accept-encoding": ACCEPTED_CODINGS}
    for name, value in given:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidArgument(f"the header {name!r} has characters that HTTP cannot carry")
        headers[name.lower()] = value.strip()
    return headers


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
        netloc = parts.netloc.encode("idna").decode()
    except ValueError as error:
        raise InvalidArgument("the address of the request is not valid") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in netloc:
        raise InvalidArgument("the address of a request is http:// or https:// and a host, without a user name")
    whole = parts._replace(netloc=netloc, path=parts.path or "/", fragment="").geturl()
    return quote(whole, safe=_URL_CHARACTERS)


def joined(headers: Iterable[tuple[bytes | str, bytes | str]]) -> dict[str, str]:
    """Headers of a reply by name in lower case; the values of a repeated one are joined by a comma."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = _name(raw_name), _text(raw_value).strip()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


@lru_cache(maxsize=512)
def _name(raw: bytes | str) -> str:
    """The same few come with each reply."""
    return _text(raw).lower()


def _text(raw: bytes | str) -> str:
    """Bytes as the text that they are meant as; an engine may have taken them for Latin-1 already."""
    if isinstance(raw, str):
        if raw.isascii():
            return raw
        raw = raw.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")

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
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def sendable(request: Request) -> Request:
    """The request as it goes out: an address of legal characters, headers that HTTP can carry, codings we can undo.

    Raises `InvalidArgument` without quoting any value: it may be the key.
    """
    headers = {"accept-encoding": ACCEPTED_CODINGS}
    for name, value in request.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidArgument(f"the header {name!r} has characters that HTTP cannot carry")
        headers[name.lower()] = value.strip()
    return Request(method=request.method, url=_address(request.url), headers=headers, body=request.body)


@lru_cache(maxsize=1024)
def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
        netloc = parts.netloc.encode("idna").decode()
    except ValueError as error:
        raise InvalidArgument("the address of the request is not valid") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in netloc:
        raise InvalidArgument("the address of a request is http:// or https:// and a host, without a user name")
    return quote(parts._replace(netloc=netloc, fragment="").geturl(), safe=_URL_CHARACTERS)


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers of a reply by name in lower case; the values of a repeated one are joined by a comma."""
    by_name: dict[str, list[str]] = {}
    for name, value in headers:
        by_name.setdefault(_text(name).lower(), []).append(_text(value).strip())
    return {name: ", ".join(values) for name, values in by_name.items()}


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")

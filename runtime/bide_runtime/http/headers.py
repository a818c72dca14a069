"""Check that a request can be sent over HTTP, and read the headers of a reply. Independent of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit

from ..errors.client import InvalidArgument
from ..errors.transport import ReplyTooLarge
from .file_body import FileBody
from .request import Request

HEADER_LIMIT = 2**16
"""The largest value of one header of a reply, in bytes."""

HEADERS_LIMIT = 2**20
"""The largest size of all headers of a reply, in bytes."""

MOST_HEADERS = 256
"""The largest number of headers of a reply."""

_URL_CHARACTERS = "!#$%&'()*+,/:;=?@[]~"
_PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(?::[1-5]?\d{1,4})?/[\w.!$%&'()*+,/:;=?@\[\]~-]*", re.ASCII
)
"""Matches a URL that needs no changes, which is the usual case."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


class Sendable(Request, frozen=True):
    """A request that HTTP can carry."""


def sendable(request: Request) -> Sendable:
    """The request with a percent-encoded URL and checked headers; a `Sendable` is returned as it is.

    Raises `InvalidArgument`, which quotes no value: a value may be the API key.
    """
    if isinstance(request, Sendable):
        return request
    headers = sendable_headers(request.headers)
    return Sendable(method=request.method, url=_address(request.url), headers=headers, body=request.body)


class SendableHeaders(dict[str, str]):
    """Headers that HTTP can carry. Many requests may share them, so they are never changed."""


def sendable_headers(headers: Mapping[str, str]) -> SendableHeaders:
    """The headers, checked; `SendableHeaders` are returned as they are. Raises `InvalidArgument`."""
    if isinstance(headers, SendableHeaders):
        return headers
    checked = SendableHeaders()
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidArgument(f"the header {name!r} has a character that HTTP does not allow; nothing was sent")
        checked[name.lower()] = value.strip()
    return checked


def sent_headers(request: Request) -> dict[str, str]:
    """The headers of a request with `Accept-Encoding`, and with the length of a body that is sent in chunks."""
    length = {"content-length": str(request.body.size)} if isinstance(request.body, FileBody) else {}
    return {"accept-encoding": "gzip, deflate", **request.headers, **length}


def _address(url: str) -> str:
    if _PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError for an invalid port
        netloc = parts.netloc.encode("idna").decode()
    except ValueError as error:
        raise InvalidArgument("the URL of the request is not valid; nothing was sent") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in netloc:
        raise InvalidArgument("the URL of a request must be http:// or https://, with a host and without a user name")
    whole = parts._replace(netloc=netloc, path=parts.path or "/", fragment="").geturl()
    return quote(whole, safe=_URL_CHARACTERS)


def joined(headers: Iterable[tuple[str, str]], coding: str) -> dict[str, str]:
    """Headers of a reply by name in lower case; the values of a repeated header are joined by a comma.

    *coding* is the encoding with which the engine decoded them. They are decoded again as UTF-8, or else as Latin-1.

    Raises `ReplyTooLarge` for more than the limits above, which are the same for all engines.
    """
    found: dict[str, str] = {}
    size = 0
    for number, (raw_name, raw_value) in enumerate(headers, 1):
        size += len(raw_name) + len(raw_value)
        if len(raw_value) > HEADER_LIMIT or number > MOST_HEADERS or size > HEADERS_LIMIT:
            raise too_large_headers()
        name = _name(raw_name, coding)
        value = (raw_value if raw_value.isascii() else _redecoded(raw_value, coding)).strip()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def too_large_headers() -> ReplyTooLarge:
    """The error for a reply with larger or more headers than the limits."""
    return ReplyTooLarge(
        f"the headers of the reply are larger than the limits: {HEADER_LIMIT:,} bytes for one of them, "
        f"{HEADERS_LIMIT:,} bytes in all, and {MOST_HEADERS} headers"
    )


@lru_cache(maxsize=512)
def _name(raw: str, coding: str) -> str:
    """The name in lower case; cached, because all replies have the same few names."""
    return _redecoded(raw, coding).lower()


def _redecoded(text: str, coding: str) -> str:
    raw = text.encode(coding, "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")

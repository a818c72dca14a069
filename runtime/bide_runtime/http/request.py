"""Requests and responses as values. Knows nothing of sockets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from ..errors.client import InvalidArgument

Json: TypeAlias = Any
"""Any JSON value: `None`, `bool`, `int`, `float`, `str`, a list or a `dict[str, Json]`."""


# What is made for every poll and leads to nothing that leads back is kept from the garbage collector: `gc=False`.
class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP request, complete with its key."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes | None = None

    def __repr__(self) -> str:
        # Headers and query may hold the key, the body whatever the user sent.
        return f"Request({self.method} {self.url.partition('?')[0]})"


class Response(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP reply, read to its end and unpacked."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values are joined by a comma."""
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


def path(template: str, parameters: Mapping[str, Json]) -> str:
    """Fill each `{name}` in *template*, percent-encoding the value so that it stays one segment.

    Raises `InvalidArgument` for `""`, `.` and `..`, which would lead to another address.
    """

    texts, names = _parted(template)
    segments = (_segment(name, as_text(parameters[name])) for name in names)
    return "".join(chain.from_iterable(zip_longest(texts, segments, fillvalue="")))


@lru_cache(maxsize=1024)
def _parted(template: str) -> tuple[list[str], list[str]]:
    """The texts of a template, and the names between them."""
    parts = re.split(r"\{(\w+)\}", template)
    return parts[::2], parts[1::2]


def _segment(name: str, value: str) -> str:
    if value in ("", ".", ".."):
        raise InvalidArgument(f"{name} is {value!r}, which would change the address of the request")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError as error:
        raise InvalidArgument(f"{name} holds half a character, which no address can") from error


def query(pairs: Iterable[tuple[str, Json]]) -> str:
    """`?a=1&b=2`, without the pairs whose value is `None`; a list repeats its name; empty if nothing is left."""
    flat: list[tuple[str, str]] = []
    for name, value in pairs:
        items = value if isinstance(value, list | tuple) else [value]
        flat += [(name, as_text(item)) for item in items if item is not None]
    try:
        return "?" + urlencode(flat) if flat else ""
    except UnicodeEncodeError as error:
        raise InvalidArgument("a query parameter holds half a character, which no address can") from error


def as_text(value: Json) -> str:
    """A value as it is written in a query or a header: `true`, not `True`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(msgspec.to_builtins(value))


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what two URLs must share before a key that is meant for one is sent to the other."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default

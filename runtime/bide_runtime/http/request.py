"""Requests and responses as values, and how URLs are built. Sends nothing."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any, TypeAlias
from urllib.parse import quote, unquote_plus, urlencode, urlsplit

import msgspec

from ..errors.client import InvalidArgument
from .file_body import FileBody
from .scalar import text

Json: TypeAlias = Any
"""Any JSON value: `None`, `bool`, `int`, `float`, `str`, a list or a `dict[str, Json]`."""


# `gc=False`: made for every poll and never part of a reference cycle, so the garbage collector need not track it.
class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP request, including its credentials."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes | FileBody | None = None

    def __repr__(self) -> str:
        # Headers and query may hold the API key, and the body may hold private data.
        return f"Request({self.method} {self.url.partition('?')[0]})"


class Response(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP reply, read to its end and decompressed."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header's values are joined by a comma."""
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


def path(template: str, parameters: Mapping[str, Json]) -> str:
    """*template* with each `{name}` replaced by its value, percent-encoded as one segment; `{+name}` as several.

    Raises `InvalidArgument` for `""`, `.` and `..`, which would change the path.
    """
    texts, names = _split(template)
    values = {name: text(parameters[name.removeprefix("+")], name.removeprefix("+")) for name in names}
    segments = (_segments(name, values[name]) for name in names)
    return "".join(chain.from_iterable(zip_longest(texts, segments, fillvalue="")))


@lru_cache(maxsize=1024)
def _split(template: str) -> tuple[list[str], list[str]]:
    """The fixed parts of a template, and the names between them."""
    parts = re.split(r"\{(\+?[\w.-]+)\}", template)
    return parts[::2], parts[1::2]


def placeholders(template: str) -> list[str]:
    """The names in a template, in order."""
    return [name.removeprefix("+") for name in _split(template)[1]]


def filled(template: str, parameters: Mapping[str, str]) -> str:
    """*template* with each `{name}` replaced by its value, not encoded: for a header or a field of a body."""
    texts, names = _split(template)
    return "".join(chain.from_iterable(zip_longest(texts, (parameters[name] for name in names), fillvalue="")))


def _segments(name: str, value: str) -> str:
    """The value as one segment, or as several if the name begins with `+`."""
    if not name.startswith("+"):
        return _segment(name, value)
    return "/".join(_segment(name[1:], segment) for segment in value.split("/"))


def _segment(name: str, value: str) -> str:
    if value in ("", ".", ".."):
        raise InvalidArgument(f"{name} is {value!r}, which would change the path of the request; nothing was sent")
    return quote(value, safe="")


def query(pairs: Iterable[tuple[str, Json]]) -> str:
    """`?a=1&b=2`, without pairs whose value is `None`; empty if no pair is left.

    A list repeats its name. An object has a name in brackets for each of its values: `?a[b]=1`.
    """
    flat: list[tuple[str, str]] = []
    for name, value in pairs:
        for inner, each in _named_in(name, value) if isinstance(value, dict) else ((name, value),):
            items = each if isinstance(each, list | tuple) else [each]
            flat += [(inner, text(item, inner)) for item in items if item is not None]
    return "?" + urlencode(flat) if flat else ""


def _named_in(name: str, value: dict[str, Json]) -> list[tuple[str, Json]]:
    """The values inside of an object, with their names. Raises `InvalidArgument` if they cannot be sent."""
    try:
        return list(_in_brackets(name, value))
    except RecursionError:
        raise InvalidArgument(f"{name}: it is nested too deeply; nothing was sent") from None


def _in_brackets(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    """The values inside of an object, with their names. The key `ids[]` of a list is in two pairs: `a[ids][]`.

    Raises `InvalidArgument` for a key that a server would read as others.
    """
    if not isinstance(value, dict):
        yield name, value
        return
    for key, inner in value.items():
        match = _KEY.fullmatch(key) if isinstance(key, str) else None
        if match is None:
            raise InvalidArgument(f"{name} has the key {key!r}, which cannot be sent in brackets; nothing was sent")
        yield from _in_brackets(f"{name}[{match[1]}]{match[2]}", inner)


_KEY = re.compile(r"([^\[\]]+)((?:\[\])?)")


def with_query(url: str, parameters: Mapping[str, str]) -> str:
    """*url* with these query parameters, apart from those that it has already."""
    path, _, given = url.partition("?")
    names = {unquote_plus(pair.partition("=")[0]) for pair in given.split("&")}
    more = query((name, text) for name, text in parameters.items() if name not in names)[1:]
    return f"{path}?{'&'.join(filter(None, (given, more)))}" if more else url


def joined(items: Json, by: str, name: str) -> Json:
    """The items of a list as one text with *by* between them; `None` for an empty list and for `None`.

    Of an object, all lists in it become texts. Raises `InvalidArgument` for an item with *by* in it, which would be
    read as two.
    """
    if isinstance(items, dict):
        return {key: joined(each, by, f"{name}.{key}") if _has_items(each) else each for key, each in items.items()}
    if not items:
        return None
    texts = [text(item, f"{name}[{index}]") for index, item in enumerate(items)]
    for index, each in enumerate(texts):
        if by in each:
            raise InvalidArgument(f"{name}[{index}] has {by!r} in it, which separates the items; nothing was sent")
    return by.join(texts)


def _has_items(value: Json) -> bool:
    return isinstance(value, dict | list)


def as_text(value: Json) -> str:
    """A plain JSON value as text: `true`, not `True`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    try:
        return str(msgspec.to_builtins(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(
            f"{type(value).__name__} cannot be sent in a query or a header; nothing was sent"
        ) from error


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL. Credentials for one origin are never sent to another."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: simulators and tests run there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Convert the body of a reply from any encoding to UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache

from .request import Response

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the start of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST = frozenset(mark[:1] for mark, _ in _MARKS)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def as_utf8(reply: Response) -> bytes:
    """The body in UTF-8 without a byte order mark; unchanged if neither its mark nor its header names an encoding.

    A mark takes precedence over the `charset` of `Content-Type`. An unknown or wrong charset is ignored.
    """
    body = reply.body
    if body[:1] in _FIRST:
        for mark, name in _MARKS:
            if body.startswith(mark):
                return _encoded(body[len(mark) :], name)
    charset = _charset(reply.headers.get("content-type", ""))
    return _encoded(body, charset) if charset else body


def headers_of_part(reply: Response) -> Mapping[str, str]:
    """The headers for a part of the body that was written anew, in UTF-8: those of the reply without its charset."""
    is_encoded = _charset(reply.headers.get("content-type", ""))
    return {**reply.headers, "content-type": "application/json"} if is_encoded else reply.headers


@lru_cache(maxsize=64)
def _charset(content_type: str) -> str:
    """The charset of a media type; empty if it names none. Cached, because all replies have the same few types."""
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def _encoded(body: bytes, name: str) -> bytes:
    try:
        return body if codecs.lookup(name).name == "utf-8" else body.decode(name).encode()
    except (LookupError, UnicodeError, ValueError):
        return body

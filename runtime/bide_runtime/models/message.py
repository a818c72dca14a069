"""The code and the message of an error in a reply, of any JSON type."""

from __future__ import annotations

import msgspec

from ..errors.decode import DecodeError
from ..http.charset import as_utf8
from ..http.request import Json, Response
from .lenient import loads

_TEXTS = ("message", "msg", "detail", "description", "reason", "title", "error")
"""The keys of an object's message, in order of precedence."""
_PLACES = ("loc", "path", "field", "param")
"""The keys of the argument that an object is about."""
_MOST_CHARACTERS = 500
_MOST_ITEMS = 5
_MOST_LEVELS = 4


def code_of(value: Json) -> str | None:
    """A code as text; `None` for other types than text and numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def message_of(value: Json, levels: int = _MOST_LEVELS) -> str | None:
    """A message as one text: the items of a list, or the message of an object with its argument."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value, enc_hook=str)
    if isinstance(value, str):
        return _shortened(value) if value.strip() else None
    if not levels:
        return None
    if isinstance(value, list):
        found = [text for item in value[:_MOST_ITEMS] if (text := message_of(item, levels - 1)) is not None]
        more = [f"and {len(value) - _MOST_ITEMS} more"] if len(value) > _MOST_ITEMS else []
        return _shortened("; ".join(found + more)) if found else None
    if isinstance(value, dict):
        found = [text for name in _TEXTS if (text := message_of(value.get(name), levels - 1)) is not None]
        places = [place for name in _PLACES if (place := _place_of(value.get(name)))]
        return _shortened(": ".join([*places[:1], found[0]])) if found else None
    return None


def text_of(reply: Response) -> str | None:
    """The body as a message, if it is a short text; `None` if it is HTML or no text."""
    body = as_utf8(reply)
    try:
        found = loads(body)
    except DecodeError:
        found = body.decode(errors="replace")
    text = " ".join(found.split()) if isinstance(found, str) else ""
    return _shortened(text) if text.isprintable() and text and not text.startswith("<") else None


def _place_of(value: Json) -> str:
    """The argument of an error as text: `["body", "url"]` as `body.url`."""
    return ".".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 3] + "..."

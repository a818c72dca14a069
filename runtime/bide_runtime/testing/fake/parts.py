"""Parse the `multipart/form-data` bodies that a fake provider receives."""

from __future__ import annotations

import re

import msgspec

from ...http.request import Json

_NAME = re.compile(r'; name="([^"]*)"')


def parts_of(content_type: str, body: bytes) -> dict[str, Json]:
    """The parts by name: the bytes of a file, JSON, or a text. A repeated name gives a list."""
    boundary = content_type.partition("boundary=")[2].encode()
    _, *sections, _ = (b"\r\n" + body).split(b"\r\n--" + boundary)
    found: dict[str, Json] = {}
    for section in sections:
        head, _, content = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        text = head.decode()
        named = _NAME.search(text)
        assert named is not None, text
        name = named[1].replace("%22", '"')
        value = content if "; filename=" in text else _read(text, content)
        found[name] = [*_listed(found[name]), value] if name in found else value
    return found


def _read(head: str, content: bytes) -> Json:
    return msgspec.json.decode(content) if "application/json" in head else content.decode()


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]

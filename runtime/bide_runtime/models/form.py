"""Encode request bodies with files as `multipart/form-data`. Reads no files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from urllib.parse import urlencode

import msgspec

from ..http.file_body import FileBody
from ..http.request import Json, as_text
from ..http.stored_file import StoredFile
from .codec import plain_json
from .file import UploadFile
from .model import Model


class Form(msgspec.Struct, frozen=True):
    """A request body and its media type."""

    body: bytes | FileBody
    content_type: str

    def __repr__(self) -> str:
        return f"Form({self.body.size if isinstance(self.body, FileBody) else len(self.body)} bytes)"


def encode_form(body: Model, kind: str = "multipart/form-data") -> Form:
    """The body with one part for each field: files as they are, text and numbers as text, anything else as JSON.

    A list has one part for each item. An urlencoded form has pairs of texts instead of parts. The same body gives the
    same bytes. Raises `InvalidArgument` like `encode`.
    """
    if kind == "application/x-www-form-urlencoded":
        pairs = [pair for wire, value in plain_json(body).items() for pair in _pairs(wire, value)]
        return Form(urlencode(pairs).encode(), kind)
    parts = [part for wire, value in plain_json(body).items() for part in _parts(wire, value)]
    boundary = _boundary(parts)
    return Form(_joined(parts, boundary), f"multipart/form-data; boundary={boundary.decode()}")


def _joined(parts: Iterable[tuple[bytes, bytes | StoredFile]], boundary: bytes) -> bytes | FileBody:
    """The parts between their boundaries. Files stay what they are, and all bytes between two of them are joined."""
    pieces: list[bytes | StoredFile] = []
    for head, content in parts:
        pieces += [b"--%b\r\n%b\r\n\r\n" % (boundary, head), content, b"\r\n"]
    pieces.append(b"--%b--\r\n" % boundary)
    groups = groupby(pieces, key=lambda piece: isinstance(piece, StoredFile))
    joined = [piece for is_file, group in groups for piece in (group if is_file else [_of_bytes(group)])]
    return joined[0] if len(joined) == 1 and isinstance(joined[0], bytes) else FileBody(tuple(joined))


def _of_bytes(pieces: Iterable[bytes | StoredFile]) -> bytes:
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def _pairs(wire: str, value: Json) -> Iterator[tuple[str, str]]:
    """The pairs of one field of an urlencoded form."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict | list):
            yield wire, msgspec.json.encode(item).decode()
        elif item is not None:
            yield wire, as_text(item)


def _parts(wire: str, value: Json) -> Iterator[tuple[bytes, bytes | StoredFile]]:
    if value is None:
        return
    if isinstance(value, UploadFile):
        assert isinstance(value.content, bytes | StoredFile)
        yield _head(wire, name=value.name, kind=value.type), value.content
    elif isinstance(value, dict):
        yield _head(wire, kind="application/json"), msgspec.json.encode(value)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(wire, item)
    else:
        yield _head(wire), as_text(value).encode()


def _head(wire: str, *, name: str | None = None, kind: str = "") -> bytes:
    named = "" if name is None else f'; filename="{_quoted(name)}"'
    announced = f"\r\nContent-Type: {_quoted(kind)}" if kind else ""
    return f'Content-Disposition: form-data; name="{_quoted(wire)}"{named}{announced}'.encode("utf-8", "replace")


def _quoted(text: str) -> str:
    """*text* with quotes and line ends escaped as browsers do."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


_SALT = os.urandom(16)
"""Of this process. Without it, a file that is not read could contain the boundary of its own body."""


def _boundary(parts: Iterable[tuple[bytes, bytes | StoredFile]]) -> bytes:
    """A boundary that is in none of the parts: their hash. Of a file that is sent from disk, the path and the size."""
    digest = sha256()
    for head, content in parts:
        size = content.size if isinstance(content, StoredFile) else len(content)
        digest.update(b"%d %d " % (len(head), size))
        digest.update(head)
        digest.update(_SALT + os.fsencode(content.path) if isinstance(content, StoredFile) else content)
    return b"bide-" + digest.hexdigest()[:40].encode()

"""Request bodies that hold files: `multipart/form-data`. Reads no files itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from ..http.request import Json, as_text
from .codec import plain_json
from .file import UploadFile
from .model import Model


class Form(msgspec.Struct, frozen=True):
    """A body, and the media type that announces it."""

    body: bytes
    content_type: str

    def __repr__(self) -> str:
        return f"Form({len(self.body)} bytes)"


def encode_form(body: Model) -> Form:
    """A body whose fields are parts: a file as it is, a text or a number as text, a list part by part, else as JSON.

    The same body is the same bytes every time. Raises `InvalidArgument` as `encode` does.
    """
    files = {name: file for name in body.__struct_fields__ if isinstance(file := getattr(body, name), UploadFile)}
    unread = msgspec.structs.replace(body, **{name: UploadFile(b"") for name in files})
    plain = plain_json(unread)
    parts: list[tuple[bytes, bytes]] = []
    for field in msgspec.structs.fields(type(body)):
        wire = field.encode_name
        if field.name in files:
            parts.append(_file_part(wire, files[field.name]))
        elif wire in plain:
            parts += _parts(wire, plain[wire])
    boundary = _boundary(parts)
    lines = [b"--%b\r\n%b\r\n\r\n%b\r\n" % (boundary, head, content) for head, content in parts]
    return Form(b"".join([*lines, b"--%b--\r\n" % boundary]), f"multipart/form-data; boundary={boundary.decode()}")


def _parts(wire: str, value: Json) -> Iterator[tuple[bytes, bytes]]:
    if value is None:
        return
    if isinstance(value, dict):
        yield _head(wire, kind="application/json"), msgspec.json.encode(value)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(wire, item)
    else:
        yield _head(wire), as_text(value).encode("utf-8", "replace")


def _file_part(wire: str, file: UploadFile) -> tuple[bytes, bytes]:
    return _head(wire, name=file.name, kind=file.type), file.content


def _head(wire: str, *, name: str | None = None, kind: str = "") -> bytes:
    named = "" if name is None else f'; filename="{_quoted(name)}"'
    announced = f"\r\nContent-Type: {_quoted(kind)}" if kind else ""
    return f'Content-Disposition: form-data; name="{_quoted(wire)}"{named}{announced}'.encode("utf-8", "replace")


def _quoted(text: str) -> str:
    """A text that ends neither its quotes nor its line, as browsers write it."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _boundary(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A text that is in none of the parts: what they all add up to."""
    whole = sha256()
    for head, content in parts:
        whole.update(b"%d %d " % (len(head), len(content)))
        whole.update(head)
        whole.update(content)
    return b"bide-" + whole.hexdigest()[:40].encode()

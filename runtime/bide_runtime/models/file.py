"""Files to be sent: their bytes, a name and a media type. They are read here, once and whole."""

from __future__ import annotations

from functools import cache
from os import PathLike, fspath
from os.path import basename
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, overload

import msgspec

from ..errors.client import InvalidArgument

if TYPE_CHECKING:
    from mimetypes import MimeTypes

_UNKNOWN = "application/octet-stream"


class UploadFile(msgspec.Struct, frozen=True):
    """A file to be sent, with the name and the media type that the provider shall see."""

    content: bytes
    name: str = "file"
    type: str = _UNKNOWN

    def __repr__(self) -> str:
        return f"UploadFile({self.name!r}, {len(self.content)} bytes)"


FileLike: TypeAlias = UploadFile | bytes | PathLike[str] | BinaryIO
"""What an argument for a file may be: the bytes, a path, a file that was opened to read bytes, or a `UploadFile`.

It is read whole before anything is sent, so that it can be sent again from its beginning. A file that was opened is
read from where it stands, and left open.
"""


@overload
def as_file(found: FileLike, argument: str) -> UploadFile: ...


@overload
def as_file(found: FileLike | None, argument: str) -> UploadFile | None: ...


def as_file(found: FileLike | None, argument: str) -> UploadFile | None:
    """A file, read. Raises `InvalidArgument` if it cannot be."""
    if found is None or isinstance(found, UploadFile):
        return found
    if isinstance(found, bytes | bytearray | memoryview):
        return UploadFile(bytes(found))
    if isinstance(found, PathLike):
        return _named(_read(found, argument), fspath(found))
    read = getattr(found, "read", None)
    if read is None:
        raise InvalidArgument(
            f"{argument}: expected bytes, a pathlib.Path, a file opened with 'rb' or a UploadFile,"
            f" not {type(found).__name__}; nothing was sent"
        )
    content = read()
    if not isinstance(content, bytes):
        raise InvalidArgument(f"{argument}: this file reads text; open it with 'rb'; nothing was sent")
    name = getattr(found, "name", None)
    return _named(content, name) if isinstance(name, str) else UploadFile(content)


def _read(path: PathLike[str], argument: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise InvalidArgument(f"{argument}: {fspath(path)}: {reason}; nothing was sent") from error


def _named(content: bytes, path: str) -> UploadFile:
    name = basename(path) or "file"
    return UploadFile(content, name, _types().guess_type(name)[0] or _UNKNOWN)


@cache
def _types() -> MimeTypes:
    """The table of the standard library alone, which is the same on every machine."""
    from mimetypes import MimeTypes

    return MimeTypes()

"""Files to upload. They are read once, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
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
    """A file to upload, with the name and the media type that are sent."""

    content: bytes
    name: str = "file"
    type: str = _UNKNOWN

    def __repr__(self) -> str:
        return f"UploadFile({self.name!r}, {len(self.content)} bytes)"


FileLike: TypeAlias = UploadFile | bytes | PathLike[str] | BinaryIO
"""A file argument: bytes, a path, a file opened in binary mode, or an `UploadFile`.

It is read to its end before anything is sent, so that a request can be sent again. An open file is read from its
current position, and stays open.
"""


@overload
def as_file(found: FileLike, argument: str) -> UploadFile: ...


@overload
def as_file(found: FileLike | None, argument: str) -> UploadFile | None: ...


def as_file(found: FileLike | None, argument: str) -> UploadFile | None:
    """The file, read into memory. Raises `InvalidArgument` if it cannot be read."""
    if found is None or isinstance(found, UploadFile):
        return found
    if isinstance(found, bytes | bytearray | memoryview):
        return UploadFile(bytes(found))
    if isinstance(found, PathLike):
        return _named(_read(found, argument), fspath(found))
    read = getattr(found, "read", None)
    if read is None:
        raise InvalidArgument(
            f"{argument}: expected bytes, a pathlib.Path, a file opened with 'rb' or an UploadFile,"
            f" not {type(found).__name__}; nothing was sent"
        )
    content = read()
    if not isinstance(content, bytes):
        raise InvalidArgument(f"{argument}: this file is open in text mode; open it with 'rb'; nothing was sent")
    name = getattr(found, "name", None)
    return _named(content, name) if isinstance(name, str) else UploadFile(content)


@overload
def as_files(found: Sequence[FileLike], argument: str) -> list[UploadFile]: ...


@overload
def as_files(found: Sequence[FileLike] | None, argument: str) -> list[UploadFile] | None: ...


def as_files(found: Sequence[FileLike] | None, argument: str) -> list[UploadFile] | None:
    """The files, read into memory. Raises `InvalidArgument` if one cannot be read."""
    if found is None:
        return None
    if not isinstance(found, list | tuple):
        raise InvalidArgument(f"{argument}: expected a list of files, not {type(found).__name__}; nothing was sent")
    return [as_file(each, f"{argument}[{index}]") for index, each in enumerate(found)]


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
    """The media types of the standard library, which are the same on every machine."""
    from mimetypes import MimeTypes

    return MimeTypes()

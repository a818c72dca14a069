"""Files to upload. A file on disk is read while it is sent, and anything else once, before anything is sent."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Sequence
from functools import cache
from os import PathLike, fspath
from os.path import abspath, basename
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, overload

import msgspec

from ..errors.client import InvalidArgument
from ..http.file_body import FileBody
from ..http.stored_file import StoredFile, kept_position, reason_of

if TYPE_CHECKING:
    from mimetypes import MimeTypes

    Content: TypeAlias = bytes | StoredFile | PathLike[str] | BinaryIO
else:
    Content = bytes | StoredFile  # what there is when a body is encoded

_UNNAMED = "file"
_UNKNOWN = "application/octet-stream"


class UploadFile(msgspec.Struct, frozen=True):
    """A file to upload, with the name and the media type that are sent. The content may be a path or an open file."""

    content: Content
    name: str = _UNNAMED
    type: str = _UNKNOWN

    @property
    def body(self) -> bytes | FileBody:
        """The file as the whole body of a request, once `as_file` has returned it."""
        assert isinstance(self.content, bytes | StoredFile)
        return FileBody((self.content,)) if isinstance(self.content, StoredFile) else self.content

    def __repr__(self) -> str:
        content = f"{len(self.content)} bytes" if isinstance(self.content, bytes) else repr(self.content)
        return f"UploadFile({self.name!r}, {content})"


FileLike: TypeAlias = UploadFile | bytes | PathLike[str] | BinaryIO
"""A file argument: bytes, a path, a file opened in binary mode, or an `UploadFile`.

A file on disk is read while it is sent, and again for each attempt, so it must stay as it is until the call has ended.
An open file is sent from its current position, which does not change. One that cannot go back to it, such as a pipe,
is read to its end before anything is sent.
"""


@overload
def as_file(found: FileLike, argument: str) -> UploadFile: ...


@overload
def as_file(found: FileLike | None, argument: str) -> UploadFile | None: ...


def as_file(found: FileLike | None, argument: str) -> UploadFile | None:
    """The file, ready to be sent. Raises `InvalidArgument` if it cannot be read."""
    if found is None:
        return None
    if isinstance(found, UploadFile):
        if isinstance(found.content, bytes | StoredFile):
            return found
        made = as_file(found.content, argument)
        return UploadFile(
            made.content,
            made.name if found.name == _UNNAMED else found.name,
            made.type if found.type == _UNKNOWN else found.type,
        )
    if isinstance(found, bytes | bytearray | memoryview):
        return UploadFile(bytes(found))
    if isinstance(found, PathLike):
        return _named(_at_path(found, argument), fspath(found))
    if getattr(found, "read", None) is None:
        raise InvalidArgument(
            f"{argument}: expected bytes, a pathlib.Path, a file opened with 'rb' or an UploadFile,"
            f" not {type(found).__name__}; nothing was sent"
        )
    name = getattr(found, "name", None)
    content = _opened(found, argument)
    return _named(content, name) if isinstance(name, str) else UploadFile(content)


@overload
def as_files(found: Sequence[FileLike], argument: str) -> list[UploadFile]: ...


@overload
def as_files(found: Sequence[FileLike] | None, argument: str) -> list[UploadFile] | None: ...


def as_files(found: Sequence[FileLike] | None, argument: str) -> list[UploadFile] | None:
    """The files, ready to be sent. Raises `InvalidArgument` if one cannot be read."""
    if found is None:
        return None
    if not isinstance(found, list | tuple):
        raise InvalidArgument(f"{argument}: expected a list of files, not {type(found).__name__}; nothing was sent")
    return [as_file(each, f"{argument}[{index}]") for index, each in enumerate(found)]


def _at_path(path: PathLike[str], argument: str) -> bytes | StoredFile:
    """The file at a path, which can be read now."""
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            # A pipe or a device has no size, and some files of the system say that it is 0.
            if not stat.S_ISREG(found.st_mode) or not found.st_size:
                return file.read()
            return StoredFile(argument=argument, path=abspath(path), size=found.st_size)
    except OSError as error:
        raise _unreadable(argument, fspath(path), error) from error


def _opened(file: BinaryIO, argument: str) -> bytes | StoredFile:
    """The rest of an open file."""
    name = getattr(file, "name", "an open file")
    try:
        if isinstance(file, io.BytesIO) or not _is_seekable(file):
            return _binary(file.read(), argument)
        _binary(file.read(0), argument)
        with kept_position(file):
            start, end = file.tell(), file.seek(0, os.SEEK_END)
        if end <= start:
            return b""
        return StoredFile(argument=argument, path=str(name), size=end - start, opened=file, start=start)
    except InvalidArgument:
        raise
    except (OSError, ValueError) as error:
        raise _unreadable(argument, str(name), error) from error


def _is_seekable(file: BinaryIO) -> bool:
    seekable = getattr(file, "seekable", None)
    return seekable is not None and bool(seekable())


def _binary(content: object, argument: str) -> bytes:
    if not isinstance(content, bytes):
        raise InvalidArgument(f"{argument}: this file is open in text mode; open it with 'rb'; nothing was sent")
    return content


def _unreadable(argument: str, path: str, error: Exception) -> InvalidArgument:
    return InvalidArgument(f"{argument}: {path}: {reason_of(error)}; nothing was sent")


def _named(content: bytes | StoredFile, path: str) -> UploadFile:
    name = basename(path) or _UNNAMED
    return UploadFile(content, name, _types().guess_type(name)[0] or _UNKNOWN)


@cache
def _types() -> MimeTypes:
    """The media types of the standard library, which are the same on every machine."""
    from mimetypes import MimeTypes

    return MimeTypes()

"""A file that is part of a request: it is read anew each time the request is sent, and never as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import msgspec

from ..errors.client import InvalidArgument
from ..process import reset_after_fork

CHUNK = 2**18
"""The largest read from a file, in bytes."""


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file on disk, or one that the caller has opened. It must keep its size until the call has ended."""

    argument: str
    """The argument that it was passed as, for errors."""
    path: str
    """Where it is; for a file that is open already, its name."""
    size: int
    """In bytes, when the call was made; of an open file, from its position."""
    opened: Any = None
    """The caller's open file. Its position is the same after each read."""
    start: int = 0
    """The position of the open file when the call was made."""

    def check(self) -> None:
        """Raise `InvalidArgument` if the file cannot be read now, or has another size."""
        for _ in self._read(0):
            pass

    def chunks(self) -> Iterator[bytes]:
        """The content, in chunks. Raises `InvalidArgument` as `check` does, also if the file changes meanwhile."""
        return self._read(self.size)

    def __repr__(self) -> str:
        return f"StoredFile({self.path!r}, {self.size} bytes)"

    def _read(self, size: int) -> Iterator[bytes]:
        """The first *size* bytes, in chunks."""
        try:
            if self.opened is not None:
                yield from self._read_opened(size)
                return
            with open(self.path, "rb", buffering=0) as file:
                self._compare(os.fstat(file.fileno()).st_size)
                yield from self._pieces(file.read, size)
        except InvalidArgument:
            raise
        except (OSError, ValueError) as error:  # an open file that was closed raises `ValueError`
            raise self._wrong(reason_of(error)) from error

    def _pieces(self, read: Any, size: int) -> Iterator[bytes]:
        done = 0
        while done < size:
            piece = read(min(CHUNK, size - done))
            if not piece:
                self._compare(done)
            done += len(piece)
            yield piece

    def _read_opened(self, size: int) -> Iterator[bytes]:
        with _turns.lock, kept_position(self.opened) as file:
            self._compare(file.seek(0, os.SEEK_END) - self.start)
        done = 0
        while done < size:
            # Other calls may read the same file at the same time.
            with _turns.lock, kept_position(self.opened) as file:
                file.seek(self.start + done)
                piece = file.read(min(CHUNK, size - done))
            if not piece:
                self._compare(done)
            done += len(piece)
            yield piece

    def _compare(self, size: int) -> None:
        if size != self.size:
            raise self._wrong(f"it has {size:,} bytes now, and had {self.size:,} when the call was made")

    def _wrong(self, why: str) -> InvalidArgument:
        return InvalidArgument(
            f"{self.argument}: {self.path}: {why}; a file must stay as it is, and open if it was open, until the call "
            "has ended"
        )


@contextmanager
def kept_position(file: Any) -> Iterator[Any]:
    """The file, whose position is afterwards what it was."""
    position = file.tell()
    try:
        yield file
    finally:
        with suppress(OSError, ValueError):
            file.seek(position)


def reason_of(error: Exception) -> str:
    """Why a file cannot be read."""
    said = error.strerror if isinstance(error, OSError) else str(error)
    return (said or "it cannot be read").rstrip(".").lower()


class _Turns:
    """Lets one thread after the other use the position of an open file."""

    def __init__(self) -> None:
        self._reset_in_child()
        reset_after_fork(self)

    def _reset_in_child(self) -> None:
        self.lock = Lock()


_turns = _Turns()

"""A request body with files, which is sent in chunks and can be sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from .stored_file import CHUNK, StoredFile


class FileBody(msgspec.Struct, frozen=True):
    """A request body with files. They are opened each time it is sent, so it is a value like any other body."""

    parts: tuple[bytes | StoredFile, ...]
    told: Callable[[int, int], object] | None = None
    """Called after each chunk with the bytes that were read and all bytes, in the thread that reads."""

    @property
    def size(self) -> int:
        """The number of bytes."""
        return sum(part.size if isinstance(part, StoredFile) else len(part) for part in self.parts)

    def check(self) -> None:
        """Raise `InvalidArgument` if a file cannot be read now, or has another size than when the call was made."""
        for part in self.parts:
            if isinstance(part, StoredFile):
                part.check()

    def chunks(self) -> Iterator[bytes]:
        """The bytes, in chunks. Raises `InvalidArgument` as `check` does."""
        size, read = self.size, 0
        for part in self.parts:
            for chunk in part.chunks() if isinstance(part, StoredFile) else _pieces(part):
                yield chunk
                read += len(chunk)
                if self.told is not None:
                    self.told(read, size)

    def read(self) -> bytes:
        """All bytes, in memory. Raises `InvalidArgument` as `check` does."""
        return b"".join(self.chunks())

    def __repr__(self) -> str:
        return f"FileBody({self.size} bytes)"


def _pieces(part: bytes) -> Iterator[bytes]:
    return (part[start : start + CHUNK] for start in range(0, len(part), CHUNK))

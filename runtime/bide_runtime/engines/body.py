"""The body of a reply: unpacked piece by piece, and never larger than its limit. Knows no engine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..errors.transport import ConnectionFailed, ReplyTooLarge

if TYPE_CHECKING:
    from zlib import _Decompress

READ_SIZE = 2**16
"""How much is read from a connection at once, in bytes."""

_PIECE = 2**18  # the most that is unpacked at once, however well it was packed
_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


class Unpacker:
    """Undoes `Content-Encoding: gzip` and `deflate`; a body in any other coding passes as it is.

    Raises `ConnectionFailed` for a packed body that is damaged or ends too early: its rest was lost.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        coding = headers.get("content-encoding", "").strip().lower()
        self._gzip = coding in ("gzip", "x-gzip")
        self._packed = self._gzip or coding == "deflate"
        self._head = b""
        self._inflater: _Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What *data* adds to the body, in pieces that are neither empty nor large."""
        if not self._packed:
            if data:
                yield data
            return
        if self._inflater is None:
            self._head += data
            if len(self._head) < 2:
                return
            self._inflater = zlib.decompressobj(_GZIP if self._gzip else _deflate_window(self._head))
            data = self._head
        yield from self._inflated(data)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        while True:
            assert self._inflater is not None
            if self._inflater.eof:
                if not (self._gzip and data.startswith(_GZIP_MAGIC[:1])):
                    return  # padding behind the end
                self._inflater = zlib.decompressobj(_GZIP)  # gzip files may be joined to one
            try:
                piece = self._inflater.decompress(data, _PIECE)
            except zlib.error as error:
                raise ConnectionFailed("the packed body of the reply is damaged") from error
            if piece:
                yield piece
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    def finish(self) -> None:
        """Say that no more data comes."""
        started = self._inflater is not None or self._head
        if started and (self._inflater is None or not self._inflater.eof):
            raise ConnectionFailed("the packed body of the reply was cut short")


def _deflate_window(head: bytes) -> int:
    """`deflate` means the zlib format, but some servers send it without the zlib header."""
    has_header = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0
    return _ZLIB if has_header else _RAW_DEFLATE


class Body:
    """A body that is gathered as it comes. Raises `ReplyTooLarge` as soon as it is over *limit* bytes, unpacked."""

    def __init__(self, headers: Mapping[str, str], *, limit: int) -> None:
        self._unpacker = Unpacker(headers) if "content-encoding" in headers else None
        self._limit = limit
        self._size = 0
        self._pieces: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Take what came."""
        for piece in (data,) if self._unpacker is None else self._unpacker.feed(data):
            self._size += len(piece)
            if self._size > self._limit:
                raise ReplyTooLarge(f"the reply is larger than {self._limit:,} bytes, the most that is read")
            self._pieces.append(piece)

    def whole(self) -> bytes:
        """The body, once all of it came."""
        if self._unpacker is not None:
            self._unpacker.finish()
        return b"".join(self._pieces)

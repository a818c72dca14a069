"""The body of a reply: decompressed in chunks, with a size limit. Independent of the engine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ...errors.decode import DecodeError
from ...errors.transport import ConnectionFailed, ReplyTooLarge

if TYPE_CHECKING:
    from zlib import _Decompress

READ_SIZE = 2**16
"""The largest read from a connection, in bytes."""

_CHUNK = 2**18  # bytes; the most that is decompressed at once
_GZIP, _ZLIB, _RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


_CODINGS = {"gzip": True, "x-gzip": True, "deflate": False}
"""Whether a coding of HTTP is gzip; the other one is deflate."""

_NO_CODINGS = {"", "identity", "none", "utf-8", "aws-chunked"}
"""The codings of a body that is not encoded. Only `identity` is one of HTTP, but servers send the others."""

_MOST_CODINGS = 5


class Decompressor:
    """Decompresses the codings of `Content-Encoding`: gzip and deflate, also several of them.

    Raises `DecodeError` for a body in any other coding, and `ConnectionFailed` for one that is damaged or truncated.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        names = [name.strip() for name in headers.get("content-encoding", "").lower().split(",")]
        self._codings = [name for name in names if name not in _NO_CODINGS]
        self._unknown = [name for name in self._codings if name not in _CODINGS]
        self._inflaters = [_Inflater(is_gzip=_CODINGS[name]) for name in reversed(self._codings) if name in _CODINGS]

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decompressed *data*, in chunks that are not empty and not large."""
        if data and (self._unknown or len(self._codings) > _MOST_CODINGS):
            raise self._refusal()
        yield from self._fed(data, 0)

    def finish(self) -> None:
        """Check that the compressed data is complete."""
        for inflater in self._inflaters:
            inflater.finish()

    def _fed(self, data: bytes, first: int) -> Iterator[bytes]:
        """*data* after the inflaters from the *first* on."""
        if first == len(self._inflaters):
            if data:
                yield data
            return
        for chunk in self._inflaters[first].feed(data):
            yield from self._fed(chunk, first + 1)

    def _refusal(self) -> DecodeError:
        which = f"the content coding {self._unknown[0][:40]!r}" if self._unknown else f"{len(self._codings)} codings"
        error = DecodeError(
            f"the body of the reply has {which}, which this client cannot decode; it had asked for gzip or deflate",
            path="Content-Encoding",
            body=b"",
        )
        error.may_have_arrived = True
        return error


class _Inflater:
    """Decompresses one coding."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._gzip = is_gzip
        self._head = b""
        self._inflater: _Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
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
                    return  # padding after the end
                self._inflater = zlib.decompressobj(_GZIP)  # a gzip file may have several members
            try:
                chunk = self._inflater.decompress(data, _CHUNK)
            except zlib.error as error:
                raise ConnectionFailed("the compressed body of the reply is damaged") from error
            if chunk:
                yield chunk
            data = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if not data and len(chunk) < _CHUNK:
                return

    def finish(self) -> None:
        started = self._inflater is not None or self._head
        if started and (self._inflater is None or not self._inflater.eof):
            raise ConnectionFailed("the compressed body of the reply is truncated")


def _deflate_window(head: bytes) -> int:
    """`deflate` means the zlib format, but some servers send it without the zlib header."""
    has_header = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0
    return _ZLIB if has_header else _RAW_DEFLATE


class Body:
    """Collects a body. Raises `ReplyTooLarge` as soon as it has more than *limit* bytes, decompressed."""

    def __init__(self, headers: Mapping[str, str], *, limit: int) -> None:
        self._decompressor = Decompressor(headers) if "content-encoding" in headers else None
        self._limit = limit
        self._size = 0
        self._chunks: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Add data from the connection."""
        for chunk in (data,) if self._decompressor is None else self._decompressor.feed(data):
            self._size += len(chunk)
            if self._size > self._limit:
                raise ReplyTooLarge(f"the reply is larger than the limit of {self._limit:,} bytes")
            self._chunks.append(chunk)

    def whole(self) -> bytes:
        """The body, after all data was added."""
        if self._decompressor is not None:
            self._decompressor.finish()
        return b"".join(self._chunks)

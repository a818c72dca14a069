"""A download: how much of a file has arrived, and what the next reply adds. Sans-IO."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from ..errors.decode import DecodeError
from ..errors.transport import ConnectionFailed, ReplyTooLarge
from ..http.request import Request

_RANGE = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<total>\d+|\*)")
_STRONG_TAG = re.compile(r'"[^"]*"')


class Store(Protocol):
    """Where the bytes of a download go."""

    on_write: Callable[[], None] | None
    """Called after each write, for a progress line."""

    def restart(self) -> None:
        """Drop all bytes."""
        ...

    def write(self, chunk: bytes) -> None: ...

    def note(self, validator: str | None) -> None:
        """Keep what identifies this version of the file, for a later download."""
        ...


class Download:
    """How much of a file has arrived. Replies that are cut add what they have; the next request asks for the rest."""

    def __init__(self, store: Store, *, limit: int | None = None, size: int = 0, validator: str | None = None) -> None:
        self._store = store
        self._limit = limit
        self._validator = validator
        """The `ETag` or `Last-Modified` of the file; without one, no request can ask for the rest."""
        self.size = size if validator else 0
        self.total: int | None = None
        """The size of the whole file in bytes, if the server says it."""

    def ranged(self, request: Request) -> Request:
        """The request, for the bytes that are missing."""
        headers = {**request.headers, "accept-encoding": "identity"}
        if self.size and self._validator:
            headers |= {"range": f"bytes={self.size}-", "if-range": self._validator}
        return Request(method=request.method, url=request.url, headers=headers, body=request.body)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Read the headers of a 200 or a 206. Raises `ReplyTooLarge` and `DecodeError`."""
        if status == 206:
            self._continue(headers.get("content-range", ""))
        else:
            self.restart()
            length = headers.get("content-length", "")
            is_packed = headers.get("content-encoding", "identity") != "identity"
            self.total = int(length) if length.isdecimal() and not is_packed else None
        tag = headers.get("etag", "")
        self._validator = tag if _STRONG_TAG.fullmatch(tag) else headers.get("last-modified")
        self._store.note(self._validator)
        self._check_limit(self.total or 0)

    def add(self, chunk: bytes) -> None:
        """Add bytes of the body. Raises `ReplyTooLarge`."""
        self._check_limit(self.size + len(chunk))
        self._store.write(chunk)
        self.size += len(chunk)
        if self._store.on_write is not None:
            self._store.on_write()

    def end(self) -> None:
        """Check that the body is complete. Raises `ConnectionFailed`."""
        if self.total is not None and self.size != self.total:
            raise ConnectionFailed(f"the file ends after {self.size:,} of {self.total:,} bytes")

    def restart(self) -> None:
        """Begin with the first byte."""
        self.size, self._validator = 0, None
        self._store.restart()

    def _continue(self, content_range: str) -> None:
        match = _RANGE.fullmatch(content_range)
        if match is None or int(match["first"]) != self.size:
            message = (
                f"the reply has other bytes of the file than were asked for: Content-Range is {content_range!r:.80}"
            )
            raise DecodeError(message, path="Content-Range", body=b"")
        self.total = None if match["total"] == "*" else int(match["total"])

    def _check_limit(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise ReplyTooLarge(f"the file is larger than the limit of {self._limit:,} bytes")

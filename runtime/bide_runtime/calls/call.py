"""One operation with its arguments: what to send, and how to read the reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ..http.file_body import FileBody
from ..http.request import Json, Response
from ..models.codec import decode_reply

T = TypeVar("T")


JSON = "application/json"
ANY = "*/*"
"""Media types for `Accept`; `ANY` is for replies that are read as bytes."""


def reads_nothing(reply: Response) -> Any:
    """Return `None`: the body has no meaning."""


class Call(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One operation with its arguments: what to send, and how to read the reply."""

    method: str
    path: str
    """The path below the base URL, percent-encoded, with the query."""
    read: Callable[[Response], T] = reads_nothing
    body: bytes | FileBody | None = None
    content_type: str = JSON
    headers: Mapping[str, Json] = {}
    idempotent: bool = False
    """Whether it may be sent twice."""
    accept: str = JSON
    """The media type that the reply should have."""
    limited_as: str = ""
    """Method and path template, if the path holds arguments."""
    timeout: float | None = None
    """The timeout of one HTTP request in seconds, if the client's default is too short."""
    auth: tuple[str, ...] | None = None
    """The arguments of the secrets that it needs; `None`: the usual ones."""

    @property
    def bucket(self) -> str:
        """The rate limit bucket of the call."""
        return self.limited_as or f"{self.method} {self.path.partition('?')[0]}"


def reads(wanted: type[T]) -> Callable[[Response], T]:
    """A function that decodes replies of one type."""
    return lambda reply: decode_reply(wanted, reply)


def reads_by_status(wanted: Mapping[int, Any]) -> Callable[[Response], Any]:
    """A function that decodes replies whose type depends on the HTTP status; an unlisted status as the first type."""
    first = next(iter(wanted.values()))
    return lambda reply: decode_reply(wanted.get(reply.status, first), reply)

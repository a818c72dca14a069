"""One operation with its arguments: what to send, and how to read the reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ..http.request import Json, Response
from ..models.codec import decode

T = TypeVar("T")


JSON = "application/json"


ANY = "*/*"
"""Media types. Whoever wants bytes takes any."""


class Call(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One operation with its arguments: what to send, and how to read the answer."""

    method: str
    path: str
    """Under the base URL, encoded, with its query."""
    read: Callable[[Response], T]
    body: bytes | None = None
    content_type: str = JSON
    headers: Mapping[str, Json] = {}
    idempotent: bool = False
    """Whether it does no harm to send it twice."""
    accept: str = JSON
    """The media type that the answer should have."""
    limited_as: str = ""
    """Method and path template, where the path holds arguments."""
    timeout: float | None = None
    """Seconds for one HTTP request, where the client's own would be too short."""

    @property
    def bucket(self) -> str:
        """What the provider counts against a rate limit."""
        return self.limited_as or f"{self.method} {self.path.partition('?')[0]}"


def reads(wanted: type[T]) -> Callable[[Response], T]:
    """A reader of replies of one type."""
    return lambda reply: decode(wanted, reply.body)


def reads_by_status(wanted: Mapping[int, Any]) -> Callable[[Response], Any]:
    """A reader of replies whose type depends on the HTTP status; an unlisted one is read as the first."""
    first = next(iter(wanted.values()))
    return lambda reply: decode(wanted.get(reply.status, first), reply.body)


def reads_nothing(reply: Response) -> None:
    """For replies whose body means nothing."""

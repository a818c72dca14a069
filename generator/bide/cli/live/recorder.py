"""A transport that keeps what was sent and said. Chooses nothing: it hands each request on to another transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Request(Protocol):
    """What a client sends."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> Any: ...


class Response(Protocol):
    """What a server says."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Transport(Protocol):
    """The transport of a client, as far as it is used here."""

    def send(self, request: Any, *, timeout: float) -> Any: ...
    def open(self, request: Any, *, timeout: float) -> Any: ...
    def close(self) -> None: ...


class Clock(Protocol):
    """The clock of the client: faster than others if a simulator is."""

    def now(self) -> float: ...
    def wall(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One request, and its reply if one came."""

    request: Request
    response: Response | None
    began: float
    """In seconds since 1970."""
    seconds: float


class Recorder:
    """Keeps the exchanges of one client."""

    def __init__(self, inner: Transport, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        # Between two polls the monotonic clock counts, since the other one may be set meanwhile.
        self._offset = clock.wall() - clock.now()
        self.kept: list[Kept] = []

    def send(self, request: Request, *, timeout: float) -> Response:
        began, response = self._clock.now(), None
        try:
            response = self._inner.send(request, timeout=timeout)
        finally:
            seconds = self._clock.now() - began
            self.kept.append(Kept(request, response, began + self._offset, seconds))
        return response  # type: ignore[no-any-return]  # a transport returns a reply

    def open(self, request: Request, *, timeout: float) -> Any:
        return self._inner.open(request, timeout=timeout)

    def close(self) -> None:
        self._inner.close()

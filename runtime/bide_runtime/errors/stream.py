"""A stream of events went wrong."""

from __future__ import annotations

from .client import ClientError


class StreamError(ClientError):
    """A stream of events went wrong."""


class StreamCut(StreamError):
    """A stream of events ended before its last event."""


class StreamFailed(StreamError):
    """The provider reported an error in a stream of events. `event` is what it sent."""

    def __init__(self, message: str, *, event: object) -> None:
        super().__init__(message)
        self.event = event

"""Errors of requests that got no complete reply."""

from __future__ import annotations

from .client import ClientError


class TransportError(ClientError):
    """No complete reply arrived. `may_have_arrived` is false only if no connection could be made."""

    def __init__(self, message: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class ConnectionFailed(TransportError):
    """The connection could not be made, or was lost before the reply was complete."""


class RequestTimeout(TransportError):
    """One HTTP request took longer than its timeout."""


class ReplyTooLarge(ClientError):
    """A reply was larger than the limit of the transport."""

    may_have_arrived = True

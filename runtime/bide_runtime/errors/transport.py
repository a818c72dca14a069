"""No whole reply came."""

from __future__ import annotations

from .client import ClientError


class TransportError(ClientError):
    """No whole reply came. `may_have_arrived` is false only if no connection could be made."""

    def __init__(self, message: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


class ConnectionFailed(TransportError):
    """The connection could not be made, or was lost before the reply was whole."""


class RequestTimeout(TransportError):
    """One HTTP request took longer than it may."""


class ReplyTooLarge(ClientError):
    """A reply was larger than the transport reads."""

    may_have_arrived = True

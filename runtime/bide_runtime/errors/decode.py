"""A reply of another shape than the provider documents."""

from __future__ import annotations

from .client import ClientError


class DecodeError(ClientError):
    """A reply has another shape than the provider documents.

    `path` is the JSON path of the first mismatch, `body` the raw reply.
    """

    def __init__(self, message: str, *, path: str, body: bytes) -> None:
        super().__init__(message)
        self.path = path
        self.body = body

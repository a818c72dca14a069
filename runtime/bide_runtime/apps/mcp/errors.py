"""What a server itself cannot do now. The provider has not refused it."""

from __future__ import annotations

from ...errors.client import ClientError


class Late(ClientError):
    """A submit that goes on after its call."""


class TooSlow(ClientError):
    """An operation that took longer than a call may."""

    may_have_arrived = True


class Busy(ClientError):
    """Another process has the job of a call in hand."""

"""The progress of a job."""

from __future__ import annotations

import msgspec


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a job, as the provider reports it."""

    done: float | None = None
    total: float | None = None
    share: float | None = None
    """From 0 to 1."""
    message: str | None = None

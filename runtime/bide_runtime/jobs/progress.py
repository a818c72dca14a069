"""How far a job is."""

from __future__ import annotations

import msgspec


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is, as far as the provider reports it."""

    done: float | None = None
    total: float | None = None
    share: float | None = None
    """From 0 to 1."""
    message: str | None = None

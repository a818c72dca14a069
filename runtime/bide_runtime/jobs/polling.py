"""What the provider says about polling."""

from __future__ import annotations

import msgspec


class Polling(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says about polling, in seconds."""

    interval: tuple[float, float]
    """How often it wants to be asked: shortest and longest pause."""
    min_interval: float = 0.5
    """Never more often than this."""
    typical: tuple[float, float] | None = None
    """How long jobs usually take."""
    timeout: float = 300.0
    """The default deadline of a wait."""
    not_found_grace: float = 0.0
    """How long after a submit a 404 means "not visible yet"."""

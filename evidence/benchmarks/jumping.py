"""A clock on which every sleep returns at once."""

from __future__ import annotations

from typing import Any


class Jumping:
    """Time that only sleeps advance."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """Seconds since the clock was made."""
        return self.time

    def wall(self) -> float:
        """The same."""
        return self.time

    def sleep(self, seconds: float, wakeup: Any) -> None:
        """Advance the time by *seconds*."""
        self.time += seconds

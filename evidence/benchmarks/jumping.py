"""A clock on which every sleep is over at once."""

from __future__ import annotations

from typing import Any


class Jumping:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """Seconds since the beginning."""
        return self.time

    def wall(self) -> float:
        """The same."""
        return self.time

    def sleep(self, seconds: float, wakeup: Any) -> None:
        """Let so many seconds pass."""
        self.time += seconds

"""How far a batch is."""

from __future__ import annotations

import msgspec

from ..jobs.state import State


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How far a batch is."""

    taken: int
    """Inputs taken so far."""
    total: int | None
    """All inputs, if their number is known."""
    states: dict[State, int]
    """How many jobs were last seen in which state; those that failed to be submitted are in none."""
    succeeded: int
    """Jobs that ended with a result."""
    failed: int
    """Jobs that ended with an error, whatever it was."""
    elapsed: float
    """Seconds since the batch began."""

    @property
    def ended(self) -> int:
        return self.succeeded + self.failed

    @property
    def rate(self) -> float:
        """Jobs that ended, per second."""
        return self.ended / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def time_left(self) -> float | None:
        """An estimate in seconds, if the number of inputs is known and something has ended."""
        if self.total is None or not self.ended:
            return None
        return (self.total - self.ended) / self.rate if self.rate else None

"""The counts of a batch: inputs, jobs by state, outcomes."""

from __future__ import annotations

import msgspec

from ..jobs.state import State


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a batch: inputs, jobs by state, outcomes."""

    taken: int
    """Inputs started so far."""
    total: int | None
    """The number of all inputs, if it is known."""
    states: dict[State, int]
    """The number of jobs by state. Jobs whose submit failed are in none."""
    succeeded: int
    """Jobs that ended with a result."""
    failed: int
    """Jobs that ended with an error of any kind."""
    elapsed: float
    """Seconds since the batch began."""

    @property
    def ended(self) -> int:
        """Jobs that ended with a result or an error."""
        return self.succeeded + self.failed

    @property
    def rate(self) -> float:
        """Jobs that ended, per second."""
        return self.ended / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def time_left(self) -> float | None:
        """Estimated seconds until the end; `None` if the number of inputs is not known or no job has ended."""
        if self.total is None or not self.ended:
            return None
        return (self.total - self.ended) / self.rate if self.rate else None

"""Where a job is, in our words."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job is. The last five are final: a job in one of them stays there."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    """Some of the work succeeded; there is a result."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (State.PENDING, State.RUNNING)

    @property
    def has_result(self) -> bool:
        return self in (State.SUCCEEDED, State.PARTIAL)

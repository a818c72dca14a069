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

    is_final: bool
    has_result: bool

    def __init__(self, word: str) -> None:
        self.is_final = word not in ("pending", "running")
        self.has_result = word in ("succeeded", "partial")

"""The states of a job."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of a job. The last five are final: they never change."""

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

    def __init__(self, value: str) -> None:
        self.is_final = value not in ("pending", "running")
        self.has_result = value in ("succeeded", "partial")

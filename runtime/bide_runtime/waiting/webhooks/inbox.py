"""The jobs that waits of a client wait for, so that a webhook reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...jobs.record import Record


class Inbox:
    """The records that waits of a client use."""

    def __init__(self) -> None:
        # One entry for each: thousands of jobs may wait.
        self._waits: dict[Record[Any, Any], int] = {}
        """The number of waits of each record."""
        self.arrivals = 0
        """How many webhooks arrived."""

    def begin(self, record: Record[Any, Any]) -> None:
        """A wait for this job begins."""
        self._waits[record] = self._waits.get(record, 0) + 1

    def end(self, record: Record[Any, Any]) -> None:
        """A wait for this job is over."""
        left = self._waits.pop(record, 1) - 1
        if left:
            self._waits[record] = left

    def waiting(self, kind: str, job_id: str) -> Sequence[Record[Any, Any]]:
        """The records of this job."""
        return [each for each in list(self._waits) if each.id == job_id and each.kind.name == kind]

"""The jobs that waits of a client wait for, so that a webhook reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...jobs.record import Record


class Inbox:
    """The records that waits of a client use, by job."""

    def __init__(self) -> None:
        self._waited_for: dict[tuple[str, str], tuple[Record[Any, Any], ...]] = {}
        self.arrivals = 0
        """How many webhooks arrived."""

    def begin(self, record: Record[Any, Any]) -> None:
        """A wait for this job begins."""
        key = record.kind.name, record.id
        self._waited_for[key] = (*self._waited_for.get(key, ()), record)

    def end(self, record: Record[Any, Any]) -> None:
        """A wait for this job is over."""
        key = record.kind.name, record.id
        others = list(self._waited_for.pop(key, ()))
        if record in others:
            others.remove(record)
        if others:
            self._waited_for[key] = tuple(others)

    def waiting(self, kind: str, job_id: str) -> Sequence[Record[Any, Any]]:
        """The records of this job."""
        return self._waited_for.get((kind, job_id), ())

"""When each job was last polled. Time is an argument."""

from __future__ import annotations

from threading import Lock
from typing import Any

from ..calls.link import Link
from .record import Record


class MinIntervals:
    """When each job of a client was last asked about, so that two polls are never closer than the provider allows."""

    _LEAST = 4096
    """So many jobs are remembered before any is forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._most = self._LEAST
        self._free_at: dict[tuple[str | Link, str], float] = {}

    def claim(self, record: Record[Any, Any], now: float) -> float:
        """When the job may be polled: *now*, and then by nobody else, or later, and then it has to be claimed again.

        Nobody's turn is kept for later: whoever is woken late would poll too close to the next.
        """
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            at = self._free_at.get(key, now)
            if at > now:
                return at
            if len(self._free_at) >= self._most:
                self._forget(now)
            self._free_at[key] = now + record.kind.polling.min_interval
            return now

    def _forget(self, now: float) -> None:
        """Forget the jobs that may be polled again. It is not tried anew before as many have come as are left."""
        self._free_at = {known: free for known, free in self._free_at.items() if free > now}
        self._most = max(self._LEAST, 2 * len(self._free_at))

    def free_at(self, record: Record[Any, Any]) -> float:
        """When the job may be polled again."""
        return self._free_at.get((record.kind.lifecycle.poll, record.id), float("-inf"))

    def polled(self, record: Record[Any, Any], now: float) -> None:
        """A poll has ended. The floor counts from here, since the request may have reached the server only just now."""
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            self._free_at[key] = max(self._free_at.get(key, now), now + record.kind.polling.min_interval)

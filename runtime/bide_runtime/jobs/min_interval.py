"""Keep the polls of each job min_interval apart. Time is an argument."""

from __future__ import annotations

from threading import Lock
from typing import Any

from ..calls.link import Link
from .record import Record


class MinIntervals:
    """The earliest next poll of each job of a client: two polls are at least min_interval apart."""

    _MIN_SIZE = 4096
    """The number of jobs up to which nothing is dropped."""

    def __init__(self) -> None:
        self._free_at: dict[tuple[str | Link, str], float] = {}
        self.forget()

    def forget(self) -> None:
        """Forget all polls, for a child process."""
        self._lock = Lock()
        self._max_size = self._MIN_SIZE
        self._free_at = {}

    def claim(self, record: Record[Any, Any], now: float) -> float:
        """Claim a poll: returns *now* if the caller may poll now, else the time at which to claim again.

        A later time is not reserved: if its owner woke up late, its poll would be too close to the next one.
        """
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            at = self._free_at.get(key, now)
            if at > now:
                return at
            if len(self._free_at) >= self._max_size:
                self._prune(now)
            self._free_at[key] = now + record.kind.polling.min_interval
            return now

    def _prune(self, now: float) -> None:
        """Drop the jobs that may be polled again; the next time at twice the number that is left."""
        self._free_at = {key: free_at for key, free_at in self._free_at.items() if free_at > now}
        self._max_size = max(self._MIN_SIZE, 2 * len(self._free_at))

    def free_at(self, record: Record[Any, Any]) -> float:
        """When the job may be polled again."""
        return self._free_at.get((record.kind.lifecycle.poll, record.id), float("-inf"))

    def note_poll(self, record: Record[Any, Any], now: float) -> None:
        """Note the end of a poll. min_interval counts from here: the server may have received the request just now."""
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            self._free_at[key] = max(self._free_at.get(key, now), now + record.kind.polling.min_interval)

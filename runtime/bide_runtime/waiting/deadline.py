"""The deadline of a wait, and how much time it leaves for each request."""

from __future__ import annotations

from math import inf

SAME_TIME = 1e-6
"""Seconds. Two times that differ by less are equal: clocks are floats."""

_MIN_REQUEST_TIME = 0.125
"""Seconds. The expected duration of a request, however short the last one was."""


class Deadline:
    """*timeout* seconds after *began*; `None` means no deadline."""

    __slots__ = ("_request_time", "at", "began", "timeout")

    def __init__(self, timeout: float | None, began: float) -> None:
        self.timeout = timeout
        self.began = began
        self.at = inf if timeout is None else began + timeout
        self._request_time = _MIN_REQUEST_TIME

    def restart(self, now: float) -> None:
        """Count from *now* instead of from the creation of this object."""
        self.began = now
        self.at = inf if self.timeout is None else now + self.timeout

    def note_request_time(self, seconds: float) -> None:
        """Note how long the last request took; the next one is expected to take as long."""
        self._request_time = max(seconds, _MIN_REQUEST_TIME)

    def last_start(self, requests: int) -> float:
        """The latest time to start *requests* more requests and still have a reply before the deadline.

        At most a quarter of the timeout before the deadline, however slow the server is.
        """
        if self.timeout is None:
            return inf
        return self.at - min(2 * requests * self._request_time, self.timeout / 4)

    def request_timeout(self, usual: float, now: float) -> float:
        """The timeout of one request in seconds: *usual*, or the time left if that is less."""
        return min(usual, self.at - now)

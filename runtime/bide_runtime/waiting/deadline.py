"""The end of a wait, and how much time that leaves for each request."""

from __future__ import annotations

from math import inf

SAME_TIME = 1e-6
"""Two times within this many seconds are one: clocks are floats."""

_LEAST_TIME = 0.125
"""What a request is expected to take at the least, in seconds, however fast the last one was."""


class Deadline:
    """*timeout* seconds from *began*; `None` never comes."""

    __slots__ = ("_request", "at", "began", "timeout")

    def __init__(self, timeout: float | None, began: float) -> None:
        self.timeout = timeout
        self.began = began
        self.at = inf if timeout is None else began + timeout
        self._request = _LEAST_TIME

    def begin(self, now: float) -> None:
        """Count from *now*, and not from when this was made."""
        self.began = now
        self.at = inf if self.timeout is None else now + self.timeout

    def took(self, seconds: float) -> None:
        """Note how long the last request took: the next one will take about as long."""
        self._request = max(seconds, _LEAST_TIME)

    def last_chance(self, requests: int) -> float:
        """The latest moment from which that many more requests can still bring an answer in time.

        It is never more than a quarter of the whole before the end, however slow the server is.
        """
        if self.timeout is None:
            return inf
        return self.at - min(2 * requests * self._request, self.timeout / 4)

    def patience(self, usual: float, now: float) -> float:
        """How long one request may take: what is *usual*, or what is left."""
        return min(usual, self.at - now)

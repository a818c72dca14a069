"""Rate limits of endpoints, for all calls of a client together. Time is an argument."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import inf
from threading import Lock

import msgspec


class Rate(msgspec.Struct, frozen=True):
    """At most *count* requests in any *seconds*."""

    count: int
    seconds: float


_ALL = "*"
"""The bucket of every request."""

_MARGIN = 0.1
"""Seconds added to a full window: a request may reach the server faster than the one before it."""


class RateLimiter:
    """Slots for requests, by bucket. A bucket is one endpoint, or several that the provider counts together.

    Slots are assigned in the order of the claims, so that no call starves. A bucket without a rate is open until a 429
    closes it.
    """

    def __init__(self, rates: Mapping[str, Rate], *, total: Rate | None = None) -> None:
        self._rates = rates if total is None else {**rates, _ALL: total}
        self._lock = Lock()
        self._slots: dict[str, deque[float]] = {}
        self._closed_until: dict[str, float] = {}

    def claim(self, bucket: str, now: float, *, before: float = inf) -> float | None:
        """Claim the earliest slot: its time, or `None` if that is not before *before*."""
        with self._lock:
            at = max(now, self._closed_until.get(bucket, now))
            for name in bucket, _ALL:
                if name in self._rates:
                    at = max(at, self._free_at(name, now))
            if at >= before:
                return None
            for name in bucket, _ALL:
                if name in self._rates:
                    self._slots[name].append(at)
            return at

    def _free_at(self, name: str, now: float) -> float:
        """The time of the next slot of a bucket: not before the last one, and within its rate."""
        rate = self._rates[name]
        slots = self._slots.setdefault(name, deque(maxlen=rate.count))
        if not slots:
            return now
        return (
            max(slots[-1], slots[0] + rate.seconds + min(_MARGIN, rate.seconds / 20))
            if len(slots) == rate.count
            else slots[-1]
        )

    def closed_until(self, bucket: str) -> float:
        """Until when the bucket is closed by a 429."""
        return self._closed_until.get(bucket, -inf)

    def close(self, bucket: str, until: float) -> None:
        """Close the bucket after a 429: no request is sent before *until*."""
        with self._lock:
            self._closed_until[bucket] = max(self._closed_until.get(bucket, until), until)

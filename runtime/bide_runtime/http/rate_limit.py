"""How often each endpoint may be asked, for all jobs of a client together. Time is an argument."""

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
"""The bucket that every request counts against."""

_MARGIN = 0.1
"""Seconds by which one request may take longer to arrive than another, and still not count as too early."""


class RateLimiter:
    """Slots for requests, by bucket: one endpoint each, or whatever the provider counts together.

    Slots are given out in the order in which they are claimed, so that nobody starves. A bucket without a rate is free
    until the provider says that it is asked too often.
    """

    def __init__(self, rates: Mapping[str, Rate], *, of_all: Rate | None = None) -> None:
        self._rates = rates if of_all is None else {**rates, _ALL: of_all}
        self._lock = Lock()
        self._slots: dict[str, deque[float]] = {}
        self._closed_until: dict[str, float] = {}

    def claim(self, bucket: str, now: float, *, before: float = inf) -> float | None:
        """The earliest time for a request, kept free for the caller; `None` if there is none before *before*."""
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
        """When the next slot of a bucket begins: in turn, and not more than its count in any of its seconds."""
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
        """Until when nobody may ask, by what the provider said."""
        return self._closed_until.get(bucket, -inf)

    def close(self, bucket: str, until: float) -> None:
        """The provider said that this bucket is asked too often: nobody asks before *until*."""
        with self._lock:
            self._closed_until[bucket] = max(self._closed_until.get(bucket, until), until)

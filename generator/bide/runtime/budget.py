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


class Budget:
    """Slots for requests, by bucket: one endpoint each, or whatever the provider counts together.

    Slots are given out in the order in which they are claimed, so that nobody starves. A bucket without a rate is free
    until the provider says that it is asked too often.
    """

    def __init__(self, rates: Mapping[str, Rate]) -> None:
        self._rates = rates
        self._lock = Lock()
        self._slots: dict[str, deque[float]] = {}
        self._closed_until: dict[str, float] = {}

    def claim(self, bucket: str, now: float, *, before: float = inf) -> float | None:
        """The earliest time for a request, kept free for the caller; `None` if there is none before *before*."""
        rate = self._rates.get(bucket)
        with self._lock:
            at = max(now, self._closed_until.get(bucket, now))
            if rate is not None:
                slots = self._slots.setdefault(bucket, deque(maxlen=rate.count))
                if len(slots) == rate.count:
                    at = max(at, slots[0] + rate.seconds)
                if slots:
                    at = max(at, slots[-1])
                if at < before:
                    slots.append(at)
            return at if at < before else None

    def close(self, bucket: str, until: float) -> None:
        """The provider said that this bucket is asked too often: nobody asks before *until*."""
        with self._lock:
            self._closed_until[bucket] = max(self._closed_until.get(bucket, until), until)

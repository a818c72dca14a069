"""Rate limits of endpoints, for all calls of a client together. Time is an argument."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import inf
from threading import Lock

import msgspec

from ..errors.client import InvalidArgument
from ..process import OfOneProcess


class Rate(msgspec.Struct, frozen=True):
    """At most *count* requests in any *seconds*."""

    count: int
    seconds: float


MARGIN = 0.1
"""Seconds added to a full window: a request may reach the server faster than the one before it."""


class Window:
    """The latest slots under one rate."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._slots: deque[float] = deque(maxlen=rate.count)

    def free_at(self, now: float) -> float:
        """The time of the next slot: not before the last one, and within the rate."""
        slots, rate = self._slots, self._rate
        if not slots:
            return now
        full_until = slots[0] + rate.seconds + min(MARGIN, rate.seconds / 20)
        return max(slots[-1], full_until) if len(slots) == rate.count else slots[-1]

    def take(self, at: float) -> None:
        """Assign the slot at this time."""
        self._slots.append(at)


class MaxRate(OfOneProcess):
    """At most *per_second* requests per second, evenly spaced, for every client that is given this.

    Clients of several providers may share one, also from several threads. Raises `InvalidArgument`.
    """

    def __init__(self, per_second: float) -> None:
        is_number = isinstance(per_second, int | float) and not isinstance(per_second, bool)
        if not is_number or not 0 < per_second < inf:
            raise InvalidArgument(f"max_rate must be a positive number of requests per second, not {per_second!r}")
        self.per_second = per_second
        self.forget()

    def forget(self) -> None:
        """Forget all requests, for a child process."""
        self.window = Window(self.rate)
        self.lock = Lock()

    @property
    def rate(self) -> Rate:
        """One request in the time that each has."""
        return Rate(1, 1 / self.per_second)

    def __repr__(self) -> str:
        return f"MaxRate({self.per_second!r})"


class RateLimiter:
    """Slots for requests, by bucket. A bucket is one endpoint, or several that the provider counts together.

    Slots are assigned in the order of the claims, so that no call starves. A bucket without a rate is open until a 429
    closes it. *total* limits all requests, and those of other clients that share it.
    """

    def __init__(self, rates: Mapping[str, Rate], *, total: MaxRate | None = None) -> None:
        self.rates = rates
        self.total = total
        self._closed_until: dict[str, float] = {}
        self._begin()

    def forget(self) -> None:
        """Forget all requests, for a child process."""
        if self.total is not None:
            self.total.forget()
        self._closed_until = {}
        self._begin()

    def _begin(self) -> None:
        self._windows = {bucket: Window(rate) for bucket, rate in self.rates.items()}
        self._own_lock = Lock()

    @property
    def has_rates(self) -> bool:
        """Whether there is anything but 429s to keep to."""
        return bool(self.rates) or self.total is not None

    def claim(self, bucket: str, now: float, *, before: float = inf) -> float | None:
        """Claim the earliest slot: its time, or `None` if that is not before *before*."""
        total = self.total
        if total is None and bucket not in self._windows:  # there is nothing to claim
            at = max(now, self._closed_until.get(bucket, now))
            return at if at < before else None
        with self._own_lock if total is None else total.lock:
            windows = self._windows_of(bucket)
            at = self._free_at(bucket, windows, now)
            if at >= before:
                return None
            for window in windows:
                window.take(at)
            return at

    def free_at(self, bucket: str, now: float) -> float:
        """When the earliest slot is. It is not claimed."""
        total = self.total
        with self._own_lock if total is None else total.lock:
            return self._free_at(bucket, self._windows_of(bucket), now)

    def _windows_of(self, bucket: str) -> list[Window]:
        windows = [] if self.total is None else [self.total.window]
        return [*windows, self._windows[bucket]] if bucket in self._windows else windows

    def _free_at(self, bucket: str, windows: list[Window], now: float) -> float:
        return max(now, self._closed_until.get(bucket, now), *(window.free_at(now) for window in windows))

    def closed_until(self, bucket: str) -> float:
        """Until when the bucket is closed by a 429."""
        return self._closed_until.get(bucket, -inf)

    def close(self, bucket: str, until: float) -> None:
        """Close the bucket after a 429: no request is sent before *until*."""
        with self._own_lock if self.total is None else self.total.lock:
            self._closed_until[bucket] = max(self._closed_until.get(bucket, until), until)

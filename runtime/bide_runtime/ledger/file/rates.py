"""Rate limits that several processes keep together: their slots are in a file beside the ledger."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from math import inf
from pathlib import Path

from ...errors.ledger import LedgerFileError
from ...http.rate_limit import MARGIN, Rate, RateLimiter

_ALL = "*"
"""The bucket of all requests."""

_MANY = 100
"""Claims after which slots that limit nothing any more are dropped."""


def shared(limiter: RateLimiter, ledger: Path, *, speed: float = 1.0) -> SharedRateLimiter | None:
    """*limiter*, kept together with other processes; `None` if it has no rates.

    *speed* is how many times as fast as this machine's clock that of the client is.
    """
    return SharedRateLimiter(limiter, ledger, speed) if limiter.has_rates else None


def _boot() -> str:
    """A name for the time since this machine was started."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"{(time.time() - time.monotonic()) / 60:.0f}"


class SharedRateLimiter(RateLimiter):
    """The rate limits of a client, kept together by all processes on a ledger.

    Times are those of the monotonic clock, which all processes of a machine share. Slots of the time before its last
    start are dropped, and so are those of a clock of another speed: they may be days in the future.
    """

    def __init__(self, limiter: RateLimiter, ledger: Path, speed: float = 1.0) -> None:
        super().__init__(limiter.rates, total=limiter.total)
        self._own = limiter
        self._claims = count()
        self._path = ledger.with_name(f"{ledger.name}-rates")
        with self._in_words():
            self._database = sqlite3.connect(self._path, timeout=60.0, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = MEMORY")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.execute("CREATE TABLE IF NOT EXISTS slot (bucket TEXT NOT NULL, at REAL NOT NULL)")
            self._database.execute("CREATE INDEX IF NOT EXISTS slot_by_bucket ON slot (bucket, at)")
            self._database.execute("CREATE TABLE IF NOT EXISTS boot (name TEXT PRIMARY KEY)")
            self._database.execute("BEGIN IMMEDIATE")
            if self._database.execute("SELECT name FROM boot").fetchall() != [(boot := f"{_boot()} {speed:.3g}",)]:
                self._database.execute("DELETE FROM slot")
                self._database.execute("DELETE FROM boot")
                self._database.execute("INSERT INTO boot VALUES (?)", (boot,))
            self._database.execute("COMMIT")

    def claim(self, bucket: str, now: float, *, before: float = inf) -> float | None:
        """Claim the earliest slot for all processes together: its time, or `None` if it is not before *before*."""
        rates = self._rates_of(bucket)
        if rates:
            with self._in_words():
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    at = max(now, *(self._slot(name, rate, now) for name, rate in rates.items()))
                    if at >= before:
                        return None
                    self._database.executemany("INSERT INTO slot VALUES (?, ?)", [(name, at) for name in rates])
                    if next(self._claims) % _MANY == 0:
                        self._drop_old(rates, now)
                finally:
                    self._database.execute("COMMIT")
            now = at
        return self._own.claim(bucket, now, before=before)

    def free_at(self, bucket: str, now: float) -> float:
        """When the earliest slot is. It is not claimed."""
        rates = self._rates_of(bucket)
        with self._in_words():
            found = max((self._slot(name, rate, now) for name, rate in rates.items()), default=now)
        return self._own.free_at(bucket, max(found, now))

    def closed_until(self, bucket: str) -> float:
        """Until when the bucket is closed by a 429."""
        return self._own.closed_until(bucket)

    def close(self, bucket: str, until: float) -> None:
        """Close the bucket after a 429: this process sends no request before *until*."""
        self._own.close(bucket, until)

    def close_file(self) -> None:
        """Close the file with the slots."""
        self._database.close()

    def _rates_of(self, bucket: str) -> dict[str, Rate]:
        found = {} if self.total is None else {_ALL: self.total.rate}
        return {**found, bucket: self.rates[bucket]} if bucket in self.rates else found

    def _slot(self, bucket: str, rate: Rate, now: float) -> float:
        """The time of the next slot of a bucket."""
        last, first = self._database.execute(
            "SELECT max(at), (SELECT at FROM slot WHERE bucket = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)"
            " FROM slot WHERE bucket = ?1",
            (bucket, rate.count - 1),
        ).fetchone()
        full_until = -inf if first is None else first + rate.seconds + min(MARGIN, rate.seconds / 20)
        return max(now, full_until, -inf if last is None else last)

    def _drop_old(self, rates: Mapping[str, Rate], now: float) -> None:
        """Drop the slots that limit nothing any more."""
        old = [(name, now - rate.seconds - MARGIN) for name, rate in rates.items()]
        self._database.executemany("DELETE FROM slot WHERE bucket = ? AND at < ?", old)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerFileError(
                f"the rate limits beside the ledger, in {self._path}, cannot be used: {error}"
            ) from error

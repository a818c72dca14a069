"""Read `Retry-After`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from math import isfinite


def retry_after(headers: Mapping[str, str], *, wall: float) -> float:
    """The `Retry-After` header in seconds; 0 if it is missing, not valid, not finite or in the past.

    A date is compared with the `Date` of the same reply, because the clocks of two machines differ; without one with
    *wall*, the time of day here in seconds since 1970.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return 0.0
    try:
        seconds = float(text)
    except ValueError:
        until, now = _time_of_day(text), _time_of_day(headers.get("date", ""))
        seconds = 0.0 if until is None else until - (wall if now is None else now)
    return as_pause(seconds)


def _time_of_day(text: str) -> float | None:
    """A date of HTTP in seconds since 1970; `None` if it is not valid."""
    from email.utils import parsedate_to_datetime  # imports `socket`, and dates are rare

    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=date.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def as_pause(value: object, *, unit: float = 1.0) -> float:
    """*value* units of *unit* seconds, in seconds; 0 if that is not a positive finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        pause = float(value) * unit
    except OverflowError:
        return 0.0
    return pause if isfinite(pause) and pause > 0 else 0.0

"""What the server says about when to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from math import isfinite


def retry_after(headers: Mapping[str, str], *, wall: float) -> float:
    """Seconds to wait by the `Retry-After` header, or 0. *wall* is the time of day, for the form that is a date.

    Whatever cannot be read, is not finite or lies in the past counts as no hint.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return 0.0
    try:
        seconds = float(text)
    except ValueError:
        from email.utils import parsedate_to_datetime  # brings `socket` along, and dates are rare

        try:
            date = parsedate_to_datetime(text)
            seconds = date.replace(tzinfo=date.tzinfo or UTC).timestamp() - wall
        except (ValueError, OverflowError):
            return 0.0
    return as_pause(seconds)


def as_pause(value: object, *, unit: float = 1.0) -> float:
    """The seconds in *value* units of *unit* seconds, if that is a pause that can be made, else 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        pause = float(value) * unit
    except OverflowError:
        return 0.0
    return pause if isfinite(pause) and pause > 0 else 0.0

"""Numbers, durations and articles in English."""

from __future__ import annotations

from decimal import Decimal

_UNITS = (("days", 86_400), ("h", 3_600), ("min", 60))
_SILENT = ("honest", "honor", "honour", "hour", "heir")
"""Words with a silent "h" at the beginning."""
_LIKE_YOU = ("eu", "one", "uni", "use", "usa", "uti", "ubi")
"""Beginnings with a vowel that sound like "you" or "won"."""


def number(value: float) -> str:
    """A number in digits, without an exponent: `2592000`, `0.5`."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"


def duration(seconds: float) -> str:
    """Seconds in the largest unit that gives a whole number of at least 2: `90 s`, `5 min`, `24 h`, `30 days`."""
    for unit, size in _UNITS:
        if seconds >= 2 * size and seconds % size == 0:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"


def span(low: float, high: float) -> str:
    """A range of seconds: `2 to 5 s`, `60 s to 5 min`, or `5 s` if both ends are the same."""
    shortest, longest = duration(low), duration(high)
    if low == high:
        return longest
    figure, _, unit = shortest.partition(" ")
    return f"{figure} to {longest}" if longest.endswith(f" {unit}") else f"{shortest} to {longest}"


def article(name: str) -> str:
    """`a` or `an`, by the sound of *name*: `an AcmeError`, `a UserError`, `an HTTPError`."""
    lower = name.casefold()
    spelled = len(name) > 1 and name[:2].isupper()
    if spelled and lower[:1] in "fhlmnrsx" and lower[1:2] not in "aeiou":
        return "an"
    if lower.startswith(_SILENT):
        return "an"
    if lower.startswith(_LIKE_YOU) or (spelled and lower[:1] == "u"):
        return "a"
    return "an" if lower[:1] in tuple("aeiou8") else "a"

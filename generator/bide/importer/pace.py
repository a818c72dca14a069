"""How often to poll, where a document says so with `x-speakeasy-polling`."""

from __future__ import annotations

from collections.abc import Mapping

from bide.importer.documents.reading import Json

_MOST = 24 * 3600
"""The longest interval that is taken over, in seconds, and the most polls."""


def pace_of(polling: Json) -> dict[str, Json]:
    """The `polling` of a lifecycle: the interval, from the first wait to the later ones, and the timeout."""
    for each in polling if isinstance(polling, list) else []:
        if not isinstance(each, Mapping):
            continue
        interval, first = _number(each.get("intervalSeconds")), _number(each.get("delaySeconds"))
        count = _number(each.get("limitCount"))
        if interval:
            begin = f"{first:g}s.." if first and first < interval else ""
            end = {"timeout": _duration(interval * count)} if count and count > 1 else {}
            return {"interval": f"{begin}{interval:g}s", **end}
    return {}


def _number(value: Json) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value <= _MOST else 0.0


def _duration(seconds: float) -> str:
    """Seconds in the largest unit that holds them."""
    whole = round(seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"

"""bad-range: a range begins with its shorter time, and no time is none.

Why: a schedule that cannot be kept is a slip.

    interval: 5s..2s                     # refused: the longer time comes first
    timeout: 0s                          # refused: no time at all
    interval: 2s..5s                     # fine

interval-below-minimum: polls are planned no closer than the floor allows.

Why: the floor is the provider's, and it always wins.

    polling: {interval: 500ms, min_interval: 1s}         # refused
    polling: {interval: 1s..5s, min_interval: 1s}        # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir.notation import parse_duration, parse_range
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path

_USUAL_FLOOR = "500ms"


def check(spec: Spec) -> Iterator[Diagnostic]:
    for table in ("lifecycles", "jobs"):
        for name, raw in spec.document.data.get(table, {}).items():
            yield from _ranges(spec, (table, name, "polling"))
            if table == "lifecycles":
                yield from _below_floor(spec, (table, name, "polling"), (table, name, "polling"))
            elif "polling" in raw:
                yield from _below_floor(spec, (table, name, "polling"), ("lifecycles", raw["lifecycle"], "polling"))


def _ranges(spec: Spec, path: Path) -> Iterator[Diagnostic]:
    for key in ("interval", "typical"):
        text = spec.document.get(*path, key)
        if text is not None:
            low, high = parse_range(text)
            if low > high:
                yield spec.at_value((*path, key), "bad-range", f'in "{text}" the longer time comes first')
            elif high == 0:
                yield spec.at_value((*path, key), "bad-range", f'"{text}" is no time at all')
    for key in ("min_interval", "timeout"):
        text = spec.document.get(*path, key)
        if text is not None and parse_duration(text) == 0:
            yield spec.at_value((*path, key), "bad-range", f'"{text}" is no time at all')


def _below_floor(spec: Spec, path: Path, inherited: Path) -> Iterator[Diagnostic]:
    """Compare what holds here: its own words, then those of the lifecycle."""
    interval_at, interval = _first(spec, "interval", path, inherited)
    floor_at, min_interval = _first(spec, "min_interval", path, inherited)
    is_elsewhere = path not in (interval_at, floor_at)
    if interval is None or is_elsewhere:
        return
    min_interval = min_interval or _USUAL_FLOOR
    if parse_range(interval)[0] < parse_duration(min_interval):
        at = (*path, "interval" if interval_at == path else "min_interval")
        message = f'the interval "{interval}" begins below the floor of {min_interval}'
        yield spec.at_value(at, "interval-below-minimum", message)


def _first(spec: Spec, key: str, *paths: Path) -> tuple[Path | None, str | None]:
    for path in paths:
        text = spec.document.get(*path, key)
        if text is not None:
            return path, text
    return None, None

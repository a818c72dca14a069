"""bad-range: a range starts with its shorter time, and every time is longer than zero.

Why: other schedules cannot be followed.

    interval: 5s..2s                     # refused: the longer time comes first
    timeout: 0s                          # refused: zero
    interval: 2s..5s                     # fine

interval-below-minimum: `interval` does not start below `min_interval`.

Why: polls are never closer together than `min_interval`, so a shorter interval has no effect.

    polling: {interval: 500ms, min_interval: 1s}         # refused
    polling: {interval: 1s..5s, min_interval: 1s}        # fine
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir.defaults import MIN_INTERVAL
from bide.ir.notation import parse_duration, parse_range
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path


def check(spec: Spec) -> Iterator[Diagnostic]:
    for endpoint in spec.endpoints:
        yield from _zero(spec, (*endpoint.path, "timeout"))
        if isinstance(endpoint.raw.get("idempotency_key"), dict):
            yield from _zero(spec, (*endpoint.path, "idempotency_key", "retention"))
        if endpoint.role == "find":
            yield from _zero(spec, (*endpoint.path, "retention"))
    for table in ("lifecycles", "jobs"):
        for name, raw in spec.document.data.get(table, {}).items():
            yield from _ranges(spec, (table, name, "polling"))
            if table == "lifecycles":
                yield from _zero(spec, (table, name, "result", "retention"))
                yield from _below_minimum(spec, (table, name, "polling"), (table, name, "polling"))
            elif "polling" in raw:
                yield from _below_minimum(spec, (table, name, "polling"), ("lifecycles", raw["lifecycle"], "polling"))


def _ranges(spec: Spec, path: Path) -> Iterator[Diagnostic]:
    for key in ("interval", "typical"):
        text = spec.document.get(*path, key)
        if text is not None:
            low, high = parse_range(text)
            if low > high:
                yield spec.at_value((*path, key), "bad-range", f'"{text}" has the longer time first')
            elif high == 0:
                yield spec.at_value((*path, key), "bad-range", f'"{text}" is zero')
    for key in ("min_interval", "timeout"):
        yield from _zero(spec, (*path, key))


def _zero(spec: Spec, path: Path) -> Iterator[Diagnostic]:
    text = spec.document.get(*path)
    if text is not None and parse_duration(text) == 0:
        yield spec.at_value(path, "bad-range", f'"{text}" is zero')


def _below_minimum(spec: Spec, path: Path, inherited: Path) -> Iterator[Diagnostic]:
    """Compare the values that apply here: its own, or else those of the lifecycle."""
    interval_at, interval = _first(spec, "interval", path, inherited)
    minimum_at, min_interval = _first(spec, "min_interval", path, inherited)
    is_elsewhere = path not in (interval_at, minimum_at)
    if interval is None or is_elsewhere:
        return
    min_interval = min_interval or MIN_INTERVAL
    if parse_range(interval)[0] < parse_duration(min_interval):
        at = (*path, "interval" if interval_at == path else "min_interval")
        message = f'the interval "{interval}" starts below min_interval, {min_interval}'
        yield spec.at_value(at, "interval-below-minimum", message)


def _first(spec: Spec, key: str, *paths: Path) -> tuple[Path | None, str | None]:
    for path in paths:
        text = spec.document.get(*path, key)
        if text is not None:
            return path, text
    return None, None

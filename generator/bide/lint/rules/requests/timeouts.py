"""timeout-below-typical (warning): the default timeout is not shorter than jobs usually take.

Why: otherwise waits for healthy jobs time out.

    polling: {typical: 1m..10m, timeout: 5m}       # warned about
    polling: {typical: 1m..10m, timeout: 30m}      # fine
    polling: {typical: 1m..10m}                    # fine: 4 times the longest typical time
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.ir.notation import parse_duration, parse_range
from bide.lint.spec import Spec
from bide.spec.diagnostics import Diagnostic
from bide.spec.document import Path


def check(spec: Spec) -> Iterator[Diagnostic]:
    for name in spec.table("lifecycles"):
        path: Path = ("lifecycles", name, "polling")
        yield from _compared(spec, (path,))
    for name, job in spec.table("jobs").items():
        if "polling" in job:
            yield from _compared(spec, (("jobs", name, "polling"), ("lifecycles", job["lifecycle"], "polling")))


def _compared(spec: Spec, paths: tuple[Path, ...]) -> Iterator[Diagnostic]:
    """Compare the values that apply at the first path: its own, or else the inherited ones."""
    timeout_at = next((path for path in paths if spec.document.get(*path, "timeout") is not None), None)
    typical_at = next((path for path in paths if spec.document.get(*path, "typical") is not None), None)
    if timeout_at is None or typical_at is None or paths[0] not in (timeout_at, typical_at):
        return
    timeout = spec.document.get(*timeout_at, "timeout")
    typical = spec.document.get(*typical_at, "typical")
    if parse_duration(timeout) < parse_range(typical)[1]:
        at = (*paths[0], "timeout" if timeout_at == paths[0] else "typical")
        message = f'the timeout "{timeout}" is shorter than the longest typical time in "{typical}"'
        yield spec.at_value(at, "timeout-below-typical", message, severity="warning")

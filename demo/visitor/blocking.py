"""What a visit can do with a blocking client. `awaiting` differs by `await` alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from notes import Notes


def submit(thing: Any, notes: Notes, arguments: dict[str, Any]) -> None:
    """Make a job and leave it to another process."""
    notes.token = thing.submit(**arguments).token


def resume(thing: Any, notes: Notes, arguments: dict[str, Any], *, token: str) -> Any:
    """Wait for a job that another process made."""
    return thing.resume(token).wait(on_update=notes.saw)


def run(thing: Any, notes: Notes, arguments: dict[str, Any], **options: Any) -> Any:
    """Make a job, wait for it, have its result."""
    return thing.run(**arguments, **options, on_update=notes.saw)


def cancel(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Make a job, cancel it, and see what becomes of it."""
    job = thing.submit(**arguments)
    job.cancel()
    return job.wait(on_update=notes.saw)


def run_many(thing: Any, notes: Notes, arguments: dict[str, Any], *, count: int) -> Any:
    """Make many jobs, a few at a time; how many ended how."""
    ended: Counter[str] = Counter()
    for outcome in thing.run_many([arguments] * count, max_in_flight=3):
        ended[type(outcome.error or outcome.result).__name__] += 1
    return ended


def call(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation."""
    return thing(**arguments)


def call_and_wait(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation that answers with a job, and wait for that."""
    job = thing(**arguments)
    return job.wait(on_update=notes.saw)


def stream(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Read a stream to its end."""
    with thing(**arguments) as events:
        return list(events)

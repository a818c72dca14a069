"""The visits with a blocking client. `awaiting` differs only by `await`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from notes import Notes


def submit(thing: Any, notes: Notes, arguments: dict[str, Any]) -> None:
    """Submit a job for another process."""
    notes.token = thing.submit(**arguments).token


def resume(thing: Any, notes: Notes, arguments: dict[str, Any], *, token: str) -> Any:
    """Wait for a job that another process submitted."""
    return thing.resume(token).wait(on_update=notes.saw)


def run(thing: Any, notes: Notes, arguments: dict[str, Any], **options: Any) -> Any:
    """Submit a job, wait for it, and record its result."""
    return thing.run(**arguments, **options, on_update=notes.saw)


def cancel(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Submit a job, cancel it, and record how it ends."""
    job = thing.submit(**arguments)
    job.cancel()
    return job.wait(on_update=notes.saw)


def run_many(thing: Any, notes: Notes, arguments: dict[str, Any], *, count: int) -> Any:
    """Run many jobs, a few at a time; record the number of outcomes of each kind."""
    ended: Counter[str] = Counter()
    for outcome in thing.run_many([arguments] * count, max_in_flight=3):
        ended[type(outcome.error or outcome.result).__name__] += 1
    return ended


def call(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation."""
    return thing(**arguments)


def call_and_wait(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation that returns a job, and wait for that."""
    job = thing(**arguments)
    return job.wait(on_update=notes.saw)


def stream(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Read a stream to its end."""
    with thing(**arguments) as events:
        return list(events)

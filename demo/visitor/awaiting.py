"""The visits with an asyncio client. `blocking` differs only by `await`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from notes import Notes


async def submit(thing: Any, notes: Notes, arguments: dict[str, Any]) -> None:
    """Submit a job for another process."""
    notes.token = (await thing.submit(**arguments)).token


async def resume(thing: Any, notes: Notes, arguments: dict[str, Any], *, token: str) -> Any:
    """Wait for a job that another process submitted."""
    return await thing.resume(token).wait(on_update=notes.saw)


async def run(thing: Any, notes: Notes, arguments: dict[str, Any], **options: Any) -> Any:
    """Submit a job, wait for it, and record its result."""
    return await thing.run(**arguments, **options, on_update=notes.saw)


async def cancel(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Submit a job, cancel it, and record how it ends."""
    job = await thing.submit(**arguments)
    await job.cancel()
    return await job.wait(on_update=notes.saw)


async def run_many(thing: Any, notes: Notes, arguments: dict[str, Any], *, count: int) -> Any:
    """Run many jobs, a few at a time; record the number of outcomes of each kind."""
    ended: Counter[str] = Counter()
    async for outcome in thing.run_many([arguments] * count, max_in_flight=3):
        ended[type(outcome.error or outcome.result).__name__] += 1
    return ended


async def call(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation."""
    return await thing(**arguments)


async def call_and_wait(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Call an operation that returns a job, and wait for that."""
    job = await thing(**arguments)
    return await job.wait(on_update=notes.saw)


async def stream(thing: Any, notes: Notes, arguments: dict[str, Any]) -> Any:
    """Read a stream to its end."""
    async with thing(**arguments) as events:
        return [event async for event in events]

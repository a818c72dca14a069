"""The virtual time of asyncio clients."""

from __future__ import annotations

import asyncio

from bide_runtime.testing import AsyncFakeClock


def test_replies_come_before_what_is_due_at_the_same_time() -> None:
    """W15: a client that wakes up then has them all, as a blocking batch does."""
    clock, order = AsyncFakeClock(), list[str]()

    async def wait(seconds: float) -> None:
        await clock.sleep(seconds, asyncio.Event())
        order.append(f"woke up at {clock.now():g}")

    async def reply(takes: float) -> None:
        await clock.spend(takes)
        await asyncio.sleep(0)
        order.append(f"reply at {clock.now():g}")

    async def main() -> None:
        await asyncio.gather(wait(1.0), wait(2.0), reply(2.0), reply(2.0))

    asyncio.run(main())

    assert ["woke up at 1", "reply at 2", "reply at 2", "woke up at 2"] == order

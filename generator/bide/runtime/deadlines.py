"""The timeouts of all that an asyncio transport has under way. Knows no engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Deadlines:
    """Bounds steps in time, and can end them all at once."""

    def __init__(self) -> None:
        self._open: set[asyncio.Timeout] = set()
        self._over = asyncio.Event()

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Do what is inside in that many seconds, or raise `TimeoutError`."""
        async with asyncio.timeout(seconds) as timeout:
            self._open.add(timeout)
            try:
                yield
            finally:
                self._open.discard(timeout)
                self._over.set()

    async def end(self) -> None:
        """Let the time of all be over now, and wait until they have ended."""
        now = asyncio.get_running_loop().time()
        for timeout in self._open:
            timeout.reschedule(now)
        while self._open:
            self._over.clear()
            await self._over.wait()

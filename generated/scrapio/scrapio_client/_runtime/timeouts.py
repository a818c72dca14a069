"""The timeouts of all that an asyncio transport has under way. Knows no engine."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Timeouts:
    """Bounds steps in time, and can end them all at once."""

    def __init__(self) -> None:
        self._open: set[asyncio.Timeout] = set()
        self._over = asyncio.Event()

    def within(self, seconds: float) -> _Step:
        """A context in which to do what may take that long; then it raises `TimeoutError`."""
        return _Step(asyncio.timeout(seconds), self)

    async def end(self) -> None:
        """Let the time of all be over now, and wait until they have ended."""
        now = asyncio.get_running_loop().time()
        for timeout in self._open:
            timeout.reschedule(now)
        while self._open:
            self._over.clear()
            await self._over.wait()


class _Step:
    def __init__(self, timeout: asyncio.Timeout, timeouts: Timeouts) -> None:
        self._timeout = timeout
        self._timeouts = timeouts

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._timeouts._open.add(self._timeout)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timeouts._open.discard(self._timeout)
        self._timeouts._over.set()
        await self._timeout.__aexit__(kind, error, trace)

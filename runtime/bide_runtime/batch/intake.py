"""The inputs of a batch, read one by one."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sized
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import asyncio

P = TypeVar("P")


class Unwritten:
    """Inputs of which nothing is written down."""

    patience = inf
    """Seconds after which `next` is to be called again, also if nothing has happened."""

    def commit(self, *, must_last: bool = False) -> None:
        """Write down what was noted: nothing."""

    def hand(self, index: int) -> None:
        """The loop that got the outcome of this input has asked for the next one."""

    def close(self) -> None:
        """Write everything down."""


class Intake(Unwritten, Generic[P]):
    """Inputs from an iterable."""

    def __init__(self, inputs: Iterable[P]) -> None:
        self._inputs = enumerate(inputs)
        self.total = len(inputs) if isinstance(inputs, Sized) else None
        """The number of inputs, if it is known."""
        self.is_exhausted = False

    def next(self, room: int = 1) -> tuple[int, P] | None:
        """The index of the next input, and the input; `None` if there are no more."""
        found = next(self._inputs, None)
        self.is_exhausted = found is None
        return found

    async def stop(self) -> None:
        """Do nothing: no task was started."""


class AsyncIntake(Unwritten, Generic[P]):
    """Inputs from an async iterable, awaited in a task while jobs are polled."""

    def __init__(self, inputs: AsyncIterable[P], wakeup: asyncio.Event) -> None:
        self._inputs: AsyncIterator[P] = aiter(inputs)
        self._wakeup = wakeup
        """Set when an input is ready."""
        self._pending: asyncio.Task[P] | None = None
        self._count = 0
        self.total = None
        self.is_exhausted = False

    def next(self, room: int = 1) -> tuple[int, P] | None:
        """The index of the next input, and the input; `None` if it is not ready yet, or there are no more."""
        if self.is_exhausted:
            return None
        if self._pending is None:
            self._pending = self._start()
        if not self._pending.done():
            return None
        done, self._pending = self._pending, None
        try:
            entry = self._count, done.result()
        except StopAsyncIteration:
            self.is_exhausted = True
            return None
        self._count += 1
        return entry

    async def stop(self) -> None:
        """Cancel the task that awaits the next input."""
        if self._pending is not None:
            import asyncio

            self._pending.cancel()
            await asyncio.gather(self._pending, return_exceptions=True)

    def _start(self) -> asyncio.Task[P]:
        import asyncio

        async def read() -> P:
            return await anext(self._inputs)

        task = asyncio.ensure_future(read())
        task.add_done_callback(lambda _: self._wakeup.set())
        return task

"""The inputs of a batch, taken one by one as there is room."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sized
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import asyncio

P = TypeVar("P")


class Intake(Generic[P]):
    """Inputs that are there when one asks for them."""

    def __init__(self, inputs: Iterable[P]) -> None:
        self._inputs = enumerate(inputs)
        self.total = len(inputs) if isinstance(inputs, Sized) else None
        """How many there are, if that is known."""
        self.is_over = False

    def take(self) -> tuple[int, P] | None:
        """The next input and its place; `None` if there is none."""
        taken = next(self._inputs, None)
        self.is_over = taken is None
        return taken

    async def stop(self) -> None:
        """There is nothing to stop."""


class AsyncIntake(Generic[P]):
    """Inputs that may have to be waited for, while jobs go on."""

    def __init__(self, inputs: AsyncIterable[P], wakeup: asyncio.Event) -> None:
        self._inputs: AsyncIterator[P] = aiter(inputs)
        self._wakeup = wakeup
        """Rung when one has come."""
        self._coming: asyncio.Task[P] | None = None
        self._taken = 0
        self.total = None
        self.is_over = False

    def take(self) -> tuple[int, P] | None:
        """The next input and its place; `None` if there is none yet, or no more."""
        if self.is_over:
            return None
        if self._coming is None:
            self._coming = self._ask()
        if not self._coming.done():
            return None
        came, self._coming = self._coming, None
        try:
            entry = self._taken, came.result()
        except StopAsyncIteration:
            self.is_over = True
            return None
        self._taken += 1
        return entry

    async def stop(self) -> None:
        """Stop waiting for the next one."""
        if self._coming is not None:
            import asyncio

            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)

    def _ask(self) -> asyncio.Task[P]:
        import asyncio

        async def ask() -> P:
            return await anext(self._inputs)

        task = asyncio.ensure_future(ask())
        task.add_done_callback(lambda _: self._wakeup.set())
        return task

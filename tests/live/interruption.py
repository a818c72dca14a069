"""Interruptions: of a task at its n-th step, and of the main thread by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Coroutine, Generator, Iterator
from typing import Any

from tests.live.brook_server import HANG, refuses
from tests.runtime.engines.server import Answer, drip, head, play

WHERE: dict[str, list[Answer]] = {
    "a pause": [refuses(503, retry_after="2.5")],
    "a poll": [HANG],
    "a body": [play(head(content_length="99"), drip([b" "] * 99, 0.05))],
}
"""Polls during or after which a wait is interrupted."""


class CancelledAt:
    """Awaits a coroutine, and cancels the current task when the coroutine suspends for the *step*-th time.

    With *soon* the task is cancelled in the loop's next iteration; otherwise only the cancellation wakes it up.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any], step: int, *, soon: bool) -> None:
        self._coroutine = coroutine
        self._step = step
        self._soon = soon
        self.steps = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._coroutine.__await__()
        advance, argument = inner.send, None
        while True:
            try:
                future = advance(argument)
            except StopIteration as end:
                return end.value
            self.steps += 1
            if self.steps == self._step:
                self._cancel()
            try:
                argument = yield future
                advance = inner.send
            except BaseException as error:
                advance, argument = inner.throw, error

    def _cancel(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._soon:
            asyncio.get_running_loop().call_soon(task.cancel)
        else:
            task.cancel()


async def cancelled_at(step: int, coroutine: Coroutine[Any, Any, Any], *, soon: bool) -> bool:
    """Run it in a task that is cancelled at that step; returns whether the step was reached."""
    stepped = CancelledAt(coroutine, step, soon=soon)

    async def run() -> None:
        await stepped

    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.create_task(run())
    return stepped.steps >= step


@contextlib.contextmanager
def interrupt(after: float) -> Iterator[None]:
    """Send Ctrl-C after this many seconds, if the block still runs then."""
    ident = threading.main_thread().ident
    assert ident is not None
    timer = threading.Timer(after, signal.pthread_kill, (ident, signal.SIGINT))
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGINT, handler)


async def nothing_is_left() -> None:
    """Check that no other task is left after some iterations of the loop."""
    for _ in range(5):
        await asyncio.sleep(0)
    assert {asyncio.current_task()} == asyncio.all_tasks()

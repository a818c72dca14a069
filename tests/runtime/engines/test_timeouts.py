"""The timeouts of an asyncio transport: one timer, and each block ends at its own time."""

from __future__ import annotations

import asyncio

import pytest
from bide_runtime.engines.timeouts import Timeouts
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.fakes import LoopClock
from tests.runtime.storms import rule


@rule
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.01, 50), st.floats(0.01, 50)), min_size=1, max_size=12))
def test_each_block_ends_at_its_own_timeout(steps: list[tuple[float, float, float]]) -> None:
    """For any number of blocks, in any order: at its timeout, or when it is done if that is earlier."""
    clock, timeouts = LoopClock(), Timeouts()

    async def step(begins: float, lasts: float, may_last: float) -> None:
        await asyncio.sleep(begins)
        began = clock.now()
        try:
            with timeouts.within(may_last):
                await asyncio.sleep(lasts)
        except TimeoutError:
            assert lasts >= may_last - 1e-5
        else:
            assert lasts <= may_last + 1e-5
        assert clock.now() - began == pytest.approx(min(lasts, may_last), abs=1e-4)

    async def main() -> None:
        await asyncio.gather(*(step(*each) for each in steps))

    clock.run(main())


def test_a_timeout_of_zero_ends_the_block_at_its_first_wait() -> None:
    """The block gets no further than its first wait."""
    clock, timeouts = LoopClock(), Timeouts()

    async def main() -> None:
        with pytest.raises(TimeoutError), timeouts.within(0.0):
            await asyncio.sleep(1)

    began = clock.now()
    clock.run(main())

    assert clock.now() - began < 0.01


def test_a_cancellation_takes_precedence_over_a_timeout() -> None:
    """A task that is cancelled at the moment of its timeout raises `CancelledError`."""
    clock, timeouts = LoopClock(), Timeouts()

    async def step() -> None:
        with timeouts.within(5.0):
            await asyncio.sleep(10)

    async def main() -> None:
        task = asyncio.ensure_future(step())
        asyncio.get_running_loop().call_later(5.0, task.cancel)
        await asyncio.wait([task])
        assert task.cancelled()

    clock.run(main())


def test_expire_all_ends_every_block() -> None:
    """`expire_all` times out all blocks, and returns after they have ended."""
    clock, timeouts = LoopClock(), Timeouts()
    ended: list[float] = []

    async def step() -> None:
        try:
            with timeouts.within(50.0):
                await asyncio.sleep(100)
        except TimeoutError:
            await asyncio.sleep(0)
            ended.append(clock.now())

    async def main() -> None:
        tasks = [asyncio.ensure_future(step()) for _ in range(3)]
        await asyncio.sleep(1)
        await timeouts.expire_all()
        await asyncio.gather(*tasks)

    began = clock.now()
    clock.run(main())

    assert [began + 1] * 3 == pytest.approx(ended, abs=1e-3)


def test_all_blocks_share_one_timer() -> None:
    """1,000 blocks in sequence leave no timers behind, and each event loop has its own."""
    timeouts = Timeouts()

    async def main() -> int:
        loop = asyncio.get_running_loop()
        for number in range(1000):
            with timeouts.within(30.0 + number % 3):
                await asyncio.sleep(0)
        return len(loop._scheduled)  # type: ignore[attr-defined]  # its timers

    for _ in range(2):
        assert 2 >= LoopClock().run(main())

"""W12, W16: a wait that is cancelled at any step leaves a usable handle, no task and no connection."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.live.brook_server import DROP, HANG, BrookServer, refuses
from tests.live.driver import SLACK
from tests.live.interruption import WHERE, cancelled_at, interrupt, nothing_is_left
from tests.runtime.engines.server import Answer, drip, head, play

SLOWLY = play(head(content_length="29"), drip([b'{"status":', b' "done", "tex', b't": "x"}'], pause=0.03))
"""A reply that is read in several steps."""

REPLIES: dict[str, list[Answer | None]] = {
    "plain": [None],
    "slow": [None, SLOWLY],
    "faults": [DROP, refuses(503)],
}


@pytest.mark.parametrize("soon", [False, True])
@pytest.mark.parametrize("replies", REPLIES)
@pytest.mark.parametrize("engine", ["aiohttp", "httpx"])
def test_a_wait_may_be_cancelled_at_each_of_its_awaits(
    engine: str, replies: str, soon: bool, package: ModuleType
) -> None:
    """At any step, a later `wait` of the same handle returns the result, and nothing is left over."""

    async def cancel_each() -> int:
        step = 0
        transport = package.AsyncHttpxTransport() if engine == "httpx" else None
        client = _async_client(package, server, transport=transport)
        async with client:
            while True:
                step += 1
                job = await client.parcel.submit(name="x")
                server.plan("polls", REPLIES[replies])
                server.plan("results", [None] if replies == "plain" else [refuses(409)])
                was_cancelled = await cancelled_at(step, job.wait(timeout=60), soon=soon)
                assert "x" == (await job.wait(timeout=60)).text
                await nothing_is_left()
                if not was_cancelled:
                    break
        if transport is not None:
            await transport.close()
        return step

    with BrookServer() as server:
        assert asyncio.run(cancel_each()) > 2
        server.settle(0)
        assert not any(job.cancelled for job in server.jobs.values())


@pytest.mark.parametrize("soon", [False, True])
@pytest.mark.parametrize("what", ["run", "submit", "poll", "result", "cancel"])
def test_every_other_call_may_be_cancelled_too(what: str, soon: bool, package: ModuleType) -> None:
    """A cancelled call leaves a usable client, no task and no connection."""

    async def cancel_each() -> None:
        step = 0
        async with _async_client(package, server) as client:
            while True:
                step += 1
                job = await client.parcel.submit(name="x")
                call = client.parcel.run(name="y") if what == "run" else None
                call = call or (client.parcel.submit(name="y") if what == "submit" else getattr(job, what)())
                was_cancelled = await cancelled_at(step, call, soon=soon)
                if what != "cancel":
                    assert "x" == (await job.wait(timeout=60)).text
                await nothing_is_left()
                if not was_cancelled:
                    return

    with BrookServer() as server:
        asyncio.run(cancel_each())
        server.settle(0)
        steps = sum(job.name == "x" for job in server.jobs.values())
        assert steps > 1
        assert sum(job.name == "y" for job in server.jobs.values()) <= steps


@pytest.mark.parametrize("ends", ["closed", "gone on with"])
@pytest.mark.parametrize("soon", [False, True])
def test_a_batch_may_be_cancelled_at_each_of_its_awaits(soon: bool, ends: str, package: ModuleType) -> None:
    """A cancelled batch can be continued or closed: every job was returned or is in `running`."""

    async def seen(_counts: Any) -> None:
        await asyncio.sleep(0)

    async def cancel_each() -> None:
        step = 0
        async with _async_client(package, server) as client:
            while True:
                step += 1
                out: list[str] = []
                server.jobs.clear()
                batch = client.task.run_many([{"name": "a"}, {"name": "b"}, {"name": "c"}], on_update=seen)

                async def loop(batch: Any = batch, out: list[str] = out) -> None:
                    async for outcome in batch:
                        out.append(outcome.job.id)

                was_cancelled = await cancelled_at(step, loop(), soon=soon)
                if ends == "gone on with":
                    await loop()
                    assert ["j1", "j2", "j3"] == sorted(out)
                await batch.close()
                assert sorted(server.jobs) == sorted([*out, *(job.id for job in batch.running)])
                await nothing_is_left()
                if not was_cancelled:
                    return

    with BrookServer() as server:
        asyncio.run(cancel_each())
        server.settle(0)


def test_closing_a_batch_may_be_cancelled(package: ModuleType) -> None:
    """Cancelling `close` while replies are pending still leaves the known handles."""

    async def cancel() -> None:
        async with _async_client(package, server, timeout=5) as client:
            batch = client.task.run_many([{"name": "a"}, {"name": "b"}])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.15):
                    await anext(batch)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await batch.close()
            assert ["j1", "j2"] == sorted(job.id for job in batch.running)
            await nothing_is_left()

    with BrookServer(polls=[HANG, HANG]) as server:
        asyncio.run(cancel())
        server.settle(0)


def test_asyncio_timeout_ends_a_wait(package: ModuleType) -> None:
    """`asyncio.timeout` around a wait ends it in time; the job continues."""

    async def patient() -> None:
        async with _async_client(package, server, timeout=30) as client:
            job = await client.task.submit(name="x")
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await job.wait()
            assert time.monotonic() - began < 0.2 + SLACK
            assert "x" == (await job.wait()).text

    with BrookServer(polls=[HANG]) as server:
        asyncio.run(patient())
        server.settle(0)


def test_updates_may_be_left_at_any_time(package: ModuleType) -> None:
    """Leaving `updates()` leaves no task and no connection."""

    async def leave() -> None:
        async with _async_client(package, server) as client:
            job = await client.task.submit(name="x")
            async for update in job.updates():
                assert update.status == "working"
                break
            assert "x" == (await job.wait()).text
            await nothing_is_left()

    with BrookServer(lasts=0.1) as server:
        asyncio.run(leave())
        server.settle(0)


@pytest.mark.parametrize("where", WHERE)
def test_ctrl_c_in_a_wait(where: str, package: ModuleType) -> None:
    """Ctrl-C ends a blocking wait at once; a later one returns the result, over a new connection if needed."""
    with BrookServer(polls=WHERE[where]) as server:
        with package.Brook("key", base_url=server.url, timeout=5) as client:
            job = client.task.submit(name="x")
            began = time.monotonic()
            with pytest.raises(KeyboardInterrupt), interrupt(after=0.25):
                job.wait(timeout=60)
            assert 0.2 < time.monotonic() - began < 0.25 + SLACK
            again = job if where != "a pause" else client.task.attach(job.id)  # the handle keeps the server's wish
            assert "x" == again.wait(timeout=5).text
            server.settle(1)
        server.settle(0)


def test_an_interrupt_in_a_callback_is_raised_unchanged(package: ModuleType) -> None:
    """An exception of `on_update` is raised unchanged, and the handle stays usable."""
    with BrookServer(lasts=60) as server, package.Brook("key", base_url=server.url) as client:
        job = client.task.submit(name="x")
        for error in (KeyboardInterrupt, ZeroDivisionError, SystemExit):
            with pytest.raises(error):
                job.wait(on_update=_raises(error))
        server.lasts = 0
        assert "x" == job.wait().text


def test_ctrl_c_in_a_run_notes_the_token(package: ModuleType) -> None:
    """Without a handle, the token of the running job is in a note of the exception."""
    with BrookServer(polls=[HANG]) as server, package.Brook("key", base_url=server.url, timeout=5) as client:
        with pytest.raises(KeyboardInterrupt) as caught, interrupt(after=1.0):
            client.task.run(name="x")
        (note,) = caught.value.__notes__
        token = json.loads(note[note.index("{") : note.index("}") + 1])
        assert ("j1", "task") == (token["id"], token["job"])


def test_ctrl_c_in_a_batch(package: ModuleType) -> None:
    """Ctrl-C ends the loop at once; leaving the block waits for pending replies, and every job has a handle."""
    inputs = ({"name": f"n{number}"} for number in range(10_000))
    with BrookServer(lasts=60) as server, package.Brook("key", base_url=server.url) as client:
        began = time.monotonic()
        batch = client.task.run_many(inputs, max_in_flight=30)
        with pytest.raises(KeyboardInterrupt), batch, interrupt(after=0.5):
            list(batch)
        assert time.monotonic() - began < 0.5 + SLACK
        assert sorted(server.jobs) == sorted(job.id for job in batch.running)
        server.lasts = 0
        assert len(server.jobs) == sum(outcome.is_ok for outcome in client.task.wait_many(batch.running))


def _async_client(package: ModuleType, server: BrookServer, *, timeout: float = 5.0, **options: Any) -> Any:
    clock = package.AsyncSystemClock(25) if timeout == 5.0 else None
    return package.AsyncBrook("key", base_url=server.url, timeout=timeout, clock=clock, **options)


def _raises(error: type[BaseException]) -> Callable[[Any], None]:
    def raise_it(_update: Any) -> None:
        raise error

    return raise_it

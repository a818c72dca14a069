"""A script with several concurrent waits for one job, on one handle or on several, under asyncio."""

from __future__ import annotations

import asyncio
from typing import Any

from bide_runtime.errors.client import ClientError
from tests.runtime.acme import KEY, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport

from evidence.soak.clocks import StormLoop
from evidence.soak.recording import Call, CallbackFailed, Recording, client_class, counting, jobs_of, logged, options
from evidence.soak.script import Script


def play(script: Script) -> list[Recording]:
    """The recording, in one colour only."""
    recording = Recording(script, script.journal())
    clock = StormLoop()
    clock.jumps = script.jumps
    transport = AsyncFakeTransport(recording.journal, clock)

    async def one(jobs: Any, shared: Any, number: int) -> None:
        name, timeout = script.calls[number], script.timeouts[number]
        await asyncio.sleep(script.starts[number])
        job = shared if script.is_one_handle else jobs.attach("j0")
        record = 0 if script.is_one_handle else number
        call = Call(name, "j0", clock.now(), timeout if name != "poll" else None, record=record)
        recording.calls.append(call)
        shown = counting(script, call.updates, fails=number == 0)
        try:
            match name:
                case "wait":
                    call.outcome = await job.wait(timeout, policy=script.policy, on_update=shown)
                case "updates":
                    async for update in job.updates(timeout, policy=script.policy):
                        shown(update)
                case "poll":
                    call.outcome = await job.poll()
        except (ClientError, CallbackFailed, asyncio.CancelledError) as error:
            call.outcome = error
        call.ended = clock.now()

    async def main() -> None:
        async with client_class(AsyncAcme, script)(KEY, transport=transport, clock=clock, **options(script)) as client:
            jobs = jobs_of(client, script)
            shared = jobs.attach("j0")
            tasks = [asyncio.ensure_future(one(jobs, shared, number)) for number in range(len(script.calls))]
            if script.breaks in ("nap", "request", "close"):
                await asyncio.sleep(script.breaks_at * 1.7)
                if script.breaks == "close":
                    await client.close()
                else:
                    tasks[0].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    with logged(recording):
        clock.run(main())
    return [recording]

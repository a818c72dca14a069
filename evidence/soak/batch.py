"""A script with many jobs, blocking and asyncio, in virtual time; some batches are left early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bide_runtime.errors.client import ClientClosed
from bide_runtime.errors.transport import RequestTimeout
from tests.runtime.acme import KEY, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, FakeTransport

from evidence.soak.clocks import StormClock, StormLoop
from evidence.soak.journal import Event
from evidence.soak.recording import Call, CallbackFailed, Recording, client_class, jobs_of, logged, options, submit_in
from evidence.soak.replies import Meaning, ScriptedReply
from evidence.soak.script import Script

EPS = 1e-5
"""Seconds that floats may differ by."""

LIMIT = 3_000
"""Steps after which an iteration over at most 30 jobs is taken to be endless."""


class _Player:
    """The part that both colours share: the calls, and the record of their outcomes."""

    def __init__(self, script: Script, clock: StormClock | StormLoop) -> None:
        self.script = script
        self.recording = Recording(script, script.journal())
        self.clock = clock
        self.clock.jumps = script.jumps
        self.folder = TemporaryDirectory(prefix="bide-soak-")
        self.ledger = Path(self.folder.name, "batch.db")
        self.steps = 0
        self.taken: dict[str, float] = {}

    @property
    def leaves(self) -> bool:
        """Whether to leave the batch now."""
        return self.script.breaks in ("close", "nap", "request") and len(self.recording.calls) >= self.script.breaks_at

    def batch(self, jobs: Any) -> Any:
        script, inputs = self.script, range(len(self.script.job_replies))
        options: dict[str, Any] = {
            "timeout": script.timeouts[0],
            "max_in_flight": script.max_in_flight,
            "in_order": script.in_order,
            "on_update": self.on_update,
            "policy": script.policy,
        }
        if script.calls[0] == "wait_many":
            return jobs.wait_many(self.handles(jobs), **options)
        if script.has_ledger:
            options |= {"ledger": self.ledger, "key": lambda given: given["url"]}
        return jobs.run_many([{"url": f"u{number}"} for number in inputs], **options)

    def handles(self, jobs: Any) -> Iterator[Any]:
        """The jobs to wait for; each wait starts when the batch reads its job."""
        for number in range(len(self.script.job_replies)):
            self.taken[f"j{number}"] = self.clock.now()
            yield jobs.attach(f"j{number}")

    def on_update(self, counts: Any) -> None:
        self.recording.counts += 1
        states = sum(counts.states.values())
        assert max(counts.ended, states) <= counts.taken, "the tally does not add up"
        if self.script.breaks == "callback" and self.recording.counts == self.script.breaks_at:
            raise CallbackFailed

    def keep(self, outcome: Any) -> None:
        """Record how one job ended."""
        job = f"j{outcome.index}"
        events = self.recording.journal.of(job)
        began = self.taken.get(job, events[0].at if events else self.clock.now())
        call = Call("batch", job, began, self.script.timeouts[0], record=outcome.index)
        call.born = submit_in(events)
        call.ended = self.clock.now()
        call.outcome = outcome.error if outcome.error is not None else outcome.value
        lost = isinstance(getattr(call.outcome, "transient_error", None), RequestTimeout)
        call.events = [self._in_time(event, call.deadline, lost_at_the_end=lost) for event in events]
        if outcome.job is not None:
            assert outcome.job.id == job, "an outcome has the job of another input"
        self.recording.calls.append(call)

    def _in_time(self, event: Event, deadline: float, *, lost_at_the_end: bool) -> Event:
        """The event as this job saw it: a request for several jobs may outlast the wait for one of them."""
        # On the deadline itself, the float of either clock decides.
        is_early = event.ended < deadline + (-EPS if lost_at_the_end else EPS)
        is_late = event.is_shared and not is_early
        return replace(event, scripted=ScriptedReply(event.scripted.reply, Meaning.LOST)) if is_late else event

    def step(self) -> None:
        self.steps += 1
        assert self.steps < LIMIT, "the batch does not end"


def _blocking(script: Script) -> Recording:
    clock = StormClock()
    player = _Player(script, clock)
    transport = FakeTransport(player.recording.journal, clock)
    client = client_class(Acme, script)(KEY, transport=transport, clock=clock, **options(script))
    batch = player.batch(jobs_of(client, script))
    with logged(player.recording):
        while True:
            player.step()
            if player.leaves:
                client.close() if script.breaks == "close" else batch.close()
            try:
                player.keep(next(batch))
            except CallbackFailed:
                continue
            except (StopIteration, ClientClosed):
                break
    player.recording.running = [job.id for job in batch.running] + [f"j{each.index}" for each in batch.uncertain]
    client.close()
    player.folder.cleanup()
    return player.recording


def _awaited(script: Script) -> Recording:
    clock = StormLoop()
    player = _Player(script, clock)
    transport = AsyncFakeTransport(player.recording.journal, clock)

    async def main() -> None:
        async with client_class(AsyncAcme, script)(KEY, transport=transport, clock=clock, **options(script)) as client:
            batch = player.batch(jobs_of(client, script))
            while True:
                player.step()
                if player.leaves:
                    await (client.close() if script.breaks == "close" else batch.close())
                try:
                    player.keep(await anext(batch))
                except CallbackFailed:
                    continue
                except (StopAsyncIteration, ClientClosed):
                    break
            player.recording.running = [job.id for job in batch.running] + [
                f"j{each.index}" for each in batch.uncertain
            ]

    with logged(player.recording):
        clock.run(main())
    player.folder.cleanup()
    return player.recording


def play(script: Script) -> list[Recording]:
    """The recording in both colours."""
    return [_blocking(script), _awaited(script)]

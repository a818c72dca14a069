"""A script with one job: the user's calls in sequence, blocking or asyncio."""

from __future__ import annotations

from inspect import iscoroutine
from typing import Any

from bide_runtime.errors.client import ClientError
from tests.runtime.acme import KEY, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, FakeTransport, finish

from evidence.soak.clocks import AsyncStormClock, StormClock
from evidence.soak.journal import Event
from evidence.soak.recording import (
    Call,
    CallbackFailed,
    Recording,
    Stopped,
    client_class,
    counting,
    jobs_of,
    logged,
    options,
    submit_in,
)
from evidence.soak.script import Script

LONG = 400_000.0
"""A timeout in seconds that exceeds any retry_after."""

RUN = -1_000
"""The record number of `run`, which returns no handle."""


class Player:
    """Plays a script in one colour."""

    def __init__(self, script: Script, *, is_async: bool) -> None:
        self.script = script
        self.recording = Recording(script, script.journal())
        self.clock: StormClock = AsyncStormClock() if is_async else StormClock()
        self.clock.jumps = script.jumps
        self.clock.time.drift = script.share
        self.client: Any = client_class(AsyncAcme if is_async else Acme, script)(
            KEY, transport=self._transport(), clock=self.clock, **options(script)
        )
        self.jobs = jobs_of(self.client, script)
        self.clock.on_nap = self._on_nap
        self.recording.journal.on_request = self._on_request
        self.is_armed = True
        self.job: Any = None
        self.record = 0
        self.born: Event | None = None
        self.is_resumed = False

    def play(self) -> Recording:
        """Make all calls, and then wait for the job once more with a provider without faults."""
        with logged(self.recording):
            for number, name in enumerate(self.script.calls):
                if name in ("run", "submit"):
                    self._begin(name)
                else:
                    if self.job is None:
                        self._take(self.jobs.attach("j0"), None)
                    self._call(name, self.script.timeouts[number % 3])
                if self.job is None or self.client._closed:
                    break
            self.is_armed = False
            if self.job is not None and not self.client._closed:
                self.recording.journal.is_happy = True
                self._call("wait", LONG)
        self.recording.naps = self.clock.naps
        return self.recording

    def _transport(self) -> FakeTransport | AsyncFakeTransport:
        if isinstance(self.clock, AsyncStormClock):
            return AsyncFakeTransport(self.recording.journal, self.clock)
        return FakeTransport(self.recording.journal, self.clock)

    def _now(self) -> float:
        return self.clock.now()

    def _take(self, job: Any, born: Event | None, *, is_resumed: bool = False) -> None:
        self.job, self.born, self.is_resumed = job, born, is_resumed
        self.record += 1

    def _begin(self, name: str) -> None:
        timeout = self.script.timeouts[0] if name == "run" else None
        if name == "submit":
            call = self._made(name, timeout, None, lambda _: self.jobs.submit(url="u0"))
            if not isinstance(call.outcome, BaseException):
                self._take(call.outcome, call.born)
                call.outcome = "submitted"
            return
        more = {"cancel_on_timeout": True} if self.script.cancel_on_timeout else {}
        call = self._made(
            name,
            timeout,
            None,
            lambda shown: self.jobs.run(url="u0", timeout=timeout, on_update=shown, policy=self.script.policy, **more),
        )
        if isinstance(call.outcome, ClientError) and call.outcome.token:
            self._take(self.jobs.resume(call.outcome.token), call.born, is_resumed=True)

    def _call(self, name: str, timeout: float | None) -> None:
        policy, job = self.script.policy, self.job
        match name:
            case "wait":
                more = {"cancel_on_timeout": True} if self.script.cancel_on_timeout and self.is_armed else {}
                self._made(
                    name,
                    timeout,
                    self.born,
                    lambda shown: job.wait(timeout, on_update=shown, policy=policy, **more),
                )
            case "updates":
                self._made(name, timeout, self.born, lambda shown: _shown(job.updates(timeout, policy=policy), shown))
            case "poll":
                self._made(name, None, self.born, lambda _: job.poll())
            case "result":
                self._made(name, self.script.patience, self.born, lambda _: job.result())
            case "get":
                self._made(name, None, None, lambda _: self.jobs.get("j0"), record=-1 - len(self.recording.calls))
            case "cancel" if self.script.is_cancellable:
                self._made(name, None, self.born, lambda _: job.cancel())

    def _made(self, name: str, timeout: float | None, born: Event | None, make: Any, record: int | None = None) -> Call:
        journal = self.recording.journal
        call = Call(name, "j0", self._now(), timeout, born=born, record=self.record if record is None else record)
        call.is_resumed = self.is_resumed and born is not None
        if name == "submit":
            call.record = self.record + 1
        elif name == "run":
            call.record = RUN
        first = len(journal.events)
        try:
            value = make(counting(self.script, call.updates, fails=self.is_armed))
            call.outcome = finish(value) if iscoroutine(value) else value
        except (ClientError, CallbackFailed, Stopped) as error:
            call.outcome = error
        call.ended = self._now()
        call.events = journal.events[first:]
        if name in ("run", "submit"):
            call.born = submit_in(call.events)
        self.recording.calls.append(call)
        return call

    def _on_nap(self, number: int) -> bool:
        if self.is_armed and number == self.script.breaks_at:
            if self.script.breaks == "nap":
                raise Stopped
            if self.script.breaks == "close":
                closing = self.client.close()
                if iscoroutine(closing):
                    finish(closing)
                return False
        return True

    def _on_request(self, number: int) -> None:
        if self.is_armed and self.script.breaks == "request" and number == self.script.breaks_at:
            raise Stopped


def _shown(updates: Any, show: Any) -> Any:
    """Pass each update to *show*; for asyncio, return a coroutine that does so."""
    if hasattr(updates, "__aiter__"):

        async def all_of_them() -> None:
            async for update in updates:
                show(update)

        return all_of_them()
    for update in updates:
        show(update)
    return None


def play(script: Script) -> list[Recording]:
    """The recording in both colours."""
    return [Player(script, is_async=False).play(), Player(script, is_async=True).play()]

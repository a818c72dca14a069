"""The recording of a script: what the user and the provider saw."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bide_runtime.errors.client import ClientError
from bide_runtime.jobs.snapshot import Update
from msgspec.structs import replace
from tests.runtime.acme import KEY, PROVIDER

from evidence.soak.journal import Event, Journal
from evidence.soak.replies import Meaning
from evidence.soak.script import Script


class Stopped(BaseException):
    """Stands for Ctrl-C in a script."""


class CallbackFailed(Exception):
    """Raised by the user's callback."""


@dataclass
class Call:
    """One call of the user, and its outcome."""

    name: str
    job: str
    began: float
    timeout: float | None = None
    ended: float = 0.0
    outcome: object = None
    """The result, or the exception."""
    events: list[Event] = field(default_factory=list)
    """The requests for the job during the call."""
    updates: list[Update[Any]] = field(default_factory=list)
    born: Event | None = None
    """The submit of the job, if its handle has the time of it."""
    is_resumed: bool = False
    """Whether the handle was made from a token, which has the time of day of the submit."""
    record: int = 0
    """Calls on one handle have the same number."""

    def age(self, event: Event) -> float | None:
        """The age of the job at the end of a request; `None` if its handle has no time of its submit."""
        if self.born is None:
            return None
        leap = event.jump - self.born.jump if self.is_resumed else 0.0
        return max(event.ended + leap - self.born.at, 0.0)

    @property
    def deadline(self) -> float:
        return float("inf") if self.timeout is None else self.began + self.timeout

    def __str__(self) -> str:
        return (
            f"{self.name}({self.job}, timeout={self.timeout}) from {self.began:.3f} to {self.ended:.3f}: "
            f"{told(self.outcome)}"
        )


@dataclass
class Recording:
    """The recording of one script in one colour."""

    script: Script
    journal: Journal
    calls: list[Call] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Job and status of each unknown status that was logged."""
    counts: int = 0
    running: list[str] = field(default_factory=list)
    """The jobs in `running` after the batch was left."""

    def trace(self) -> list[Any]:
        """The part that must be the same in both colours."""
        if self.script.shape != "batch":
            return [[str(event) for event in self.journal.events], [str(call) for call in self.calls], self.naps]
        # Events at the same time may have another order.
        if not self._are_jobs_apart:
            return []
        ends = [f"{call.job} {call.ended:.3f} {type(call.outcome).__name__}" for call in self.calls]
        return [sorted(str(event) for event in self.journal.events), sorted(ends)]

    @property
    def _are_jobs_apart(self) -> bool:
        """Whether no job of a batch waits for another one."""
        script = self.script
        is_free = not script.rates and script.max_rate is None and script.max_in_flight >= len(script.job_replies)
        is_told_alone = script.kind.lifecycle.poll_many is None and script.breaks in (None, "callback")
        return (
            is_free
            and is_told_alone
            and all(event.scripted.meaning is not Meaning.BUSY for event in self.journal.events)
        )

    def __str__(self) -> str:
        lines = [str(self.script), *map(str, self.journal.events), *map(str, self.calls)]
        return "\n".join(lines)


def told(outcome: object) -> str:
    """The visible part of a result or an error."""
    if isinstance(outcome, ClientError):
        return f"{type(outcome).__name__}: {outcome} {outcome.token}".replace("AsyncAcme", "Acme")
    if isinstance(outcome, BaseException):
        return f"{type(outcome).__name__}"
    text = re.sub(r" at 0x[0-9a-f]+", "", repr(outcome))
    return text if len(text) < 200 else text[:200] + "..."


def submit_in(events: list[Event]) -> Event | None:
    """The submit that made a job."""
    for event in events:
        if event.about == "submit" and event.scripted.meaning is Meaning.MADE:
            return event
    return None


def client_class(base: type[Any], script: Script) -> type[Any]:
    """Acme's client with the script's rates."""
    return type(base.__name__, (base,), {"_provider": replace(PROVIDER, rates=script.rates)})


def options(script: Script) -> dict[str, Any]:
    """The arguments of a client of the script."""
    numbers = count(1)
    return {
        "timeout": script.patience,
        "max_retries": script.max_retries,
        "max_rate": script.max_rate,
        "jitter": lambda: script.jitter,
        "new_key": lambda: f"new-key-{next(numbers)}",
    }


def jobs_of(client: Any, script: Script) -> Any:
    """The namespace of the script's kind."""
    jobs = client.cancellable(script.kind) if script.is_cancellable else client.jobs(script.kind)
    jobs.keyed = script.keyed
    return jobs


@contextmanager
def logged(recording: Recording) -> Iterator[None]:
    """Record which unknown statuses are logged, and check that no key is."""

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert KEY not in record.getMessage(), "the key is in the log"
            if record.levelno == logging.WARNING:
                assert isinstance(record.args, tuple)
                recording.warnings.append((str(record.args[0]), str(record.args[1])))

    log = logging.getLogger("acme_client")
    listener = Listener()
    log.addHandler(listener)
    level, propagate = log.level, log.propagate
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
        log.propagate = propagate


def counting(script: Script, updates: list[Any], *, fails: bool) -> Callable[[Any], None]:
    """A callback that records updates, and raises when the script says so."""

    def on_update(update: Any) -> None:
        updates.append(update)
        if fails and script.breaks == "callback" and len(updates) == script.breaks_at:
            raise CallbackFailed

    return on_update

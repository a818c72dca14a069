"""One job of the simulator: its script, its schedule and what was done to it. Knows nothing of HTTP and of bodies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.ir import Job, Json, State, Type
from bide.simulator.life.scenario import Fault, Outcome, Scenario, ScenarioError
from bide.simulator.life.walk import NoWay, Schedule, way

_TYPICAL = (2.0, 6.0)
"""Seconds that a job takes if its spec does not say."""

_ENDS = {
    Outcome.SUCCEED: State.SUCCEEDED,
    Outcome.FAIL: State.FAILED,
    Outcome.PARTIAL: State.PARTIAL,
    Outcome.CANCEL: State.CANCELLED,
    Outcome.EXPIRE: State.EXPIRED,
    Outcome.STALL: State.SUCCEEDED,
}


@dataclass(slots=True, kw_only=True)
class SimulatedJob:
    """A job on the server. `schedule` turns when it is cancelled, the counters grow; nothing else changes."""

    id: str
    spec: Job
    scenario: Scenario
    sent: Mapping[str, Json]
    """What the client sent, by wire name."""
    schedule: Schedule
    fails: bool = False
    """It fails with the status of one that succeeded."""
    expires: bool = False
    """Its result is gone as soon as it is there."""
    failing_items: int | tuple[int, ...] = 0
    submits: int = 1
    polls: int = 0
    floor_violations: int = 0
    result_fetches: int = 0
    cancels: int = 0
    last_poll: float | None = None
    requests: Counter[str] = field(default_factory=Counter)
    """How many of each kind have used up an entry of the script."""

    def state(self, now: float) -> State:
        state = self.schedule.state(now)
        return State.FAILED if self.fails and state.has_result else state

    def result_in(self, state: State) -> Type | None:
        """What the job has in a state as its result; `None` if it has none."""
        if state is State.FAILED:
            return self.spec.failed_result
        return self.spec.result if state.has_result else None

    def result_at(self) -> float | None:
        """When the result is ready. `None`: never."""
        finished = self.schedule.finished
        if finished is None or self.result_in(self.state(finished)) is None:
            return None
        return finished + self.scenario.result_delay

    def is_ready(self, now: float) -> bool:
        ready = self.result_at()
        return ready is not None and now >= ready

    def is_gone(self, now: float) -> bool:
        """Its result was there, and is no longer kept."""
        ready = self.result_at()
        if ready is None or now < ready:
            return False
        kept = self.spec.lifecycle.result.kept
        return self.expires or (kept is not None and now > ready + kept)

    def next_fault(self, kind: str) -> Fault | None:
        """What happens to the next request of this kind, by the script."""
        number = self.requests[kind]
        self.requests[kind] += 1
        return self.scenario.fault(kind, number)

    def has_fault(self, kind: str) -> bool:
        """Whether something happens to the next request of this kind."""
        return self.scenario.fault(kind, self.requests[kind]) is not None

    def early(self, now: float) -> float:
        """By how many seconds a poll comes too soon."""
        return 0.0 if self.last_poll is None else self.last_poll + self.spec.polling.min_interval - now

    def note_poll(self, now: float, *, slack: float) -> float:
        """Count a poll, and return by how many seconds it comes too soon: 0 if it keeps to the floor."""
        self.polls += 1
        early = self.early(now)
        self.last_poll = now
        if early <= slack:
            return 0.0
        self.floor_violations += 1
        return early


def begin(
    spec: Job, scenario: Scenario, *, id: str, first: str, sent: Mapping[str, Json], now: float, seed: str
) -> SimulatedJob:
    """A job that begins now and will go as its scenario says. Raises `ScenarioError` if this job cannot go so."""
    end, failing = _ENDS[scenario.outcome], scenario.failed_items or 0
    fails = expires = False
    known = set(spec.lifecycle.states.values())
    if scenario.outcome is Outcome.PARTIAL and end not in known and spec.items:
        end, failing = State.SUCCEEDED, failing or 1
    elif scenario.outcome is Outcome.EXPIRE and end not in known:
        end, expires = State.SUCCEEDED, True
    elif scenario.outcome is Outcome.FAIL and end not in known and spec.lifecycle.tells_failure_apart:
        end, fails = State.SUCCEEDED, True
    if failing and not spec.items:
        raise ScenarioError(f"job {spec.name} has no items that could fail one by one")
    try:
        statuses = way(spec.lifecycle, first, end)
    except NoWay as error:
        raise ScenarioError(f"job {spec.name} cannot {scenario.outcome.value}: {error}") from None
    if scenario.outcome is Outcome.STALL:
        statuses = statuses[:-1]
    duration = scenario.duration
    if duration is None:
        duration = random.Random(seed).uniform(*spec.polling.typical or _TYPICAL)
    return SimulatedJob(
        id=id,
        spec=spec,
        scenario=scenario,
        sent=sent,
        schedule=Schedule.of(spec.lifecycle, statuses, begin=now, duration=duration),
        fails=fails,
        expires=expires,
        failing_items=failing,
    )

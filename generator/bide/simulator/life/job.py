"""One job of the simulator: its scenario, its timeline, and the counts of its requests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bide_runtime.testing.faults import Fault
from bide_runtime.testing.timeline import Timeline

from bide.ir import Job, Json, Lifecycle, State, Type
from bide.simulator.life.scenario import Outcome, Scenario, ScenarioError
from bide.simulator.life.way import NoWay, first_status, way

_TYPICAL = (2.0, 6.0)
"""The duration of a job in seconds, from and to, if its spec has no typical time."""

_FAILS_AT = 0.6
"""The share of its work that a job has done when it fails."""

_STOPPING_SECONDS = 1.0
"""The duration of a status on the way to `cancelled`."""

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
    """A job on the server. A cancel changes its timeline, and its counters grow; nothing else changes."""

    id: str
    spec: Job
    scenario: Scenario
    sent: Mapping[str, Json]
    """The arguments of the submit, by wire name."""
    began: float
    timeline: Timeline
    work: float
    """The seconds that it would take to succeed; progress is a share of this."""
    ends_as: State | None = None
    """The state in which it ends, if its final status does not show it."""
    expires: bool = False
    """Whether its result is gone as soon as it is ready."""
    fails: bool = False
    """Whether it has failed, although only the HTTP status of its result says so."""
    failing_items: int | tuple[int, ...] = 0
    nth: int = 0
    """Its number in a scenario file; 0 if it has none."""
    submits: int = 1
    polls: int = 0
    early_polls: int = 0
    """Polls that arrived before `min_interval` had passed."""
    result_fetches: int = 0
    cancels: int = 0
    last_poll: float | None = None
    requests: Counter[str] = field(default_factory=Counter)
    """The number of requests that used up an entry of the scenario, by kind."""

    def status(self, now: float) -> str:
        """The provider's status."""
        return self.timeline.status(now - self.began)

    def state(self, now: float) -> State:
        """The state of the status."""
        return self.means(self.status(now))

    @property
    def started(self) -> float | None:
        """When it leaves the pending statuses. `None`: never."""
        ages = (age for age, status in self.timeline.steps if self._states[status] is not State.PENDING)
        age = next(ages, None)
        return None if age is None else self.began + age

    @property
    def finished(self) -> float | None:
        """When it becomes final. `None`: never."""
        return self.began + self.timeline.duration if self._states[self.timeline.last].is_final else None

    def share(self, now: float) -> float:
        """The share of its work that is done, from 0 to 1; never shrinks. A job that never ends approaches 0.9."""
        if self.finished is None:
            worked = max(0.0, now - self.began)
            return 0.9 * worked / (worked + max(self.work, 1.0))
        worked = max(0.0, min(now - self.began, self.timeline.duration))
        return min(1.0, worked / self.work) if self.work else float(self._states[self.status(now)].has_result)

    def cancel(self, now: float) -> None:
        """Change to a cancelled status, unless the job is final or no transitions lead there."""
        if self._states[self.status(now)].is_final:
            return
        end, self.ends_as = _shown_by(self.spec.lifecycle, State.CANCELLED)
        try:
            _, *turned = way(self.spec.lifecycle, self.status(now), end)
        except NoWay:
            return
        self.timeline = self.timeline.turned(now - self.began, *((status, _STOPPING_SECONDS) for status in turned))

    def result_in(self, state: State) -> Type | None:
        """The type of the job's result in a state; `None` if it has none."""
        if state is State.FAILED:
            return self.spec.failed_result
        return self.spec.result if state.has_result else None

    def result_at(self) -> float | None:
        """When the result is ready. `None`: never."""
        finished = self.finished
        if finished is None or self.result_in(self.means(self.timeline.last)) is None:
            return None
        return finished + self.scenario.result_delay

    def is_ready(self, now: float) -> bool:
        ready = self.result_at()
        return ready is not None and now >= ready

    def is_gone(self, now: float) -> bool:
        """Whether its result was available and is no longer kept."""
        ready = self.result_at()
        if ready is None or now < ready:
            return False
        retention = self.spec.lifecycle.result.retention
        return self.expires or (retention is not None and now > ready + retention)

    def next_fault(self, kind: str) -> Fault | None:
        """The fault of the next request of this kind, by the script; counts the request."""
        number = self.requests[kind]
        self.requests[kind] += 1
        return self.scenario.fault(kind, number)

    def has_fault(self, kind: str) -> bool:
        """Whether the next request of this kind has a fault."""
        return self.scenario.fault(kind, self.requests[kind]) is not None

    def early(self, now: float) -> float:
        """The seconds by which a poll is too early."""
        return 0.0 if self.last_poll is None else self.last_poll + self.spec.polling.min_interval - now

    def note_poll(self, now: float, *, slack: float) -> float:
        """Count a poll; returns the seconds by which it is too early, or 0."""
        self.polls += 1
        early = self.early(now)
        self.last_poll = now
        if early <= slack:
            return 0.0
        self.early_polls += 1
        return early

    def means(self, status: str) -> State:
        """The state that a status of it means."""
        state = self._states[status]
        return self.ends_as if self.ends_as is not None and state.is_final else state

    @property
    def _states(self) -> Mapping[str, State]:
        return self.spec.lifecycle.states


def begin(
    spec: Job, scenario: Scenario, *, id: str, first: str, sent: Mapping[str, Json], now: float, seed: str
) -> SimulatedJob:
    """A job that starts now and follows its scenario. Raises `ScenarioError` if this job cannot follow it."""
    ending = _ending(spec, scenario, first)
    statuses = ending.statuses
    duration = scenario.duration
    if duration is None:
        duration = random.Random(seed).uniform(*spec.polling.typical or _TYPICAL)
    states = spec.lifecycle.states
    pending = [status for status, state in states.items() if state is State.PENDING]
    return SimulatedJob(
        id=id,
        spec=spec,
        scenario=scenario,
        sent=sent,
        began=now,
        timeline=Timeline.spread(statuses, duration, pending=pending, is_endless=scenario.outcome is Outcome.STALL),
        work=duration if states[statuses[-1]].has_result else duration / _FAILS_AT,
        ends_as=ending.ends_as,
        expires=ending.expires,
        fails=ending.fails,
        failing_items=ending.failing_items,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """How a job ends by its scenario."""

    statuses: tuple[str, ...]
    ends_as: State | None
    expires: bool
    fails: bool
    failing_items: int | tuple[int, ...]


def _ending(spec: Job, scenario: Scenario, first: str) -> _Ending:
    """How a job ends that begins with the status *first*. Raises `ScenarioError` if this job cannot end so."""
    end, failing = _ENDS[scenario.outcome], scenario.failed_items or 0
    expires, fails, known = False, False, spec.lifecycle.final_states
    if scenario.outcome is Outcome.PARTIAL and end not in known and spec.items:
        end, failing = State.SUCCEEDED, failing or 1
    elif scenario.outcome is Outcome.EXPIRE and end not in known:
        end, expires = State.SUCCEEDED, True
    elif scenario.outcome is Outcome.FAIL and end not in known and spec.lifecycle.result.failed:
        end, fails = State.SUCCEEDED, True
    if failing and not spec.items:
        raise ScenarioError(f'a job "{spec.name}" has no items that could fail one by one')
    shown, ends_as = _shown_by(spec.lifecycle, end)
    try:
        statuses = way(spec.lifecycle, first, shown)
    except NoWay as error:
        raise ScenarioError(f'a job "{spec.name}" cannot follow "{scenario.outcome.value}": {error}') from None
    return _Ending(
        statuses=statuses[:-1] if scenario.outcome is Outcome.STALL else statuses,
        ends_as=ends_as,
        expires=expires,
        fails=fails,
        failing_items=failing,
    )


def problem_of(spec: Job, scenario: Scenario) -> str:
    """Why this job cannot follow the scenario; empty if it can."""
    try:
        _ending(spec, scenario, first_status(spec.lifecycle))
    except (ScenarioError, NoWay) as error:
        return str(error)
    return ""


def _shown_by(lifecycle: Lifecycle, end: State) -> tuple[State, State | None]:
    """The state of the status with which a job ends in state *end*; and *end* if the status does not show it."""
    statuses = lifecycle.states.values()
    if end in statuses or all(end is not each.state for each in lifecycle.ends):
        return end, None
    return next((state for state in statuses if state.is_final), end), end

"""The plan of a job of a fake provider, and the replies of the job by that plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from types import NoneType
from typing import Any

import msgspec

from ...http.request import Json
from ...jobs.kind import JobKind
from ...jobs.lifecycle import Lifecycle
from ...jobs.state import State
from ..timeline import Timeline
from .bodies import made_up, other_than, plain, put, takes, value_at
from .transport import Reply


@dataclass(frozen=True)
class Plan:
    """The course of one job. Ages are seconds since its submit."""

    timeline: Timeline
    """Its statuses."""
    result: object = msgspec.UNSET
    """A typed result or its JSON; left out, a placeholder is used."""
    code: str = "fake_failure"
    reason: str = "the fake provider was told to fail it"
    late: float = 0.0
    """Seconds from the last status until the result is available; negative: before it."""
    is_gone: bool = False
    """Whether the result is no longer kept when it is fetched."""
    is_failed: bool = False
    """Whether the job has failed, although only the HTTP status of its result says so."""
    visible_after: float = 0.0
    """The age from which the provider finds the job."""
    retry_after: float = 0.0
    """Seconds that each reply about the unfinished job asks to wait, if replies have a field for that."""
    id: str | None = None
    """The id of the job; left out, one is generated."""
    ends_as: State | None = None
    """The state in which the job ends, if its final status does not show it, but one of the spec's `ends`."""


def timeline_to(lifecycle: Lifecycle, end: State | None, seconds: float) -> Timeline:
    """The usual timeline of a job that reaches *end* after this many seconds; `None`: it never ends.

    Raises `ValueError` if no status of these jobs means that state.
    """
    words = {state: status for status, state in reversed(list(lifecycle.all_states.items()))}
    pending = [words[State.PENDING]] if State.PENDING in words else []
    before = [*pending, *([words[State.RUNNING]] if State.RUNNING in words else [])] or ["on its way"]
    if end is None:
        return Timeline.spread(before, seconds, pending=pending, is_endless=True)
    if is_shown_otherwise(lifecycle, end):
        end = next(state for state in words if state.is_final)
    if end not in words:
        raise ValueError(f"no status of these jobs means {end.value!r}")
    return Timeline.spread([*before, words[end]], seconds, pending=pending)


def is_shown_otherwise(lifecycle: Lifecycle, end: State) -> bool:
    """Whether no status shows that a job ended in this state, but one of `ends` does."""
    return end not in lifecycle.all_states.values() and any(end is each.state for each in lifecycle.ends)


@dataclass
class FakeJob:
    """One job of a fake provider."""

    id: str
    kind: JobKind[Any, Any]
    plan: Plan
    began: float
    body: Json = None
    """The body of the submit."""
    polls: int = 0
    is_told: bool = False
    """Whether a poll reply showed that the result is available."""
    results: int = 0
    """How often its result was returned."""
    values: dict[str, str] = field(default_factory=dict)
    """The values that its addresses have in them, beside its id."""
    reference: str | None = None
    """The reference by which it is found in a list."""
    arguments: dict[str, str] = field(default_factory=dict)
    """The texts in its submit, by name, if it can be found in a list."""

    timeline: Timeline = field(init=False)
    """That of the plan, until the job is cancelled."""

    def __post_init__(self) -> None:
        self.timeline = self.plan.timeline

    def status(self, now: float) -> str:
        """The provider's status."""
        return self.timeline.status(now - self.began)

    def cancel(self, now: float) -> None:
        """Stop the job unless it is over, in a status that means `cancelled` if the provider has one."""
        if self._states.get(self.status(now), State.RUNNING).is_final:
            return
        end, age = State.CANCELLED, now - self.began
        if is_shown_otherwise(self.kind.lifecycle, end):
            end = next(state for state in self._states.values() if state.is_final)
            self.plan = replace(self.plan, ends_as=State.CANCELLED)
        cancelled = next((word for word, state in self._states.items() if state is end), None)
        self.timeline = self.timeline.turned(age, (cancelled, inf)) if cancelled else self.timeline.stopped(age)

    def state(self, now: float, *, is_shown_ready: bool = True) -> State:
        """The state as a client must read it: an unknown status is not final.

        *is_shown_ready*: whether the reply shows that the result is available.
        """
        state = self._states.get(self.status(now), State.RUNNING)
        if self.plan.ends_as is not None and state.is_final:
            state = self.plan.ends_as
        if not self.kind.lifecycle.ready or (state.is_final and not state.has_result):
            return state
        if is_shown_ready and self.is_ready(now):
            return state if state.has_result else State.SUCCEEDED
        return State.RUNNING if state.is_final else state

    def shown_as(self, status: str, reply: Callable[[], Reply]) -> Reply:
        """A reply in which the job has another status."""
        timeline, self.timeline = self.timeline, Timeline.lasting((status, inf))
        try:
            return reply()
        finally:
            self.timeline = timeline

    @property
    def over_at(self) -> float:
        """The time after which it no longer changes by itself; infinite for a job that another client submitted."""
        if self.began == -inf:
            return inf
        return self.began + self.timeline.duration + max(self.plan.late, 0.0)

    def is_ready(self, now: float) -> bool:
        """Whether the result is available."""
        last = self._states.get(self.timeline.last, State.RUNNING)
        is_late_enough = now - self.began >= self.timeline.duration + self.plan.late
        return (last if self.plan.ends_as is None else self.plan.ends_as).has_result and is_late_enough

    def snapshot(self, now: float) -> Json:
        """The body of a poll reply."""
        lifecycle, wanted, state = self.kind.lifecycle, self.kind.snapshot, self.state(now)
        if wanted is NoneType:
            return self.result() if state.has_result and lifecycle.result == () else b""
        body: dict[str, Json] = made_up(wanted)
        has_result = state.has_result or (state is State.FAILED and self.kind.failed_result is not None)
        if has_result and lifecycle.result == ():
            body |= self.result(state)
        elif has_result and isinstance(lifecycle.result, tuple):
            put(body, wanted, lifecycle.result, self.result(state))
        put(body, wanted, lifecycle.status, self.status(now))
        for path, value in lifecycle.ready:
            put(body, wanted, path, value if self.is_ready(now) else other_than(value, wanted, path))
        for name, value in self._progress(now).items():
            put(body, wanted, lifecycle.progress.get(name, ()), value)
        if state is State.FAILED:
            for path, text in ((lifecycle.error_message, self.plan.reason), (lifecycle.error_code, self.plan.code)):
                if path != lifecycle.status:  # the status may be the code of the error as well
                    is_number = not takes(wanted, path, text) and takes(wanted, path, 1)
                    put(body, wanted, path, 1 if is_number else text)
        self._put_conditions(body, state)
        if not state.is_final and self.plan.retry_after:
            put(body, wanted, lifecycle.retry_after, self.plan.retry_after / lifecycle.retry_after_unit)
        return body

    def _put_conditions(self, body: Json, state: State) -> None:
        """Put values with which the first of `ends` for this state holds, and none before it."""
        if not state.is_final:
            return
        ends, wanted = self.kind.lifecycle.ends, self.kind.snapshot
        deciding = next((end for end in ends if end.state is state), None)
        if deciding is not None and deciding.present and not value_at(body, wanted, deciding.present):
            put(body, wanted, deciding.present, self.plan.reason)
        for end in ends:
            for path, value in end.values:
                if end is deciding:
                    put(body, wanted, path, value)
                elif value_at(body, wanted, path) == value:
                    put(body, wanted, path, other_than(value, wanted, path))
            if end is deciding:
                break

    def result(self, state: State = State.SUCCEEDED) -> Json:
        """The result as the provider sends it; in state `failed`, the value in its place."""
        if self.plan.result is msgspec.UNSET:
            return made_up(self.kind.failed_result if state is State.FAILED else self.kind.result)
        return plain(self.plan.result)

    @property
    def _states(self) -> dict[str, State]:
        return self.kind.lifecycle.all_states

    def _progress(self, now: float) -> dict[Any, Json]:
        """Progress in all the forms that a reply may have; a job that is over says nothing more."""
        lasts, is_over = self.timeline.duration, self.state(now).is_final
        share = 1.0 if is_over else min((now - self.began) / lasts, 1.0) if 0 < lasts < inf else 0.0
        found = {"done": round(share * 100), "total": 100, "share": share, "percent": share * 100}
        return found if is_over else {**found, "message": "working"}

"""What becomes of a job of a fake provider: where it is at each moment, and what a poll reply says of it then."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from types import NoneType
from typing import Any

import msgspec

from ...http.request import Json
from ...jobs.kind import JobKind
from ...jobs.lifecycle import Lifecycle
from ...jobs.state import State
from .bodies import made_up, other_than, plain, put


@dataclass(frozen=True)
class Plan:
    """What will become of a job, in seconds since its submit."""

    walk: tuple[tuple[str, float], ...]
    """(status, how long it lasts) pairs. The last status stays."""
    result: object = msgspec.UNSET
    """A typed result or its JSON; one is made up if it is left out."""
    code: str = "fake_failure"
    reason: str = "the fake provider was told to fail it"
    late: float = 0.0
    """How long after the last status the result is there; before it, if this is negative."""
    is_gone: bool = False
    """Whether the result is no longer kept when it is fetched."""
    visible_after: float = 0.0
    """Until then the provider does not find the job."""
    retry_after: float = 0.0
    """Seconds that each reply about the unfinished job asks to wait, if replies have a field for that."""
    id: str | None = None
    """The id of the job; left out, one is made up."""
    fails: bool = False
    """Whether the job fails with the status of one that succeeded, where something else tells of failures."""

    @property
    def takes(self) -> float:
        """Seconds until the last status."""
        return sum(seconds for _, seconds in self.walk[:-1])

    def status(self, age: float) -> str:
        """The provider's word for where the job is then."""
        for status, seconds in self.walk[:-1]:
            age -= seconds
            if age < 0:
                return status
        return self.walk[-1][0]


def walk_to(lifecycle: Lifecycle, end: State | None, seconds: float) -> tuple[tuple[str, float], ...]:
    """The usual way to a state, which takes so many seconds; `None`: it never ends.

    Raises `ValueError` if no status of these jobs means that state.
    """
    words = {state: status for status, state in reversed(list(lifecycle.all_states.items()))}
    before = [words[state] for state in (State.PENDING, State.RUNNING) if state in words] or ["on its way"]
    if end is None:
        return (*((status, seconds / 4) for status in before[:-1]), (before[-1], inf))
    if end is State.FAILED and end not in words and (lifecycle.failed_if or lifecycle.failed_with):
        end = State.SUCCEEDED
    if end not in words:
        raise ValueError(f"no status of these jobs means {end.value!r}")
    shares = (1.0,) if len(before) == 1 else (0.25, 0.75)
    return (*((status, seconds * share) for status, share in zip(before, shares, strict=False)), (words[end], inf))


@dataclass
class FakeJob:
    """One job of a fake provider."""

    id: str
    kind: JobKind[Any, Any]
    plan: Plan
    began: float
    body: Json = None
    """What was submitted."""
    cancelled_at: float = inf
    polls: int = 0
    is_told: bool = False
    """Whether a poll reply said that the result is there."""
    results: int = 0
    """How often its result was handed out."""

    def status(self, now: float) -> str:
        """The provider's word for where the job is."""
        cancelled = next((word for word, state in self._states.items() if state is State.CANCELLED), None)
        before = self.plan.status(min(now, self.cancelled_at) - self.began)
        is_over = before in self._states and self._states[before].is_final
        return cancelled if cancelled is not None and now >= self.cancelled_at and not is_over else before

    def state(self, now: float, *, is_shown_ready: bool = True) -> State:
        """Where the job is in our words, as a client must see it: an unknown status is not final.

        *is_shown_ready*: whether it is told that the result is there.
        """
        state = self._states.get(self.status(now), State.RUNNING)
        if self.plan.fails and state.has_result:
            return State.FAILED
        if not self.kind.lifecycle.ready or (state.is_final and not state.has_result):
            return state
        if is_shown_ready and self.is_ready(now):
            return state if state.has_result else State.SUCCEEDED
        return State.RUNNING if state.is_final else state

    @property
    def over_at(self) -> float:
        """When nothing more becomes of it by itself; of one that somebody else submitted that is not known."""
        if self.began == -inf:
            return inf
        return min(self.began + self.plan.takes + max(self.plan.late, 0.0), self.cancelled_at)

    def is_ready(self, now: float) -> bool:
        """Whether the result can be had."""
        last = self._states.get(self.plan.walk[-1][0], State.RUNNING)
        return (
            last.has_result
            and not self.plan.fails
            and now - self.began >= self.plan.takes + self.plan.late
            and now < self.cancelled_at
        )

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
        for path, value in lifecycle.failed_if if state.is_final else ():
            put(body, wanted, path, value if state is State.FAILED else other_than(value, wanted, path))
        if state is State.FAILED:
            put(body, wanted, lifecycle.failed_with, self.plan.reason)
            for path, text in ((lifecycle.error_message, self.plan.reason), (lifecycle.error_code, self.plan.code)):
                # The status may be the code of the error as well.
                if path not in (lifecycle.status, *(path for path, _ in lifecycle.failed_if)):
                    put(body, wanted, path, text)
        if not state.is_final and self.plan.retry_after:
            put(body, wanted, lifecycle.retry_after, self.plan.retry_after / lifecycle.retry_after_unit)
        for name, value in self._progress(now).items():
            put(body, wanted, lifecycle.progress.get(name, ()), value)
        return body

    def result(self, state: State = State.SUCCEEDED) -> Json:
        """The result, as the provider sends it; in state `failed` what there is in its place."""
        if self.plan.result is msgspec.UNSET:
            return made_up(self.kind.failed_result if state is State.FAILED else self.kind.result)
        return plain(self.plan.result)

    @property
    def _states(self) -> dict[str, State]:
        return self.kind.lifecycle.all_states

    def _progress(self, now: float) -> dict[Any, Json]:
        """Progress in all forms in which it can be told."""
        takes = self.plan.takes
        share = 1.0 if self.state(now).is_final else min((now - self.began) / takes, 1.0) if 0 < takes < inf else 0.0
        return {"done": round(share * 100), "total": 100, "share": share, "percent": share * 100, "message": "working"}

"""The way of a job through its statuses, and when it takes each step. Knows nothing of replies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bide.ir import Lifecycle, State

_WAITING_SHARE = 0.2
"""How much of a job's time passes before it runs."""

_BROKEN_OFF_AT = 0.6
"""How much of its work a job has done when it fails."""

_STOPPING_SECONDS = 1.0
"""How long a status on the way to an end takes, after somebody asked for that end."""

_RANK = {State.PENDING: 0, State.RUNNING: 1}


class NoWay(ValueError):
    """The lifecycle cannot end as it was asked to."""


def first_status(lifecycle: Lifecycle) -> str:
    """Where jobs begin: the first status that no move leads to, pending ones before running ones."""
    open_statuses = sorted(_open(lifecycle), key=lambda status: _RANK[lifecycle.states[status]])
    reached = {after for afters in lifecycle.transitions.values() for after in afters}
    begins = [status for status in open_statuses if status not in reached]
    if not open_statuses:
        raise NoWay("every status of this lifecycle is final")
    return (begins or open_statuses)[0]


def way(lifecycle: Lifecycle, start: str, end: State) -> tuple[str, ...]:
    """Statuses from *start* to one whose state is *end*, by legal moves, past as many as can be without turning back.

    Raises `NoWay` if there is none.
    """
    found = _search(lifecycle, (start,), end, seen={start})
    if found is None:
        raise NoWay(f"no legal moves lead from {start!r} to a status that means {end.value}")
    return found


def _search(lifecycle: Lifecycle, path: tuple[str, ...], end: State, seen: set[str]) -> tuple[str, ...] | None:
    if lifecycle.states[path[-1]] is end:
        return path
    for status in _after(lifecycle, path[-1]):
        state = lifecycle.states[status]
        if status in seen or (state.is_final and state is not end):
            continue
        seen.add(status)
        found = _search(lifecycle, (*path, status), end, seen)
        if found:
            return found
    return None


def _open(lifecycle: Lifecycle) -> Iterable[str]:
    return [status for status, state in lifecycle.states.items() if not state.is_final]


def _after(lifecycle: Lifecycle, status: str) -> list[str]:
    """What may follow a status, earliest states first."""
    if lifecycle.states[status].is_final:
        return []
    allowed = lifecycle.transitions.get(status, tuple(lifecycle.states))
    return sorted(
        (after for after in allowed if after in lifecycle.states),
        key=lambda after: _RANK.get(lifecycle.states[after], 2),
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job takes each status: (seconds, status) pairs, the first at its submit.

    One without a final status never ends.
    """

    lifecycle: Lifecycle
    steps: tuple[tuple[float, str], ...]
    planned: float
    """How long it would take to succeed; progress is told as a share of this."""

    @classmethod
    def of(cls, lifecycle: Lifecycle, statuses: tuple[str, ...], *, begin: float, duration: float) -> Schedule:
        """Go past these statuses in *duration* seconds; little of it is waiting, most of it running."""
        states = lifecycle.states
        going = [status for status in statuses if not states[status].is_final]
        running = sum(states[status] is State.RUNNING for status in going)
        waiting = len(going) - running
        waits = 1.0 if not running else _WAITING_SHARE if waiting else 0.0
        moment, steps = begin, []
        for status in statuses:
            steps.append((moment, status))
            if states[status] is State.PENDING:
                moment += duration * waits / waiting
            elif states[status] is State.RUNNING:
                moment += duration * (1 - waits) / running
        # What goes wrong goes wrong on the way, before all of the work is done.
        ends_well = states[statuses[-1]].has_result
        return cls(lifecycle, tuple(steps), duration if ends_well else duration / _BROKEN_OFF_AT)

    def status(self, now: float) -> str:
        """The status at a moment."""
        return [status for moment, status in self.steps if moment <= now or moment == self.begin][-1]

    def state(self, now: float) -> State:
        """What that status means."""
        return self.lifecycle.states[self.status(now)]

    @property
    def begin(self) -> float:
        return self.steps[0][0]

    @property
    def started(self) -> float | None:
        """When it leaves the pending statuses. `None`: never."""
        return next((at for at, status in self.steps if self.lifecycle.states[status] is not State.PENDING), None)

    @property
    def finished(self) -> float | None:
        """When it becomes final. `None`: never."""
        moment, status = self.steps[-1]
        return moment if self.lifecycle.states[status].is_final else None

    def share(self, now: float) -> float:
        """How much of its work is done, from 0 to 1; it never shrinks. One that never ends creeps towards 0.9."""
        until = now if self.finished is None else min(now, self.finished)
        since = max(0.0, until - self.begin)
        if self.finished is None:
            return 0.9 * since / (since + max(self.planned, 1.0))
        return min(1.0, since / self.planned) if self.planned else float(self.state(now).has_result)

    def cancelled(self, now: float) -> Schedule:
        """The same, turned towards a cancelled status now; unchanged if it is final or cannot be turned."""
        if self.state(now).is_final:
            return self
        past = tuple(step for step in self.steps if step[0] <= now)
        try:
            _, *turned = way(self.lifecycle, past[-1][1], State.CANCELLED)
        except NoWay:
            return self
        # A stopping status passes quickly, and what the caller asked for shows at once.
        new = tuple((now + number * _STOPPING_SECONDS, status) for number, status in enumerate(turned))
        return Schedule(self.lifecycle, (*past, *new), self.planned)

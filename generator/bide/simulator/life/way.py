"""The way of a job through its statuses, by the transitions of its spec."""

from __future__ import annotations

from collections.abc import Iterable

from bide.ir import Lifecycle, State

_RANK = {State.PENDING: 0, State.RUNNING: 1}


class NoWay(ValueError):
    """The lifecycle has no way to the requested end."""


def first_status(lifecycle: Lifecycle) -> str:
    """The first status of jobs: one to which no transition leads, pending before running."""
    open_statuses = sorted(_open(lifecycle), key=lambda status: _RANK[lifecycle.states[status]])
    reached = {after for afters in lifecycle.transitions.values() for after in afters}
    begins = [status for status in open_statuses if status not in reached]
    if not open_statuses:
        raise NoWay("every status of this lifecycle is final")
    return (begins or open_statuses)[0]


def way(lifecycle: Lifecycle, start: str, end: State) -> tuple[str, ...]:
    """Statuses from *start* to one whose state is *end*, by legal transitions: as many as possible without repetition.

    Raises `NoWay` if there is none.
    """
    found = _search(lifecycle, (start,), end, seen={start})
    if found is None:
        raise NoWay(f"no legal transitions lead from {start!r} to a status that means {end.value}")
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
    """The statuses that may follow a status, earliest states first."""
    if lifecycle.states[status].is_final:
        return []
    allowed = lifecycle.transitions.get(status, tuple(lifecycle.states))
    return sorted(
        (after for after in allowed if after in lifecycle.states),
        key=lambda after: _RANK.get(lifecycle.states[after], 2),
    )

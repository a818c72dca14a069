"""The values at a lifecycle's pointers at one time of a job. Independent of models and examples."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from typing import Final

from bide.ir import Json, Lifecycle, Pointer, State
from bide.simulator.bodies.pointer import at
from bide.simulator.life.view import JobView


class Told(Enum):
    """Special values at a pointer."""

    ABSENT = "nothing"
    SOME = "the example's value, otherwise a value of its type"


ABSENT: Final = Told.ABSENT
SOME: Final = Told.SOME

_TOTAL = 10
"""The total of a job's progress if neither request nor examples have one."""


def told(view: JobView, examples: Iterable[Json], *, speed: float) -> dict[Pointer, Json]:
    """The values of a reply about the job, by pointer.

    The examples of the reply, of any status, may have the total of the progress. retry_after is in wall time.
    """
    lifecycle, state = view.job.lifecycle, view.state
    error = SOME if state is State.FAILED else ABSENT
    progress = _progress(view, examples)
    if state.is_final and not state.has_result:  # one text may be both
        progress.pop(lifecycle.error.message, None)
    values: dict[Pointer, Json] = {
        lifecycle.error.code: error,
        lifecycle.error.message: error,
        **_conditions(lifecycle, state),
        lifecycle.result.field: SOME if view.result is not None else ABSENT,
        lifecycle.credits: ABSENT if not state.is_final else SOME if state.has_result else 0,
        lifecycle.retry_after: ABSENT if state.is_final else _retry_after(view, speed),
        **progress,
        **{pointer: _flag(value, view.ready) for pointer, value in lifecycle.ready},
        lifecycle.status: view.status,
    }
    values.pop((), None)
    return values


def _conditions(lifecycle: Lifecycle, state: State) -> dict[Pointer, Json]:
    """Values with which the first of `ends` for this state holds, and none before it."""
    values: dict[Pointer, Json] = {}
    deciding = next((end for end in lifecycle.ends if end.state is state), None)
    for end in lifecycle.ends:
        if end.present:
            values.setdefault(end.present, SOME if end is deciding else ABSENT)
        for pointer, value in end.values:
            values.setdefault(pointer, value if end is deciding else _other(value, is_told=deciding is not None))
        if end is deciding:
            break
    return {pointer: value for pointer, value in values.items() if not _is_told(pointer, values, lifecycle, state)}


def _is_told(pointer: Pointer, values: dict[Pointer, Json], lifecycle: Lifecycle, state: State) -> bool:
    """Whether *pointer* is left to the error of the job, which is told anyway."""
    return state is State.FAILED and values[pointer] is ABSENT and pointer == lifecycle.error.code


def _other(value: Json, *, is_told: bool) -> Json:
    """A value that is not this one; *is_told*: one that is present, if possible."""
    if isinstance(value, bool):
        return not value
    return value + 1 if is_told and isinstance(value, int | float) else ABSENT


def _flag(value: Json, is_ready: bool) -> Json:
    """A readiness flag: its value when the result is ready, something else before."""
    if is_ready:
        return value
    return not value if isinstance(value, bool) else ABSENT


def _retry_after(view: JobView, speed: float) -> int:
    unit = 1000 if view.job.lifecycle.retry_after_unit == "milliseconds" else 1
    return max(1, round(view.job.polling.interval[0] / speed * unit))


def _progress(view: JobView, examples: Iterable[Json]) -> dict[Pointer, Json]:
    progress = view.job.lifecycle.progress
    if view.state is State.PENDING:
        return dict.fromkeys(
            (progress.done, progress.total, progress.message, progress.share, progress.percent), ABSENT
        )
    total = _total(view, examples)
    return {
        progress.done: math.floor(total * view.share),
        progress.total: total,
        progress.message: SOME,
        progress.share: round(view.share, 3),
        progress.percent: math.floor(100 * view.share),
    }


def _total(view: JobView, examples: Iterable[Json]) -> int:
    """The total of the progress, the same at every poll: that of the request, otherwise of an example."""
    lists = [value for value in view.sent.values() if isinstance(value, list) and value]
    if view.job.items and lists:
        return len(lists[0])
    shown = (at(example, view.job.lifecycle.progress.total) for example in examples)
    return next((total for total in shown if isinstance(total, int) and total > 0), _TOTAL)

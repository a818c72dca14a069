"""What a lifecycle's pointers lead to at one moment of a job. Knows nothing of models and examples."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from typing import Final

from bide.ir import Json, Pointer, State
from bide.simulator.bodies.pointer import at
from bide.simulator.life.view import JobView


class Told(Enum):
    """What is to be at a pointer, where it is no value of ours."""

    ABSENT = "nothing"
    SOME = "what the example has, else a value of its type"


ABSENT: Final = Told.ABSENT
SOME: Final = Told.SOME

_TOTAL = 10
"""How much work a job has if nothing says."""


def told(view: JobView, examples: Iterable[Json], *, speed: float) -> dict[Pointer, Json]:
    """What a reply says of the job, by pointer.

    The examples of the reply, of whatever status, say how much work there is. Hints are in wall time.
    """
    lifecycle, state = view.job.lifecycle, view.state
    error = SOME if state is State.FAILED else ABSENT
    tells: dict[Pointer, Json] = {
        **{pointer: _flag(value, state is State.FAILED) for pointer, value in lifecycle.failed_if},
        lifecycle.failed_with: error,
        lifecycle.error.code: error,
        lifecycle.error.message: error,
        lifecycle.result.field: SOME if view.result is not None else ABSENT,
        lifecycle.credits: ABSENT if not state.is_final else SOME if state.has_result else 0,
        lifecycle.retry_after: ABSENT if state.is_final else _hint(view, speed),
        **_progress(view, examples),
        **{pointer: _flag(value, view.ready) for pointer, value in lifecycle.ready},
        lifecycle.status: view.status,
    }
    tells.pop((), None)
    return tells


def _flag(value: Json, is_ready: bool) -> Json:
    """A readiness flag: its value when the result is ready, something else before."""
    if is_ready:
        return value
    return not value if isinstance(value, bool) else ABSENT


def _hint(view: JobView, speed: float) -> int:
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
    """How much work there is, the same at every poll: as many as were asked for, else as in an example."""
    lists = [value for value in view.sent.values() if isinstance(value, list) and value]
    if view.job.items and lists:
        return len(lists[0])
    shown = (at(example, view.job.lifecycle.progress.total) for example in examples)
    return next((total for total in shown if isinstance(total, int) and total > 0), _TOTAL)

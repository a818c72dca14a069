"""Long polling: polls that are answered when there is news, or when they have been held for as long as they asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bide.ir import LongPoll, State
from bide.simulator.life.answer import Asked
from bide.simulator.life.job import SimulatedJob

_PREFER = "prefer"


@dataclass(frozen=True, slots=True)
class Kept:
    """A poll that is not answered yet."""

    job: SimulatedJob
    came: float
    until: float
    _first: tuple[str, State, bool] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", self._poll_once(self.came))

    def is_over(self, now: float) -> bool:
        """Whether it is to be answered: there is news, or nothing more to come, or it was held for long enough."""
        _, state, is_ready = self._first
        is_done = state.is_final and (is_ready or not self.job.spec.lifecycle.ready)
        return is_done or now >= self.until or self._poll_once(now) != self._first

    def _poll_once(self, now: float) -> tuple[str, State, bool]:
        return self.job.status(now), self.job.state(now), self.job.is_ready(now)


def wanted(long_poll: LongPoll | None, asked: Asked) -> float:
    """Seconds for which a poll may be held; 0 if it does not ask for that in a way that can be read."""
    if long_poll is None:
        return 0.0
    text = (
        dict(asked.query).get(long_poll.query, "")
        if long_poll.query
        else asked.headers.get(long_poll.header.lower(), "")
    )
    pattern = r"(?:.*[,;\s])?wait=(\d{1,9})(?:[,;\s].*)?" if long_poll.header.lower() == _PREFER else r"(\d{1,9})"
    match = re.fullmatch(pattern, text.strip())
    return min(float(match[1]), long_poll.max_seconds) if match else 0.0


def without(long_poll: LongPoll | None, asked: Asked) -> Asked:
    """The request without what asks to be held, if that can be read."""
    if long_poll is None or not wanted(long_poll, asked):
        return asked
    return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != long_poll.query))

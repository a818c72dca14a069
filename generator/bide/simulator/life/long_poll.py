"""Long polling: polls are answered when the job changes, or after the requested time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bide.ir import LongPoll, State
from bide.simulator.life.answer import Asked
from bide.simulator.life.job import SimulatedJob

_PREFER = "prefer"


@dataclass(frozen=True, slots=True)
class HeldPoll:
    """A poll that is being held."""

    job: SimulatedJob
    came: float
    until: float
    _first: tuple[str, State, bool] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_first", self._poll_once(self.came))

    def is_over(self, now: float) -> bool:
        """Whether to answer it: the job has changed or is over, or the poll was held for the requested time."""
        _, state, is_ready = self._first
        is_done = state.is_final and (is_ready or not self.job.spec.lifecycle.ready)
        return is_done or now >= self.until or self._poll_once(now) != self._first

    def _poll_once(self, now: float) -> tuple[str, State, bool]:
        return self.job.status(now), self.job.state(now), self.job.is_ready(now)


def wanted(long_poll: LongPoll | None, asked: Asked) -> float:
    """The seconds for which a poll asks to be held; 0 if it does not ask, or not in a valid form."""
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
    """The request without its long polling parameter or header, if that is valid."""
    if long_poll is None or not wanted(long_poll, asked):
        return asked
    return replace(asked, query=tuple(pair for pair in asked.query if pair[0] != long_poll.query))

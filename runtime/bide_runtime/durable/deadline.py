"""The deadline of a job whose looks are far apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..jobs.errors import JobTimeout
from ..steps.look import Look
from ..waiting.policies.policy import Policy


class Until:
    """A policy whose last poll falls on the deadline, so that a job that ended in the last pause is not missed."""

    def __init__(self, policy: Policy, deadline: float, wall: Callable[[], float]) -> None:
        self._policy = policy
        self._deadline = deadline
        self._wall = wall

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        regular = self._policy.delay(polls=polls, age=age, jitter=jitter)
        return max(min(regular, self._deadline - self._wall()), 0.0)


def timed_out(look: Look[Any, Any], timeout: float | None, advice: str) -> JobTimeout:
    """The error of a wait that ends with this look."""
    after = "in time" if timeout is None else f"after {timeout:g} s"
    last = f"last status {look.status!r}" if look.status is not None else "no status received"
    return JobTimeout(
        f"the job is not finished {after} ({last})",
        snapshot=look.snapshot,
        transient_error=look.transient_error,
        advice=f"It is still running: {advice}",
    )

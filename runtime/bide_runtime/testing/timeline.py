"""The statuses of a job from its submit to its end. Pure; shared by the simulator and the fake provider."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

PENDING_SHARE = 0.2
"""The share of a job's duration that its pending statuses take, if it also has running ones."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """(age, status) pairs: the job's age in seconds at which each status begins. The first age is 0."""

    steps: tuple[tuple[float, str], ...]

    @classmethod
    def lasting(cls, *walk: tuple[str, float]) -> Timeline:
        """The timeline of (status, duration in seconds) pairs. The last status stays."""
        ages = accumulate((seconds for _, seconds in walk[:-1]), initial=0.0)
        return cls(tuple((age, status) for age, (status, _) in zip(ages, walk, strict=True)))

    @classmethod
    def spread(
        cls, statuses: Sequence[str], seconds: float, *, pending: Collection[str], is_endless: bool = False
    ) -> Timeline:
        """Pass through *statuses* in this many seconds, 20 % of them in *pending* statuses.

        The last status stays. A job that *is_endless* reaches it sooner, because no final status follows.
        """
        passed = statuses if is_endless else statuses[:-1]
        waits = sum(status in pending for status in passed)
        runs = len(passed) - waits
        share = PENDING_SHARE if waits and runs else float(waits > 0)
        lasting = {True: seconds * share / max(waits, 1), False: seconds * (1 - share) / max(runs, 1)}
        return cls.lasting(*((status, lasting[status in pending]) for status in statuses))

    def status(self, age: float) -> str:
        """The status at this age."""
        return next((status for since, status in reversed(self.steps) if since <= age), self.steps[0][1])

    @property
    def last(self) -> str:
        """The last status, which stays."""
        return self.steps[-1][1]

    @property
    def duration(self) -> float:
        """The age at which the last status begins, in seconds."""
        return self.steps[-1][0]

    def turned(self, age: float, *walk: tuple[str, float]) -> Timeline:
        """The same timeline until this age, then these (status, seconds) pairs."""
        past = tuple(step for step in self.steps if step[0] <= age)
        return Timeline((*past, *((age + since, status) for since, status in Timeline.lasting(*walk).steps)))

    def stopped(self, age: float) -> Timeline:
        """The same timeline until this age; its status then stays."""
        return Timeline(tuple(step for step in self.steps if step[0] <= age))

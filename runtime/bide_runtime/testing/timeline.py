"""The statuses of a job from its submit to its end. Pure: the simulator and the fake provider both play jobs by it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

PENDING_SHARE = 0.2
"""The part of a job's duration that its pending statuses take, if it has running ones as well."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """(age, status) pairs: each status, and the job's age in seconds when it begins. The first age is 0."""

    steps: tuple[tuple[float, str], ...]

    @classmethod
    def lasting(cls, *walk: tuple[str, float]) -> Timeline:
        """From (status, seconds that it lasts) pairs. The last status stays."""
        ages = accumulate((seconds for _, seconds in walk[:-1]), initial=0.0)
        return cls(tuple((age, status) for age, (status, _) in zip(ages, walk, strict=True)))

    @classmethod
    def spread(
        cls, statuses: Sequence[str], seconds: float, *, pending: Collection[str], is_endless: bool = False
    ) -> Timeline:
        """Pass through *statuses* in so many seconds, a fifth of them in *pending* statuses.

        The last status stays from then on. A job that *is_endless* gets there sooner and never gets further.
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
        """The status that stays."""
        return self.steps[-1][1]

    @property
    def duration(self) -> float:
        """The age at which the last status begins, in seconds."""
        return self.steps[-1][0]

    def turned(self, age: float, *walk: tuple[str, float]) -> Timeline:
        """The same until this age, then these (status, seconds) pairs."""
        past = tuple(step for step in self.steps if step[0] <= age)
        return Timeline((*past, *((age + since, status) for since, status in Timeline.lasting(*walk).steps)))

    def stopped(self, age: float) -> Timeline:
        """The same until this age, and nothing from then on."""
        return Timeline(tuple(step for step in self.steps if step[0] <= age))

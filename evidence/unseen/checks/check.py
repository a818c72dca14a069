"""A checkpoint of an API, and the function that tries it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from evidence.unseen.caller import Caller

Try = Callable[[Caller], None]


@dataclass(frozen=True, slots=True)
class Check:
    """A checkpoint."""

    promise: str
    """What should happen: the docstring of the function."""
    attempt: Try
    """Raises if it does not happen, or where something is missing, if it is other than said."""
    part: str = ""
    """What is missing if only a part of it can be had, and whose fault that is."""
    missing: str = ""
    """What is missing if it cannot be had."""


@dataclass(frozen=True, slots=True)
class Api:
    """One API: its imitation, and its checkpoints in order."""

    name: str
    title: str
    provider: Any
    path: str
    """Of the base URL."""
    secrets: dict[str, str]
    checks: list[Check] = field(default_factory=list)

    def check(self, *, part: str = "", missing: str = "") -> Callable[[Try], Try]:
        """Add a checkpoint: the decorated function."""

        def add(attempt: Try) -> Try:
            promise = " ".join((attempt.__doc__ or "").split())
            self.checks.append(Check(promise, attempt, part, missing))
            return attempt

        return add

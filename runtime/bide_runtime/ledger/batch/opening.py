"""Open a ledger for one batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from ...errors.client import InvalidArgument
from ...jobs.kind import JobKind
from ...waiting.session import Session
from ...waiting.submits.submission import Submission
from ..file.rates import shared
from ..file.store import Store
from .intake import Inputs, LedgerIntake
from .journal import Journal
from .run import HowToWait, Run

P = TypeVar("P")
R = TypeVar("R")

MAX_SUBMITTING = 10
"""How many submits may be under way at a time, if the provider has no idempotency keys: only these can be unsure."""


class OpenLedger(Generic[P, R]):
    """A ledger that was opened for one batch."""

    def __init__(
        self,
        path: str | PathLike[str],
        session: Session,
        kind: JobKind[Any, R],
        how: HowToWait,
        make: Callable[[Mapping[str, Any]], Submission[Any, R]],
        *,
        key: Callable[[P], str] | None,
        max_submitting: int | None,
        max_in_flight: int,
        now: Callable[[], float],
    ) -> None:
        self._kind = kind
        self._how = how
        self._make = make
        self._key = key
        self._now = now
        self._max_submitting = _most(kind, max_submitting, max_in_flight)
        self._store = Store(path, provider=kind.provider)
        self._shared = shared(session.limiter, self._store.path, speed=now() / time.monotonic())
        self.session = session if self._shared is None else replace(session, limiter=self._shared)

    def intake(self, inputs: Inputs[P]) -> LedgerIntake[P, R]:
        """What there is to do of these inputs, and of those that others left."""
        journal = Journal(self._store, self._kind, self.session.account.provider.own_errors)
        run = Run(self.session, self._kind, journal, self._how, self._make)
        return LedgerIntake(
            self._store,
            inputs,
            run,
            journal,
            self._kind.name,
            key=self._key,
            max_submitting=self._max_submitting,
            now=self._now,
            close_rates=_nothing if self._shared is None else self._shared.close_file,
        )


def _nothing() -> None:
    """Close no file: there are no rates to share."""


def _most(kind: JobKind[Any, Any], max_submitting: int | None, max_in_flight: int) -> int:
    if max_submitting is None:
        has_keys = kind.submit.has_keys
        return max_in_flight if has_keys else min(MAX_SUBMITTING, max_in_flight)
    if isinstance(max_submitting, bool) or not isinstance(max_submitting, int) or max_submitting < 1:
        raise InvalidArgument(f"max_submitting must be a whole number from 1, not {max_submitting!r}")
    return max_submitting

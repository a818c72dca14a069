"""The inputs of a batch on a ledger: those that are new or were left, each with what is to be done for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any, Generic, Protocol, TypeVar
from weakref import finalize

from ...errors.client import InvalidArgument
from ...waiting.flow import Flow
from ..file.entry import LedgerEntry
from ..file.store import Store
from ..file.worker import Worker
from .claims import Claims, stored_input
from .journal import Journal
from .run import Run, given_of

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)
R = TypeVar("R")

_AHEAD = 16
"""How many inputs are read and claimed at a time, though fewer may be able to start."""

_LOOK_ROUND = 0.5
"""Seconds between two looks for jobs of processes that have ended."""


class Inputs(Protocol[P_co]):
    """The inputs that the user gave."""

    is_exhausted: bool

    def next(self, room: int = 1) -> tuple[int, P_co] | None: ...

    async def stop(self) -> None: ...


def _leave(worker: Worker, store: Store, close_rates: Callable[[], None]) -> None:
    worker.leave()
    store.close()
    close_rates()


class LedgerIntake(Generic[P, R]):
    """The inputs of a batch on a ledger."""

    def __init__(
        self,
        store: Store,
        inputs: Inputs[P],
        run: Run[Any, R],
        journal: Journal,
        kind: str,
        *,
        key: Callable[[P], str] | None,
        max_submitting: int,
        now: Callable[[], float],
        close_rates: Callable[[], None],
    ) -> None:
        self._inputs = inputs
        self._run = run
        self._journal = journal
        self._worker = Worker(store)
        self._claims = Claims(store, self._worker, kind)
        # A batch that is dropped without `close` is left to others.
        self._abandon = finalize(self, _leave, self._worker, store, close_rates)
        self._key = key
        self._max_submitting = max_submitting
        self._now = now
        self._taken: deque[tuple[LedgerEntry, P]] = deque()
        self._started: dict[int, LedgerEntry] = {}
        """The entries that `next` has returned and `start` has not, by the number that it returned."""
        self._looks_round_at = -inf
        self._is_over = False
        self.total: int | None = None

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left to do, here and in other processes."""
        return self._is_over

    @property
    def patience(self) -> float:
        """Seconds after which `next` is to be called again."""
        return inf if self._is_over else _LOOK_ROUND

    async def stop(self) -> None:
        """Stop reading the inputs."""
        await self._inputs.stop()

    def next(self, room: int = 1) -> tuple[int, P] | None:
        """The number of the next entry from 0, and its input; `None` if there is none now."""
        is_full = len(self._run.submitting) >= self._max_submitting
        if not self._taken and not is_full:
            self._take(room)
        if not self._taken or (is_full and self._taken[0][0].is_to_submit):
            return None
        entry, given = self._taken.popleft()
        self._started[entry.number - 1] = entry
        return entry.number - 1, given

    def start(self, index: int, given: P) -> Flow[R]:
        """What is left to do for an entry."""
        return self._run.flow(self._started.pop(index), given, self._now())  # type: ignore[arg-type]  # checked when it was stored

    def commit(self, *, must_last: bool = False) -> None:
        """Write down what was noted."""
        self._journal.commit(must_last=must_last)

    def hand(self, index: int) -> None:
        """The loop that got the outcome of this entry has asked for the next one."""
        self._journal.note_handed(index + 1)

    def close(self) -> None:
        """Write everything down, and leave what is not done to others."""
        try:
            self._journal.close(self._worker.free_reserve)
        finally:
            self._abandon()

    def _take(self, room: int) -> None:
        """Claim up to *room* entries."""
        if room < 1 or self._is_over:
            return
        now = self._now()
        if now >= self._looks_round_at:
            self._looks_round_at = now + _LOOK_ROUND
            self._keep(self._claims.take_over(room))
        while not self._taken and not self._inputs.is_exhausted:
            if not self._claimed(max(room, _AHEAD)):
                return
        if not self._taken and self._inputs.is_exhausted:
            self._keep(self._claims.left_over(room, self._journal.given_up))
            if not self._taken:
                self._is_over = not self._claims.others_are_at_work

    def _claimed(self, room: int) -> int:
        """Read up to *room* inputs and claim them; the number of those read."""
        given: list[P] = []
        while len(given) < room and (found := self._inputs.next()) is not None:
            given.append(found[1])
        entries = self._claims.claim([(self._own_key(each), stored_input(each)) for each in given])
        self._taken.extend((entry, each) for entry, each in zip(entries, given, strict=True) if entry is not None)
        return len(given)

    def _keep(self, entries: list[LedgerEntry]) -> None:
        self._taken.extend((entry, given_of(entry)) for entry in entries)

    def _own_key(self, given: P) -> str | None:
        if self._key is None:
            return None
        key = self._key(given)
        if not isinstance(key, str) or not key:
            raise InvalidArgument(f"key must return a text for each input, not {key!r:.80}")
        return key

"""Many flows at once: what to do next for all of them. Sans-IO; a driver sends, sleeps and hands out what ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from ..errors.client import ClientError, InvalidArgument
from ..jobs.errors import SubmitUncertain
from ..jobs.record import Record
from ..jobs.state import State
from ..waiting.flow import Created, Flow, Log, Notify, Received, Send, Sleep
from .coalesce import Coalescer, Group
from .counts import Counts

P = TypeVar("P")
R = TypeVar("R")


class Ended(msgspec.Struct, Generic[P, R], frozen=True, kw_only=True):
    """How one entry ended."""

    entry: Entry[P, R]
    error: ClientError | None = None
    result: R | msgspec.UnsetType = msgspec.UNSET


class Entry(Generic[P, R]):
    """One job of a batch."""

    __slots__ = ("flow", "index", "input", "record", "state")

    def __init__(self, index: int, input: P, flow: Flow[R]) -> None:
        self.index = index
        self.input = input
        self.flow = flow
        self.record: Record[Any, R] | None = None
        """What is known of the job, once it exists."""
        self.state: State | None = None
        """Where the job was last seen to be; `None` until it exists."""


Asker: TypeAlias = Entry[P, R] | Group[Entry[P, R]]
"""Who sends a request: one job, or several that are asked about together."""


class Dispatch(msgspec.Struct, Generic[P, R], frozen=True):
    """Send this for them, and tell the batch what came of it."""

    asker: Asker[P, R]
    send: Send


class Idle(msgspec.Struct, frozen=True):
    """There is nothing to do but to wait for replies, or to add entries."""


Step: TypeAlias = Dispatch[P, R] | Sleep | Log | Notify | Ended[P, R] | Idle


class Batch(Generic[P, R]):
    """Runs flows side by side, at most *max_in_flight* at a time. Whoever has waited longest for a turn goes first.

    With *in_order* what ended early is held back; it keeps its place among those in flight, so that memory stays
    bounded.
    """

    def __init__(
        self,
        max_in_flight: int,
        *,
        total: int | None,
        in_order: bool,
        coalescer: Coalescer[Entry[P, R]],
        shows: bool = True,
        hears: Callable[[int], bool] = lambda level: True,
        now: float,
    ) -> None:
        if isinstance(max_in_flight, bool) or not isinstance(max_in_flight, int) or max_in_flight < 1:
            raise InvalidArgument(f"max_in_flight must be a whole number from 1, not {max_in_flight!r}")
        self._room = max_in_flight
        self._total = total
        self._began = now
        self._turn = count()
        self._coalescer = coalescer
        self._shows = shows
        """Whether anybody wants news of each job."""
        self._hears = hears
        """Whether anybody wants notes of a level."""
        self._under_way = 0
        self._asleep: list[tuple[float, int, int]] = []
        """When each wakes up, its turn, and its index: numbers alone, at which no garbage collector looks."""
        self._awake: list[tuple[int, Entry[P, R], Received | None]] = []
        self._entries: dict[int, Entry[P, R]] = {}
        self._states: Counter[State] = Counter()
        self._succeeded = self._failed = self._taken = 0
        self._held: dict[int, Ended[P, R]] | None = {} if in_order else None
        self._next_out = 0
        self.uncertain: list[Ended[P, R]] = []
        """Once it is settled: what was not handed out, and may be a job without a handle."""

    @property
    def has_room(self) -> bool:
        """Whether another entry may be added."""
        return self._room > 0

    @property
    def records(self) -> Iterator[Record[Any, R]]:
        """The jobs that exist and whose end was not handed out."""
        return (entry.record for entry in self._entries.values() if entry.record is not None)

    def counts(self, now: float) -> Counts:
        return Counts(
            taken=self._taken,
            total=self._total,
            states={state: number for state, number in self._states.items() if number},
            succeeded=self._succeeded,
            failed=self._failed,
            elapsed=now - self._began,
        )

    def add(self, entry: Entry[P, R]) -> None:
        """Take in one more job."""
        self._room -= 1
        self._taken += 1
        self._entries[entry.index] = entry
        self._wake(entry, None)

    def saw(self, asker: Asker[P, R], seen: Received) -> None:
        """Take in what came of a dispatch."""
        self._under_way -= 1
        if isinstance(asker, Group):
            self._coalescer.came(asker, seen)
        else:
            self._wake(asker, seen)

    def next(self, now: float) -> Step[P, R]:
        """What to do now."""
        if self._held and self._next_out in self._held:
            return self._out(self._held.pop(self._next_out))
        while True:
            self._wake_all(now)
            while self._awake:
                _, entry, seen = heappop(self._awake)
                step = self._advanced(entry, seen, now)
                if step is not None:
                    return step
            wakes_at = self._asleep[0][0] if self._asleep else inf
            departure = self._coalescer.leaving(now, company_at=now if self._under_way else wakes_at)
            if departure is not None:
                return self._dispatch(*departure)
            due = min(wakes_at, self._coalescer.next_at)
            if due > now:
                return Sleep(due) if due < inf else Idle()

    def settle(self, now: float) -> list[Record[Any, R]]:
        """Let each flow take note of the reply it has got, but send nothing more; the jobs that were not handed out."""
        left = list(self._entries.values())
        ended: list[Ended[P, R]] = []
        self._wake_answered(now)
        while self._awake:
            _, entry, seen = heappop(self._awake)
            step = self._advanced(entry, seen, now)
            if isinstance(step, Ended):
                ended.append(step)
        ended += (self._held or {}).values()
        self.uncertain = [each for each in ended if isinstance(each.error, SubmitUncertain)]
        for entry in left:
            entry.flow.close()
        return [entry.record for entry in left if entry.record is not None]

    def _advanced(self, entry: Entry[P, R], seen: Received | None, now: float) -> Step[P, R] | None:
        """Let one flow go on, or begin if it has seen nothing; `None` if that is nothing to the driver."""
        go_on = entry.flow.send
        while True:
            try:
                action = go_on(seen)  # type: ignore[arg-type]  # a generator begins with None
            except StopIteration as end:
                return self._ended(Ended(entry=entry, result=end.value))
            except ClientError as error:
                return self._ended(Ended(entry=entry, error=error))
            match action:
                case Send(polled=None):
                    return self._dispatch(entry, action)
                case Sleep(until):
                    heappush(self._asleep, (until, next(self._turn), entry.index))
                    return None
                case Notify(update):
                    self._moved(entry, update.state)
                    if self._shows:
                        self._wake(entry, Received(now))
                        return action
                case Log(level):
                    if self._hears(level):
                        self._wake(entry, Received(now))
                        return action
                case Created(record):
                    entry.record = record
                    self._moved(entry, record.state)
                case Send():
                    self._coalescer.hold(entry, action, now)
                    return None
            seen = Received(now)

    def _dispatch(self, asker: Asker[P, R], send: Send) -> Dispatch[P, R]:
        self._under_way += 1
        return Dispatch(asker, send)

    def _wake(self, entry: Entry[P, R], seen: Received | None) -> None:
        heappush(self._awake, (next(self._turn), entry, seen))

    def _wake_all(self, now: float) -> None:
        while self._asleep and self._asleep[0][0] <= now:
            _, turn, index = heappop(self._asleep)
            heappush(self._awake, (turn, self._entries[index], Received(now)))
        self._wake_answered(now)

    def _wake_answered(self, now: float) -> None:
        for entry, seen in self._coalescer.answers(now):
            self._wake(entry, seen)

    def _moved(self, entry: Entry[P, R], state: State) -> None:
        if state is entry.state:
            return
        if entry.state is not None:
            self._states[entry.state] -= 1
        self._states[state] += 1
        entry.state = state

    def _ended(self, ended: Ended[P, R]) -> Ended[P, R] | None:
        if ended.error is None:
            self._succeeded += 1
        else:
            self._failed += 1
        if ended.entry.record is not None:
            self._moved(ended.entry, ended.entry.record.state)
        if self._held is None or ended.entry.index == self._next_out:
            return self._out(ended)
        self._held[ended.entry.index] = ended
        return None

    def _out(self, ended: Ended[P, R]) -> Ended[P, R]:
        self._next_out += 1
        self._room += 1
        del self._entries[ended.entry.index]
        return ended

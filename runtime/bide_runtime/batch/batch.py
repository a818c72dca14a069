"""Runs many flows side by side. Sans-IO: a driver sends, sleeps, and returns the outcome of each flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from ..errors.client import ClientError, InvalidArgument
from ..jobs.errors import SubmitUncertain
from ..jobs.record import Record
from ..jobs.state import State
from ..waiting.flow import Commit, Created, Flow, Log, NewKey, Notify, Received, Send, Sleep, withdrawn
from ..waiting.webhooks.inbox import Inbox
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

    __slots__ = ("asks_for_key", "flow", "index", "input", "record", "state", "turn")

    def __init__(self, index: int, input: P, flow: Flow[R]) -> None:
        self.index = index
        self.input = input
        self.flow = flow
        self.asks_for_key = False
        """Whether its flow waits for a new key."""
        self.record: Record[Any, R] | None = None
        """The record of the job; `None` until it exists."""
        self.state: State | None = None
        """The last state of the job; `None` until it exists."""
        self.turn = 0
        """Its place among the entries that may go on: that of its last reply, or of its start."""


Requester: TypeAlias = Entry[P, R] | Group[Entry[P, R]]
"""The sender of a request: one job, or a group of coalesced polls."""


class Dispatch(msgspec.Struct, Generic[P, R], frozen=True):
    """Send this request, or ask for a new key, and pass the answer to `Batch.receive`."""

    requester: Requester[P, R]
    send: Send | NewKey


class Write(msgspec.Struct, frozen=True):
    """Write down what was noted, and then call `Batch.note_written`."""

    must_last: bool


class Idle(msgspec.Struct, frozen=True):
    """Nothing to do until a reply arrives or an entry is added."""


Step: TypeAlias = Dispatch[P, R] | Sleep | Write | Log | Notify | Ended[P, R] | Idle


class Batch(Generic[P, R]):
    """Runs flows side by side, at most *max_in_flight* at a time. The flow that has waited longest goes first.

    A flow keeps its turn until its next reply. So the order is the same for every driver, with and without logs and
    updates, however many replies a driver takes at a time.

    With *in_order*, an entry that ended early is held back. It still counts as in flight, so that memory is bounded.
    """

    def __init__(
        self,
        max_in_flight: int,
        *,
        total: int | None,
        in_order: bool,
        coalescer: Coalescer[Entry[P, R]],
        wants_updates: bool = True,
        logs_at: Callable[[int], bool] = lambda level: True,
        inbox: Inbox | None = None,
        now: float,
    ) -> None:
        if isinstance(max_in_flight, bool) or not isinstance(max_in_flight, int) or max_in_flight < 1:
            raise InvalidArgument(f"max_in_flight must be a whole number from 1, not {max_in_flight!r}")
        self.room = max_in_flight
        """How many entries may be added."""
        self._total = total
        self._began = now
        self._turn = count()
        self._coalescer = coalescer
        self._wants_updates = wants_updates
        """Whether the driver passes on the updates of each job."""
        self._logs_at = logs_at
        """Whether messages of a level are logged."""
        self._inbox = inbox or Inbox()
        self._arrivals = self._inbox.arrivals
        """How many webhooks it has seen arrive."""
        self._in_flight = 0
        self._asleep: list[tuple[float, int, int]] = []
        """When each entry wakes up, its turn, and its index: numbers, because the garbage collector skips those."""
        self._awake: list[tuple[int, Entry[P, R], Received | None]] = []
        self._writing: list[tuple[Entry[P, R], bool]] = []
        """The entries that go on when what they noted is written, and whether that must outlast a power cut."""
        self._entries: dict[int, Entry[P, R]] = {}
        self._states: Counter[State] = Counter()
        self._succeeded = self._failed = self._taken = 0
        self._held: dict[int, Ended[P, R]] | None = {} if in_order else None
        self._next_index = 0
        self.uncertain: list[Ended[P, R]] = []
        """After `settle`: entries that were not passed on and whose jobs may exist, but have no handle."""

    @property
    def records(self) -> Iterator[Record[Any, R]]:
        """The jobs that exist and whose end was not passed on yet."""
        return (entry.record for entry in self._entries.values() if entry.record is not None)

    def counts(self, now: float) -> Counts:
        """The counts of the batch at *now*."""
        return Counts(
            taken=self._taken,
            total=self._total,
            states={state: number for state, number in self._states.items() if number},
            succeeded=self._succeeded,
            failed=self._failed,
            elapsed=now - self._began,
        )

    def add(self, entry: Entry[P, R]) -> None:
        """Start one more entry."""
        self.room -= 1
        self._taken += 1
        self._entries[entry.index] = entry
        self._wake_anew(entry, None)

    def receive(self, requester: Requester[P, R], received: Received) -> None:
        """Take the answer to a dispatch."""
        self._in_flight -= 1
        if isinstance(requester, Group):
            self._coalescer.receive(requester, received)
        elif requester.asks_for_key:
            # It keeps its turn: it goes on before entries that came after it and found the key there.
            requester.asks_for_key = False
            self._wake(requester, received)
        else:
            self._wake_anew(requester, received)

    def note_written(self, now: float) -> None:
        """Go on: what was noted is written."""
        written, self._writing = self._writing, []
        for entry, _ in written:
            self._wake(entry, Received(now))

    def next(self, now: float) -> Step[P, R]:
        """The next step for the driver."""
        if self._held and self._next_index in self._held:
            return self._pass_on(self._held.pop(self._next_index))
        while True:
            self._wake_all(now)
            while self._awake:
                _, entry, received = heappop(self._awake)
                step = self._advanced(entry, received, now)
                if step is not None:
                    return step
            if self._writing:
                return Write(any(must_last for _, must_last in self._writing))
            wakes_at = self._asleep[0][0] if self._asleep else inf
            departure = self._coalescer.next_group(now, next_poll_at=now if self._in_flight else wakes_at)
            if departure is not None:
                return self._dispatch(*departure)
            due = min(wakes_at, self._coalescer.next_at)
            if due > now:
                return Sleep(due) if due < inf else Idle()

    def settle(self, now: float) -> list[Record[Any, R]]:
        """Pass each flow the reply that has arrived, send nothing more, and return the jobs that were not passed on."""
        left = list(self._entries.values())
        ended: list[Ended[P, R]] = []
        self._wake_answered(now)
        self.note_written(now)
        while self._awake:
            _, entry, received = heappop(self._awake)
            step = self._advanced(entry, received, now)
            while isinstance(step, Dispatch):
                # What was written down before a submit is taken back.
                step = self._advanced(entry, withdrawn(now), now)
            if isinstance(step, Ended):
                ended.append(step)
        ended += (self._held or {}).values()
        self.uncertain = [each for each in ended if isinstance(each.error, SubmitUncertain)]
        for entry in left:
            entry.flow.close()
        return [entry.record for entry in left if entry.record is not None]

    def _advanced(self, entry: Entry[P, R], received: Received | None, now: float) -> Step[P, R] | None:
        """Run one flow to its next step; `None` if there is nothing for the driver to do. Pass `None` to a new flow."""
        resume = entry.flow.send
        while True:
            try:
                action = resume(received)  # type: ignore[arg-type]  # a generator starts with None
            except StopIteration as end:
                return self._ended(Ended(entry=entry, result=end.value))
            except ClientError as error:
                return self._ended(Ended(entry=entry, error=error))
            match action:
                case Send(polled=None):
                    return self._dispatch(entry, action)
                case NewKey():
                    entry.asks_for_key = True
                    return self._dispatch(entry, action)
                case Sleep(until):
                    heappush(self._asleep, (until, entry.turn, entry.index))
                    return None
                case Notify(update):
                    self._set_state(entry, update.state)
                    if self._wants_updates:
                        self._wake(entry, Received(now))
                        return action
                case Log(level):
                    if self._logs_at(level):
                        self._wake(entry, Received(now))
                        return action
                case Commit(must_last):
                    self._writing.append((entry, must_last))
                    return None
                case Created(record):
                    entry.record = record
                    self._set_state(entry, record.state)
                case Send():
                    self._coalescer.add(entry, action, now)
                    return None
            received = Received(now)

    def _dispatch(self, requester: Requester[P, R], send: Send | NewKey) -> Dispatch[P, R]:
        self._in_flight += 1
        return Dispatch(requester, send)

    def _wake_anew(self, entry: Entry[P, R], received: Received | None) -> None:
        entry.turn = next(self._turn)
        self._wake(entry, received)

    def _wake(self, entry: Entry[P, R], received: Received | None) -> None:
        heappush(self._awake, (entry.turn, entry, received))

    def _wake_all(self, now: float) -> None:
        while self._asleep and self._asleep[0][0] <= now:
            _, turn, index = heappop(self._asleep)
            heappush(self._awake, (turn, self._entries[index], Received(now)))
        if self._inbox.arrivals != self._arrivals:
            self._wake_told(now)
        if not self._coalescer.is_empty:
            self._wake_answered(now)

    def _wake_told(self, now: float) -> None:
        """Wake the jobs that a webhook has told of."""
        self._arrivals = self._inbox.arrivals
        told = {index for _, _, index in self._asleep if self._is_settled(self._entries[index])}
        for _, turn, index in self._asleep:
            if index in told:
                heappush(self._awake, (turn, self._entries[index], Received(now)))
        self._asleep = [each for each in self._asleep if each[2] not in told]
        heapify(self._asleep)

    def _is_settled(self, entry: Entry[P, R]) -> bool:
        return entry.record is not None and entry.record.is_settled

    def _wake_answered(self, now: float) -> None:
        for entry, received in self._coalescer.answers(now):
            self._wake_anew(entry, received)

    def _set_state(self, entry: Entry[P, R], state: State) -> None:
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
            self._set_state(ended.entry, ended.entry.record.state)
        if self._held is None or ended.entry.index == self._next_index:
            return self._pass_on(ended)
        self._held[ended.entry.index] = ended
        return None

    def _pass_on(self, ended: Ended[P, R]) -> Ended[P, R]:
        self._next_index += 1
        self.room += 1
        del self._entries[ended.entry.index]
        return ended

"""Many flows at once: what to do next for all of them. Sans-IO; a driver sends, sleeps and hands out what ended."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeAlias, TypeVar

import msgspec

from .errors import ClientError, InvalidArgument
from .flow import Finished, Flow, Note, Pause, Running, Seen, Send, Tell

P = TypeVar("P")
R = TypeVar("R")
P_co = TypeVar("P_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


class Outcome(msgspec.Struct, Generic[P_co, R_co], frozen=True, kw_only=True):
    """How one job of a batch ended: with a result or with an error."""

    index: int
    """The place of the input, from 0."""
    input: P_co
    error: ClientError | None = None
    """With `error.job_id` and `error.token`, once the job existed."""
    _result: R_co | msgspec.UnsetType = msgspec.UNSET

    @property
    def ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    @property
    def result(self) -> R_co:
        """The result. Raises the job's error if there is none."""
        if self.error is not None:
            raise self.error
        assert not isinstance(self._result, msgspec.UnsetType)
        return self._result


class Entry(Generic[P, R]):
    """One job of a batch, under way."""

    def __init__(self, index: int, input: P, flow: Flow[R]) -> None:
        self.index = index
        self.input = input
        self.running = Running(flow)


class Dispatch(msgspec.Struct, Generic[P, R], frozen=True):
    """Send this for that entry, and tell the batch what came of it."""

    entry: Entry[P, R]
    send: Send


class Idle(msgspec.Struct, frozen=True):
    """There is nothing to do but to wait for replies, or to add entries."""


Step: TypeAlias = Dispatch[P, R] | Pause | Note | Outcome[P, R] | Idle


class Batch(Generic[P, R]):
    """Runs flows side by side, at most *max_in_flight* at a time. Jobs that wait longest for their turn go first."""

    def __init__(self, max_in_flight: int) -> None:
        if max_in_flight < 1:
            raise InvalidArgument(f"max_in_flight must be 1 or more, not {max_in_flight!r}")
        self._room = max_in_flight
        self._order = count()
        self._asleep: list[tuple[float, int, Entry[P, R]]] = []
        self._awake: list[tuple[int, Entry[P, R], Seen]] = []

    @property
    def has_room(self) -> bool:
        """Whether another entry may be added."""
        return self._room > 0

    def add(self, entry: Entry[P, R], now: float) -> None:
        """Take in one more job."""
        self._room -= 1
        self.saw(entry, Seen(now))

    def saw(self, entry: Entry[P, R], seen: Seen) -> None:
        """Take in what came of a dispatch."""
        heappush(self._awake, (next(self._order), entry, seen))

    def next(self, now: float) -> Step[P, R]:
        """What to do now."""
        while self._asleep and self._asleep[0][0] <= now:
            _, order, entry = heappop(self._asleep)
            heappush(self._awake, (order, entry, Seen(now)))
        while self._awake:
            _, entry, seen = heappop(self._awake)
            try:
                action = entry.running.next(seen)
            except ClientError as error:
                return self._ended(Outcome(index=entry.index, input=entry.input, error=error))
            match action:
                case Send():
                    return Dispatch(entry, action)
                case Pause(until):
                    heappush(self._asleep, (until, next(self._order), entry))
                case Note():
                    self.saw(entry, Seen(now))
                    return action
                case Tell():
                    self.saw(entry, Seen(now))
                case Finished(result):
                    return self._ended(Outcome(index=entry.index, input=entry.input, _result=result))
        return Pause(self._asleep[0][0]) if self._asleep else Idle()

    def _ended(self, outcome: Outcome[P, R]) -> Outcome[P, R]:
        self._room += 1
        return outcome

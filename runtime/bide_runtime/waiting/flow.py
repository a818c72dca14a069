"""How the sans-IO core and a driver talk: the core says what to do next, the driver does it and says what it saw.

A flow is a generator: it yields actions, is sent a `Received` for each, and returns its result. It reads no clock and
opens no socket, so the same flow runs blocking, under asyncio, many at a time, and in the virtual time of a test.
"""

from __future__ import annotations

from collections.abc import Generator
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeAlias, TypeVar

import msgspec

from ..errors.client import ClientError
from ..errors.printable import plain
from ..errors.transport import RequestTimeout
from ..http.request import Request, Response

if TYPE_CHECKING:
    from ..jobs.record import Record
    from ..jobs.snapshot import Update

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Send(msgspec.Struct, frozen=True, gc=False):
    """Send this request; give up after `timeout` seconds."""

    request: Request
    timeout: float
    attempt: int = 1
    """How often it has been sent with this one."""
    before: float = inf
    """When it is too late to send it, on the clock that `Seen.now` is read from."""
    polled: Record[Any, Any] | None = None
    """The job it asks about, if that may be done together with others: then `timeout` is all the time there is, and a
    `Received` without a reply says that the job has to be polled by itself.
    """
    bucket: str = ""
    """What it counts against. If that is closed by the time it could be sent, a `Received` without a reply says so."""


class Sleep(msgspec.Struct, frozen=True, gc=False):
    """Do nothing until `until`, on the clock that `Seen.now` is read from."""

    until: float


class Notify(msgspec.Struct, frozen=True):
    """Show this to whoever watches."""

    update: Update[Any]


class Created(msgspec.Struct, frozen=True, gc=False):
    """The job exists: from here on there is something to come back to."""

    record: Record[Any, Any]


class Log(msgspec.Struct, frozen=True):
    """Write this to the log, at a level of the `logging` module."""

    level: int
    message: str
    values: tuple[object, ...] = ()

    @property
    def shown(self) -> tuple[object, ...]:
        """The values, of which those that are text may be a server's."""
        return tuple(plain(value) if isinstance(value, str) else value for value in self.values)


class Received(msgspec.Struct, frozen=True):
    """What the driver saw: the time, and the reply or the failure if it sent something."""

    now: float
    reply: Response | ClientError | None = None
    took: float = 0.0
    """Seconds from sending to the reply or the failure."""
    held: int = 0
    """For how many of them the server was asked to hold the request."""


def missed(now: float) -> Received:
    """What becomes of a request that had to wait for others of its batch until it was too late."""
    return Received(now, RequestTimeout("its turn did not come before the deadline", may_have_arrived=False))


class Finished(msgspec.Struct, Generic[T], frozen=True):
    """The flow has ended with this."""

    result: T


Action: TypeAlias = Send | Sleep | Created | Notify | Log
Flow: TypeAlias = Generator[Action, Received, T]

DEBUG, INFO, WARNING = 10, 20, 30
"""The levels of the `logging` module, which costs more to import than the rest of the core."""


class Running(Generic[T_co]):
    """A flow under way."""

    __slots__ = ("_flow", "_started", "record")

    def __init__(self, flow: Flow[T_co]) -> None:
        self._flow = flow
        self._started = False
        self.record: Record[Any, Any] | None = None
        """The job that the flow has made, if it has."""

    def next(self, seen: Received) -> Action | Finished[T_co]:
        """The next action, given what came of the one before. The first call starts the flow and ignores *seen*."""
        try:
            if self._started:
                return self._flow.send(seen)
            self._started = True
            return next(self._flow)
        except StopIteration as end:
            return Finished(end.value)

    def leave(self, error: BaseException) -> None:
        """The driver gives the flow up because of *error*: note there how to come back to a job that it has made."""
        if self.record is not None and not isinstance(error, ClientError) and self.record.id:
            error.add_note(f"job {self.record.id} goes on; resume({self.record.token!r}) waits for it again")
        self.close()

    def close(self) -> None:
        """Give the flow up, so that it holds nothing back from others."""
        self._flow.close()

    def stop(self, error: ClientError) -> NoReturn:
        """End the flow with *error*, which it may say more about."""
        self._flow.throw(error)
        raise error

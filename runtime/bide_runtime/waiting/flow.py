"""The interface between the sans-IO core and a driver.

A flow is a generator. It yields actions, receives a `Received` for each, and returns its result. It reads no clock and
opens no socket, so the same flow runs blocking, under asyncio, in a batch, and in the virtual time of a test.
"""

from __future__ import annotations

from collections.abc import Generator
from math import inf
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeAlias, TypeVar

import msgspec

from ..calls.download import Download
from ..errors.client import ClientClosed, ClientError
from ..errors.printable import plain
from ..errors.transport import RequestTimeout
from ..http.request import Request, Response

if TYPE_CHECKING:
    from ..jobs.record import Record
    from ..jobs.snapshot import Update

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class About(msgspec.Struct, frozen=True, gc=False):
    """What a request is for. Only a trace reads it."""

    role: str = "call"
    """Such as `submit`, `poll` or `result`; `call` is an operation."""
    job: str = ""
    """The kind of job; empty if it is not for a job."""
    ids: tuple[str, ...] = ()
    """The ids of the jobs; none for a submit."""
    submit: int = 0
    """The number of the submit, which all its attempts share."""


_CALL = About()


class Send(msgspec.Struct, frozen=True, gc=False):
    """Send this request, with a timeout of `timeout` seconds."""

    request: Request
    timeout: float
    attempt: int = 1
    """The number of this attempt, from 1."""
    before: float = inf
    """Do not send it at this time or later, on the clock of `Received.now`."""
    polled: Record[Any, Any] | None = None
    """The job that is polled, if the poll may be coalesced. Then `timeout` is all the time that is left, and a
    `Received` without a reply means that the job has to be polled on its own.
    """
    download: Download | None = None
    """Where the body of a 200 or 206 goes, in place of the reply."""
    bucket: str = ""
    """The rate limit bucket of the request. If it is closed when the request could be sent, the request is not sent,
    and the `Received` has no reply.
    """
    is_private: bool = False
    """Whether the reply is a secret of the client: callbacks do not get it."""
    about: About = _CALL


class AboutToSend(msgspec.Struct, frozen=True, gc=False):
    """The request that follows submits a job. Until `NothingMade`, the job may exist."""


class NothingMade(msgspec.Struct, frozen=True, gc=False):
    """The request that `AboutToSend` announced certainly made no job, or it was not sent."""


class Commit(msgspec.Struct, frozen=True, gc=False):
    """Write to disk what was noted about the job. The `Received` comes when that is done."""

    must_last: bool = False
    """Whether it must outlast a power cut, and not only the end of the process."""


class NewKey(msgspec.Struct, frozen=True, gc=False):
    """Ask for new secrets, unless that was done since `asked` was read. A `Received` with an error has none."""

    asked: int
    before: float = inf
    """No request that needs them is sent at this time or later."""
    bucket: str = ""


class Sleep(msgspec.Struct, frozen=True, gc=False):
    """Sleep until `until`, on the clock of `Received.now`."""

    until: float


class Notify(msgspec.Struct, frozen=True):
    """Pass this update to `on_update`."""

    update: Update[Any]


class Created(msgspec.Struct, frozen=True, gc=False):
    """The job exists and can be resumed from here on."""

    record: Record[Any, Any]


class Log(msgspec.Struct, frozen=True):
    """Write this to the log, at a level of the `logging` module."""

    level: int
    message: str
    values: tuple[object, ...] = ()

    @property
    def shown(self) -> tuple[object, ...]:
        """The values, with control characters escaped: text may come from a server."""
        return tuple(plain(value) if isinstance(value, str) else value for value in self.values)


class Saw(Log, frozen=True, kw_only=True):
    """The first that is known of a job, or a new status. A trace gets it; the log only below `DEBUG`."""

    job: str
    id: str
    status: str | None
    state: str
    submit: int = 0
    """The number of the submit that made the job; 0 if another request told of it."""


def saw(record: Record[Any, Any], submit: int = 0) -> Saw:
    """What is known of a job now."""
    values = (record.id, record.state, record.status)
    return Saw(
        _TRACE,
        "job %s: seen as %s (%s)",
        values,
        job=record.kind.name,
        id=record.id,
        status=record.status,
        state=record.state,
        submit=submit,
    )


class Received(msgspec.Struct, frozen=True):
    """A driver's answer to an action: the time, and the reply or the error if it sent a request."""

    now: float
    reply: Response | ClientError | None = None
    took: float = 0.0
    """Seconds from sending to the reply or the error."""
    held: int = 0
    """For how many seconds the server was asked to hold the request."""
    asked: int = 0
    """How often new secrets had been asked for when the request was sent."""


def missed(now: float) -> Received:
    """The answer to a request that was not sent: other requests of its batch took until its deadline."""
    return Received(now, RequestTimeout("its turn did not come before the deadline", may_have_arrived=False))


def withdrawn(now: float) -> Received:
    """The answer to a request that was not sent: its batch was left."""
    return Received(now, ClientClosed("the batch was left before this request was sent"))


class Finished(msgspec.Struct, Generic[T], frozen=True):
    """The flow has returned this."""

    result: T


Action: TypeAlias = Send | NewKey | Sleep | AboutToSend | NothingMade | Created | Commit | Notify | Log
Flow: TypeAlias = Generator[Action, Received, T]

_TRACE, DEBUG, INFO, WARNING = 5, 10, 20, 30
"""The levels of the `logging` module, which costs more to import than the rest of the core."""


class Running(Generic[T_co]):
    """A flow that was started."""

    __slots__ = ("_flow", "_started", "record")

    def __init__(self, flow: Flow[T_co]) -> None:
        self._flow = flow
        self._started = False
        self.record: Record[Any, Any] | None = None
        """The job that the flow has submitted, if any."""

    def next(self, received: Received) -> Action | Finished[T_co]:
        """The next action, given the answer to the last one. The first call starts the flow and ignores *received*."""
        try:
            if self._started:
                return self._flow.send(received)
            self._started = True
            return next(self._flow)
        except StopIteration as end:
            return Finished(end.value)

    def leave(self, error: BaseException) -> None:
        """Close the flow because of *error*, and add a note with the token of its job to *error*."""
        if self.record is not None and not isinstance(error, ClientError) and self.record.id:
            error.add_note(f"job {self.record.id} is still running; resume({self.record.token!r}) returns its handle")
        self.close()

    def close(self) -> None:
        """Close the flow, which lets other waits for the same job continue."""
        self._flow.close()

    def stop(self, error: ClientError) -> NoReturn:
        """Raise *error* inside the flow, which may add the job to it, and then raise it here."""
        self._flow.throw(error)
        raise error

"""Snapshots, which polls return, and updates, which waits pass to callbacks."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from ..errors.client import ClientError
from ..errors.decode import DecodeError
from ..errors.own import OwnErrors
from ..http.charset import as_utf8
from ..http.request import Json, Response
from ..models.codec import Path, decode_reply, follow, json_in
from ..models.part import named, part_of
from .lifecycle import Lifecycle
from .progress import Progress
from .state import State

S_co = TypeVar("S_co", covariant=True)


class Snapshot(msgspec.Struct, Generic[S_co], frozen=True, gc=False, eq=False):
    """The reply of one poll."""

    job_id: str
    status: str | None
    """The provider's own status."""
    state: State
    """The state of the status."""
    reply: Response
    """The raw reply: `reply.status`, `reply.headers`, `reply.body`."""
    _type: Any
    _lifecycle: Lifecycle
    _facts: Any
    """The part of the body that a wait uses; `None` if the body means nothing."""
    _error: tuple[str | None, str | None] | None = None
    """Code and message of an error, if they are not in the fields that the spec names."""
    _own_errors: OwnErrors = OwnErrors()
    _body: Any = msgspec.UNSET
    """The typed body, once it was read."""

    @property
    def body(self) -> S_co:
        """The reply as a typed model. Raises `DecodeError` if a field does not match the spec."""
        if self._body is msgspec.UNSET:
            msgspec.structs.force_setattr(self, "_body", self._decoded())
        found: S_co = self._body
        return found

    def _decoded(self) -> Any:
        """The body, which is not kept. Raises `DecodeError`."""
        with self._own_errors:
            try:
                return None if self._facts is None else decode_reply(self._type, self.reply)
            except DecodeError as error:
                error.job_id = self.job_id or None
                raise

    def is_repeated_by(self, reply: Response) -> bool:
        """Whether *reply* is this one again, but for headers that waiting does not use."""
        mine = self.reply
        return (
            mine.body == reply.body
            and mine.status == reply.status
            and "retry-after" not in reply.headers
            and mine.headers.get("content-type") == reply.headers.get("content-type")
        )

    def again(self, reply: Response) -> Snapshot[S_co]:
        """The same in another reply, with a body of its own: the caller may change a list in one of them."""
        return Snapshot(
            self.job_id,
            self.status,
            self.state,
            reply,
            self._type,
            self._lifecycle,
            self._facts,
            self._error,
            self._own_errors,
        )

    def part(self, path: Path) -> Json:
        """The typed value at *path* in the body, whatever the rest of it is; `None` if there is none.

        Raises `DecodeError` if it does not match the spec.
        """
        try:
            body: Any = self.body
        except DecodeError:
            body = None
        if body is None:
            body = decode_reply(part_of(self._type, frozenset({path})), self.reply)
        return follow(body, path)

    @property
    def progress(self) -> Progress | None:
        """The progress of the job, if the provider reports it."""
        return self._lifecycle.progress_in(self._facts)

    @property
    def error_code(self) -> str | None:
        """The provider's error code; `None` while the job runs, and if it succeeded."""
        return self._told[0]

    @property
    def error_message(self) -> str | None:
        """The provider's error message; `None` while the job runs, and if it succeeded."""
        return self._told[1]

    @property
    def _told(self) -> tuple[str | None, str | None]:
        """Code and message of the error. Where it would be, some providers tell how a good job is doing."""
        if self._error is not None:
            return self._error
        is_good = self.state in (State.PENDING, State.RUNNING, State.SUCCEEDED)
        return (None, None) if is_good else self._lifecycle.error_in(self._facts)

    @property
    def credits(self) -> float | None:
        """The cost of the job, if the provider reports it."""
        return self._lifecycle.credits_in(self._facts)

    @property
    def unknown_fields(self) -> dict[str, Json]:
        """The fields of the reply that the models do not have, by JSON path."""
        from ..models.unknown import unknown_fields  # most programs never ask for it

        return unknown_fields(self.body, as_utf8(self.reply))

    def __repr__(self) -> str:
        shown = ["job_id", "status", "state", "progress", "error_code", "error_message", "credits", "body", "reply"]
        try:
            _ = self.body
        except DecodeError:
            shown.remove("body")
        return f"Snapshot({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The class of the facts is in no module.
        facts = None if self._facts is None else named(self._type, json_in(self.reply))
        more = (self._type, self._lifecycle, facts, self._error, self._own_errors)
        return type(self), (self.job_id, self.status, self.state, self.reply, *more)


class Update(msgspec.Struct, Generic[S_co], frozen=True, kw_only=True):
    """One update of a wait; `on_update` is called with it after each poll."""

    job_id: str
    status: str | None
    """The provider's status in the last reply that had one."""
    state: State
    elapsed: float
    """Seconds since the wait began."""
    polls: int
    """Polls in this wait so far."""
    next_poll_in: float | None
    """Seconds until the next poll; `None` if there is none."""
    transient_error: ClientError | None
    """The transient error of this poll, if it had one; the wait continues."""
    snapshot: Snapshot[S_co] | None
    """The last successful poll."""
    warnings: tuple[DecodeError, ...] = ()
    """Fields in the reply of this poll that do not match the spec. Waiting does not need them. Each is told once."""

    @property
    def progress(self) -> Progress | None:
        """The progress of the job, if the provider reports it."""
        return self.snapshot.progress if self.snapshot else None

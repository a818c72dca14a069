"""Snapshots, which polls return, and updates, which waits pass to callbacks."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from ..errors.client import ClientError
from ..http.request import Json, Response
from .lifecycle import Lifecycle
from .progress import Progress
from .state import State

S_co = TypeVar("S_co", covariant=True)


class Snapshot(msgspec.Struct, Generic[S_co], frozen=True, gc=False):
    """The decoded reply of one poll."""

    job_id: str
    status: str | None
    """The provider's own status."""
    state: State
    """The state of the status."""
    body: S_co
    """The reply as a typed model."""
    reply: Response
    """The raw reply: `reply.status`, `reply.headers`, `reply.body`."""
    _lifecycle: Lifecycle
    _error: tuple[str | None, str | None] | None = None
    """Code and message of an error, if they are not in the fields that the spec names."""

    @property
    def progress(self) -> Progress | None:
        """The progress of the job, if the provider reports it."""
        return self._lifecycle.progress_in(self.body)

    @property
    def error_code(self) -> str | None:
        """The provider's error code, if the job failed."""
        return (self._error or self._lifecycle.error_in(self.body))[0]

    @property
    def error_message(self) -> str | None:
        """The provider's error message, if the job failed."""
        return (self._error or self._lifecycle.error_in(self.body))[1]

    @property
    def credits(self) -> float | None:
        """The cost of the job, if the provider reports it."""
        return self._lifecycle.credits_in(self.body)

    @property
    def unknown_fields(self) -> dict[str, Json]:
        """The fields of the reply that the models do not have, by JSON path."""
        from ..models.unknown import unknown_fields  # most programs never ask for it

        return unknown_fields(self.body, self.reply.body)

    def __repr__(self) -> str:
        shown = ("job_id", "status", "state", "progress", "error_code", "error_message", "credits", "body", "reply")
        return f"Snapshot({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


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
    """The reply of the last successful poll, decoded."""

    @property
    def progress(self) -> Progress | None:
        """The progress of the job, if the provider reports it."""
        return self.snapshot.progress if self.snapshot else None

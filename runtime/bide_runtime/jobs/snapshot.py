"""What one poll returned, and what a wait shows of it."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from ..errors.client import ClientError
from ..http.request import Json, Response
from ..models.unknown import unknown_fields
from .lifecycle import Lifecycle, Progress
from .state import State

S_co = TypeVar("S_co", covariant=True)


class Snapshot(msgspec.Struct, Generic[S_co], frozen=True, gc=False):
    """What one poll returned, decoded."""

    job_id: str
    status: str | None
    """The provider's own word."""
    state: State
    """Our word for it."""
    body: S_co
    """The reply as a typed model."""
    reply: Response
    """The reply as it came: `reply.status`, `reply.headers`, `reply.body`."""
    _lifecycle: Lifecycle
    _said: tuple[str | None, str | None] | None = None
    """Code and message of an error, where they are not in the fields that the spec names."""

    @property
    def progress(self) -> Progress | None:
        """How far the job is, if the provider says so."""
        return self._lifecycle.progress_in(self.body)

    @property
    def error_code(self) -> str | None:
        """What the provider calls the failure."""
        return (self._said or self._lifecycle.error_in(self.body))[0]

    @property
    def error_message(self) -> str | None:
        """Why the job failed, in the provider's words."""
        return (self._said or self._lifecycle.error_in(self.body))[1]

    @property
    def credits(self) -> float | None:
        """What the job cost, if the provider says so."""
        return self._lifecycle.credits_in(self.body)

    @property
    def unknown_fields(self) -> dict[str, Json]:
        """The fields of the reply that the models do not have, by JSON path."""
        return unknown_fields(self.body, self.reply.body)

    def __repr__(self) -> str:
        shown = ("job_id", "status", "state", "progress", "error_code", "error_message", "credits", "body", "reply")
        return f"Snapshot({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


class Update(msgspec.Struct, Generic[S_co], frozen=True, kw_only=True):
    """What a wait shows to its `on_update` after each poll."""

    job_id: str
    status: str | None
    """The provider's own word, from the last poll that brought one."""
    state: State
    elapsed: float
    """Seconds since the wait began."""
    polls: int
    """Polls in this wait so far."""
    next_poll_in: float | None
    """Seconds until the next poll; `None` if there is none."""
    transient_error: ClientError | None
    """What went wrong at this poll, if it did; the wait goes on."""
    snapshot: Snapshot[S_co] | None
    """What was last seen of the job."""

    @property
    def progress(self) -> Progress | None:
        """How far the job is, if the provider says so."""
        return self.snapshot.progress if self.snapshot else None

"""The handle of a job, without the methods that send requests."""

from __future__ import annotations

from typing import Generic, TypeVar

from ..errors.own import raises_own
from ..http.request import Response
from .record import Record
from .snapshot import Snapshot
from .state import State
from .token import checked_tag

R = TypeVar("R")
S = TypeVar("S")


class Handle(Generic[S, R]):
    """One job, with the state of its last poll. The methods that send requests are in `Job` and `AsyncJob`."""

    _record: Record[S, R]

    @property
    def id(self) -> str:
        """The provider's id of the job; empty if the submit reply was the result and had no id."""
        return self._record.id

    @property
    def status(self) -> str | None:
        """The provider's status in the last reply that had one."""
        return self._record.status

    @property
    def state(self) -> State:
        """The state of the last status."""
        return self._record.state

    @property
    def is_done(self) -> bool:
        """Whether the last state is final."""
        return self._record.state.is_final

    @property
    def snapshot(self) -> Snapshot[S] | None:
        """The snapshot of the last poll; `None` before the first."""
        return self._record.snapshot

    @property
    def token(self) -> str:
        """A small text without secrets; `resume` turns it back into a handle, also in another process."""
        return self._record.token

    @property
    def tag(self) -> str | None:
        """Your own text of at most 100 characters, stored in the token. May be set."""
        return self._record.tag

    @tag.setter
    @raises_own
    def tag(self, tag: str | None) -> None:
        self._record.tag = checked_tag(tag)

    @property
    def response(self) -> Response | None:
        """The reply that the result was read from, or else the last poll reply; `None` before the first poll."""
        snapshot = self._record.snapshot
        return self._record.response or (snapshot.reply if snapshot is not None else None)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._record.kind.name} {self.id!r} {self.state.value}>"

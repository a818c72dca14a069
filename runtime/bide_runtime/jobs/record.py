"""What is known of one job. The handles of a job share it, and waits write into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec

from ..calls.pages import Gathered
from ..errors.client import InvalidToken
from ..http.request import Response
from ..jobs import token
from .kind import JobKind
from .lifecycle import Reading, ResultAt
from .snapshot import Snapshot
from .state import State

R = TypeVar("R")
S = TypeVar("S")


LONGEST_RETRY_AFTER = 86_400.0
"""Seconds. A stranger hint must not end every later wait for the job."""


_NONE: frozenset[str] = frozenset()
"""One for all jobs: most have neither addresses nor surprises."""


_NOWHERE: Mapping[str, str] = {}


class Record(Generic[S, R]):
    """What is known of one job. The handles of a job share it, and waits write into it."""

    __slots__ = (
        "id",
        "is_being_fetched",
        "is_known",
        "is_settled",
        "kept",
        "kind",
        "links",
        "not_before",
        "pages",
        "response",
        "result",
        "snapshot",
        "state",
        "status",
        "submitted_at",
        "tag",
        "unknown",
    )

    def __init__(self, kind: JobKind[S, R], id: str | None, *, submitted_at: float | None = None) -> None:
        self.kind = kind
        self.id = "" if id is None else token.checked_id(id)
        """Empty if the submit was answered with the result itself, and without an id."""
        self.submitted_at = submitted_at
        """Seconds since 1970, if this job was submitted by us."""
        self.links = _NOWHERE
        """Where the provider says to `poll` and `cancel` the job and to fetch its `result`, where it says so."""
        self.kept = _NONE
        """Those that belong into a token: no poll would bring them again."""
        self.status: str | None = None
        self.state = State.PENDING
        self.is_known = True
        """Whether the spec lists the status."""
        self.is_settled = False
        """Whether nothing is left to ask: the job is final, and if the poll reply is its result, that is here."""
        self.snapshot: Snapshot[S] | None = None
        self.result: msgspec.UnsetType | R = msgspec.UNSET
        self.response: Response | None = None
        """The reply that the result was read from."""
        self.tag: str | None = None
        """The caller's own mark."""
        self.pages: Gathered | None = None
        """Those of the result that have come, if it comes in pages and not all of them did."""
        self.is_being_fetched = False
        """Whether one of those who wait is fetching the result."""
        self.unknown = _NONE
        """Statuses that the spec does not list, and that were logged."""
        self.not_before = float("-inf")
        """When the provider wants to be asked again, on the client's clock."""

    @property
    def token(self) -> str:
        if not self.id:
            raise InvalidToken("this job was answered at once and has no id, so there is nothing to resume")
        links = {role: url for role, url in self.links.items() if role in self.kept}
        if links.get("poll") == self.id:
            del links["poll"]
        return token.write(
            provider=self.kind.provider,
            job=self.kind.name,
            id=self.id,
            submitted_at=self.submitted_at,
            links=links,
            tag=self.tag,
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether the job is known to have ended without a result."""
        return self.state.is_final and not self.state.has_result

    def asked_to_wait(self, now: float, seconds: float) -> None:
        """The provider wants to be left alone for so long; it is not believed if that is more than a day."""
        self.not_before = max(self.not_before, now + min(seconds, LONGEST_RETRY_AFTER))

    def age(self, wall: float) -> float | None:
        """Seconds since the submit, if it is known."""
        return None if self.submitted_at is None else max(wall - self.submitted_at, 0.0)

    def saw(
        self,
        reading: Reading,
        body: S | msgspec.UnsetType,
        reply: Response,
        said: tuple[str | None, str | None] | None = None,
    ) -> None:
        """Take in a reply about this job; *body* is unset if it is not as a poll returns it.

        *said* are code and message of an error that the body does not have where the spec says.

        A job that was seen in a final state stays there: replies may overtake each other.
        """
        if self.state.is_final and self.snapshot is not None:
            return
        lifecycle = self.kind.lifecycle
        status, state = self.status, self.state = reading.status, reading.state
        self.is_known = reading.is_known
        if not isinstance(body, msgspec.UnsetType):
            self.snapshot = Snapshot(self.id, status, state, body, reply, lifecycle, said)
        if state.is_final:
            has_own_address = isinstance(lifecycle.result, ResultAt)
            self.is_settled = self.snapshot is not None or (has_own_address and state.has_result)

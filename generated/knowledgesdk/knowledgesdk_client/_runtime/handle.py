"""A job from our side: its kind, what was last seen of it, and the handle a user holds. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec

from . import token
from .errors import ClientError, InvalidToken, JobFailed
from .handed_out import HandedOut
from .lifecycle import Lifecycle, Progress, Reading, ResultAt
from .pages import Gathered
from .request import Response
from .schedule import Polling
from .state import State

S = TypeVar("S")
R = TypeVar("R")
S_co = TypeVar("S_co", covariant=True)

_NONE: frozenset[str] = frozenset()
"""One for all jobs: most have neither addresses nor surprises."""

_NOWHERE: Mapping[str, str] = {}

LONGEST_HINT = 86_400.0
"""Seconds. A stranger hint must not end every later wait for the job."""


class Kind(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True):
    """One kind of job: what the spec says of it."""

    provider: str
    name: str
    lifecycle: Lifecycle
    snapshot: type[S]
    """The type of a poll reply."""
    result: Any
    """The type of the result, `R`."""
    failed_result: Any = None
    """The type of what a failed job has in its place; `None` if it has nothing."""
    failed: type[JobFailed] = JobFailed
    """The exception for a failed job, which has that."""
    polling: Polling

    def __hash__(self) -> int:
        return hash((self.provider, self.name))


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
    fault: ClientError | None
    """What went wrong at this poll, if it did; the wait goes on."""
    snapshot: Snapshot[S_co] | None
    """What was last seen of the job."""

    @property
    def progress(self) -> Progress | None:
        """How far the job is, if the provider says so."""
        return self.snapshot.progress if self.snapshot else None


class Record(Generic[S, R]):
    """What is known of one job. The handles of a job share it, and waits write into it."""

    __slots__ = (
        "addresses",
        "id",
        "is_being_fetched",
        "is_known",
        "is_settled",
        "kept",
        "kind",
        "not_before",
        "pages",
        "result",
        "snapshot",
        "state",
        "status",
        "submitted_at",
        "unknown",
    )

    def __init__(self, kind: Kind[S, R], id: str | None, *, submitted_at: float | None = None) -> None:
        self.kind = kind
        self.id = "" if id is None else token.checked_id(id)
        """Empty if the submit was answered with the result itself, and without an id."""
        self.submitted_at = submitted_at
        """Seconds since 1970, if this job was submitted by us."""
        self.addresses = _NOWHERE
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
        addresses = {role: url for role, url in self.addresses.items() if role in self.kept}
        if addresses.get("poll") == self.id:
            del addresses["poll"]
        return token.write(
            provider=self.kind.provider,
            job=self.kind.name,
            id=self.id,
            submitted_at=self.submitted_at,
            addresses=addresses,
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether the job is known to have ended without a result."""
        return self.state.is_final and not self.state.has_result

    def asked_to_wait(self, now: float, seconds: float) -> None:
        """The provider wants to be left alone for so long; it is not believed if that is more than a day."""
        self.not_before = max(self.not_before, now + min(seconds, LONGEST_HINT))

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


class Floor:
    """When each job of a client was last asked about, so that two polls are never closer than the provider allows."""

    _LEAST = 4096
    """So many jobs are remembered before any is forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._most = self._LEAST
        self._free_at: dict[tuple[str | HandedOut, str], float] = {}

    def claim(self, record: Record[Any, Any], now: float) -> float:
        """When the job may be polled: *now*, and then by nobody else, or later, and then it has to be claimed again.

        Nobody's turn is kept for later: whoever is woken late would poll too close to the next.
        """
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            at = self._free_at.get(key, now)
            if at > now:
                return at
            if len(self._free_at) >= self._most:
                self._forget(now)
            self._free_at[key] = now + record.kind.polling.floor
            return now

    def _forget(self, now: float) -> None:
        """Forget the jobs that may be polled again. It is not tried anew before as many have come as are left."""
        self._free_at = {known: free for known, free in self._free_at.items() if free > now}
        self._most = max(self._LEAST, 2 * len(self._free_at))

    def free_at(self, record: Record[Any, Any]) -> float:
        """When the job may be polled again."""
        return self._free_at.get((record.kind.lifecycle.poll, record.id), float("-inf"))

    def polled(self, record: Record[Any, Any], now: float) -> None:
        """A poll has ended. The floor counts from here, since the request may have reached the server only just now."""
        key = (record.kind.lifecycle.poll, record.id)
        with self._lock:
            self._free_at[key] = max(self._free_at.get(key, now), now + record.kind.polling.floor)


class Handle(Generic[S, R]):
    """One job: what is known of it here. The methods that ask the provider are in `Job` and `AsyncJob`."""

    _record: Record[S, R]

    @property
    def id(self) -> str:
        """The provider's id of the job; empty if it answered the submit with the result and gave no id."""
        return self._record.id

    @property
    def status(self) -> str | None:
        """The provider's own word for where the job is, as last seen."""
        return self._record.status

    @property
    def state(self) -> State:
        """Our word for where the job is, as last seen."""
        return self._record.state

    @property
    def is_done(self) -> bool:
        """Whether the job was seen in a final state."""
        return self._record.state.is_final

    @property
    def snapshot(self) -> Snapshot[S] | None:
        """What the last poll returned; `None` before the first."""
        return self._record.snapshot

    @property
    def token(self) -> str:
        """A small text, without a secret, from which `resume` makes this handle again, also in another process."""
        return self._record.token

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._record.kind.name} {self.id!r} {self.state.value}>"

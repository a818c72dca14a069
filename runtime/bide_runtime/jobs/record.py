"""The record of one job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ..calls.pages import CollectedPages
from ..errors.client import InvalidToken
from ..errors.own import OwnErrors
from ..http.request import Response
from ..jobs import token
from ..process import LockOfProcess, fork_count
from .kind import JobKind
from .reading import Reading
from .requests.result_at import ResultAt
from .snapshot import Snapshot
from .state import State

R = TypeVar("R")
S = TypeVar("S")


MAX_RETRY_AFTER = 86_400.0
"""Seconds. A longer retry_after is cut: it would end every later wait for the job with `JobTimeout`."""

_NOTING = LockOfProcess()
"""Held while a reply is noted: waits on several threads, and webhooks, share a record."""

_NONE: frozenset[str] = frozenset()
_NO_LINKS: Mapping[str, str] = {}
_PLAIN_ERRORS = OwnErrors()


class Record(Generic[S, R]):
    """The known facts of one job. Its handles and waits share one record."""

    __slots__ = (
        "_fetched_in",
        "base",
        "id",
        "is_settled",
        "is_status_known",
        "kind",
        "links",
        "logged_statuses",
        "not_before",
        "pages",
        "response",
        "result",
        "snapshot",
        "started_at",
        "state",
        "status",
        "submitted_at",
        "tag",
        "token_links",
        "told",
        "values",
    )

    def __init__(self, kind: JobKind[S, R], id: str | None, *, submitted_at: float | None = None) -> None:
        self.kind = kind
        self.id = "" if id is None else token.checked_id(id)
        """Empty if the submit reply was the result and had no id."""
        self.submitted_at = submitted_at
        """Seconds since 1970; `None` for a job that another client submitted."""
        self.started_at: float | None = None
        """The same on the client's monotonic clock, if this client submitted the job."""
        self.links = _NO_LINKS
        """The links that the provider gave to `poll` and `cancel` the job and to fetch its `result`."""
        self.token_links = _NONE
        """The links that a token has to hold, because no poll returns them again."""
        self.values = _NO_LINKS
        """The values of names in paths, headers and bodies: arguments of the submit, or from replies."""
        self.base = _NO_LINKS
        """The values of the variables in the base URL where the job is, if it has any."""
        self.status: str | None = None
        self.state = State.PENDING
        self.is_status_known = True
        """Whether the spec lists the status."""
        self.is_settled = False
        """Whether no more polls are needed: the job is final, and so is its snapshot if that holds the result."""
        self.snapshot: Snapshot[S] | None = None
        self.result: msgspec.UnsetType | R = msgspec.UNSET
        self.response: Response | None = None
        """The reply that the result was read from."""
        self.tag: str | None = None
        """The caller's tag."""
        self.pages: CollectedPages | None = None
        """The pages of a result that is not complete yet."""
        self._fetched_in: int | None = None
        """The `fork_count` of the process in which a wait is fetching the result."""
        self.logged_statuses = _NONE
        """The unlisted statuses that were logged."""
        self.told = _NONE
        """The JSON paths of fields that do not match the spec, of which the user was told."""
        self.not_before = float("-inf")
        """When retry_after allows the next poll, on the client's clock."""

    @property
    def is_being_fetched(self) -> bool:
        """Whether a wait in this process is fetching the result."""
        return self._fetched_in == fork_count()

    @is_being_fetched.setter
    def is_being_fetched(self, fetched: bool) -> None:
        self._fetched_in = fork_count() if fetched else None

    @property
    def token(self) -> str:
        """The token of the job. Raises `InvalidToken` if the job has no id."""
        if not self.id:
            raise InvalidToken("this job has no id, because the submit reply was its result; it cannot be resumed")
        links = {role: url for role, url in self.links.items() if role in self.token_links}
        if links.get("poll") == self.id:
            del links["poll"]
        return token.write(
            provider=self.kind.provider,
            job=self.kind.name,
            id=self.id,
            submitted_at=self.submitted_at,
            links=links,
            values=self.values,
            base=self.base,
            tag=self.tag,
        )

    @property
    def named(self) -> dict[str, str]:
        """The values for the templates of its requests."""
        return {**self.values, "job_id": self.id}

    @property
    def ended_without_result(self) -> bool:
        """Whether the state is final and has no result."""
        return self.state.is_final and not self.state.has_result

    def note_retry_after(self, now: float, seconds: float) -> None:
        """Do not poll for *seconds*, at most for 1 day."""
        self.not_before = max(self.not_before, now + min(seconds, MAX_RETRY_AFTER))

    def age(self, now: float, wall: float) -> float | None:
        """Seconds since the submit; `None` if its time is not known."""
        if self.started_at is not None:
            return max(now - self.started_at, 0.0)
        return None if self.submitted_at is None else max(wall - self.submitted_at, 0.0)

    def note_repeated(self, reply: Response) -> float | None:
        """If a poll of a running job brought the last reply again, byte for byte, update the record without reading it.

        Returns its retry_after field in seconds; `None` if it must be read.
        """
        last, lifecycle = self.snapshot, self.kind.lifecycle
        if last is None or self.state.is_final or lifecycle.link or lifecycle.values or not last.is_repeated_by(reply):
            return None
        if last.state is not self.state or last.status != self.status:
            return None  # a webhook came in between
        snapshot = last.again(reply)
        # A lock would cost a third of all this. Python changes threads only at calls and loops, so not between these.
        if self.snapshot is not last:
            return None  # another wait came in between
        self.snapshot = snapshot
        return lifecycle.retry_after_in(last._facts) if lifecycle.retry_after else 0.0

    def note_reading(
        self,
        reading: Reading,
        facts: Any,
        reply: Response,
        error: tuple[str | None, str | None] | None = None,
        own_errors: OwnErrors = _PLAIN_ERRORS,
    ) -> None:
        """Update the record from a reply. *facts* is the part that a wait uses: `None` if the body means nothing, and
        unset if it is not the body of a poll.

        *error* is the code and message of an error outside the fields that the spec names.

        A final state never changes: replies may arrive out of order.
        """
        with _NOTING.lock:
            if not self.state.is_final or self.snapshot is None:
                self._note(reading, facts, reply, error, own_errors)

    def _note(
        self,
        reading: Reading,
        facts: Any,
        reply: Response,
        error: tuple[str | None, str | None] | None,
        own_errors: OwnErrors,
    ) -> None:
        lifecycle = self.kind.lifecycle
        status, state = self.status, self.state = reading.status, reading.state
        self.is_status_known = reading.is_known
        if facts is not msgspec.UNSET:
            wanted = self.kind.snapshot
            body = facts if type(facts) is wanted else msgspec.UNSET
            self.snapshot = Snapshot(self.id, status, state, reply, wanted, lifecycle, facts, error, own_errors, body)
        if state.is_final:
            has_own_address = (
                isinstance(lifecycle.result, ResultAt) and lifecycle.values_for_result <= self.values.keys()
            )
            self.is_settled = self.snapshot is not None or (has_own_address and state.has_result)

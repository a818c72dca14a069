"""Lifecycles: what each status means, and how a job is polled, fetched and cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bide.ir.endpoints import Endpoint
from bide.ir.models import State
from bide.ir.types import Json, Pointer, Source, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """When to ask, in seconds."""

    interval: tuple[float, float]
    min_interval: float
    typical: tuple[float, float] | None
    timeout: float
    not_found_grace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where progress is in a poll reply."""

    done: Pointer = ()
    total: Pointer = ()
    message: Pointer = ()
    share: Pointer = ()
    percent: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAt:
    """Where a failed job's error is in a poll reply."""

    code: Pointer = ()
    message: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """How a result at its own address is divided."""

    list: Pointer
    """The list of which each page has a part."""
    query: str
    """The query parameter that asks for a page."""
    next: Pointer
    """Where a page says which is the next; empty: they are counted."""
    more: Pointer
    """Where a page says whether there are more."""
    first: int
    """The number of the first page, where they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAt:
    """Where the result is: in a part of the poll reply (`field`), or at its own `endpoint`; neither: the poll reply is
    it.
    """

    field: Pointer = ()
    endpoint: Endpoint | None = None
    not_ready: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    pages: Pages | None = None
    retention: float | None = None
    """For how many seconds the provider keeps the result; `None` if the spec does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    endpoint: Endpoint
    returns: Type | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LongPoll:
    """How a poll asks to be held until there is news."""

    query: str
    """The query parameter that takes the seconds; empty: the header does."""
    header: str
    max_seconds: float
    """Seconds that a poll is held at the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollMany:
    """Where many jobs can be asked about at once."""

    endpoint: Endpoint
    ids_in: Literal["query", "body"]
    ids: str
    """The query parameter that takes the ids joined by commas, or the body's field that takes a list of them."""
    max_ids: int
    """How many ids it takes at once."""
    list: Pointer
    """Where the jobs are in the reply; empty: the reply is the list of them."""
    job_id: Pointer
    """Where the id is in each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """From the provider's statuses to our states, and how to poll, fetch the result and cancel."""

    name: str
    description: str
    source: Source | None
    poll: Endpoint
    accepts: tuple[int, ...]
    status: Pointer
    """Empty: polls tell by their HTTP status alone."""
    states: Mapping[str, State]
    """The state of every status, and of every HTTP status that is one, as text."""
    codes: Mapping[int, State]
    """The HTTP statuses of a poll that tell by themselves where the job is."""
    transitions: Mapping[str, tuple[str, ...]]
    """What may follow a status. A status without an entry may become anything, unless it is final."""
    ready: tuple[tuple[Pointer, Json], ...]
    failed_if: tuple[tuple[Pointer, Json], ...]
    """A job that is over has failed if all of these hold, whatever its status says."""
    failed_with: Pointer
    """A job that is over has failed if something is there."""
    result: ResultAt
    long_poll: LongPoll | None
    poll_many: PollMany | None
    cancel: Cancel | None
    error: ErrorAt
    progress: Progress
    retry_after: Pointer
    retry_after_unit: Literal["seconds", "milliseconds"]
    credits: Pointer
    ignore_case: bool
    """Statuses are compared without regard to case."""

    @property
    def tells_failure_apart(self) -> bool:
        """Whether a job that failed can have the status of one that succeeded."""
        return bool(self.failed_if or self.failed_with)

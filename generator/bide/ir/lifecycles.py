"""Lifecycles: the state of each status, and how to poll a job, fetch its result and cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bide.ir.endpoints import Endpoint
from bide.ir.models import State
from bide.ir.types import Json, Pointer, Source, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """When to poll. All values are in seconds."""

    interval: tuple[float, float]
    min_interval: float
    typical: tuple[float, float] | None
    timeout: float
    initial_delay: float
    """How long after a submit the first poll comes at the earliest."""
    not_found_grace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a poll reply has the progress."""

    done: Pointer = ()
    total: Pointer = ()
    message: Pointer = ()
    share: Pointer = ()
    percent: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAt:
    """Where a poll reply has the error of a failed job."""

    code: Pointer = ()
    message: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of a result."""

    list: Pointer
    """The list that is divided into pages; empty: the whole body is the list."""
    query: str
    """The query parameter for the page; empty: a page has the address of the next one."""
    offset: str
    """The query parameter for the number of items so far, in place of `query`."""
    next: Pointer
    """Where a page has the value for the next page, or its address; empty: pages are numbered."""
    next_header: str
    """The same, if it is in a header."""
    more: Pointer
    """Where a page has whether there are more pages."""
    first: int
    """The number of the first page, if pages are numbered."""

    @property
    def is_address(self) -> bool:
        """Whether pages have addresses that the provider hands out."""
        return not (self.query or self.offset)

    @property
    def is_counted(self) -> bool:
        """Whether pages are numbered."""
        return not (self.offset or self.next or self.next_header)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAt:
    """Where the result is: in the part `field` of the poll reply, or at its own `endpoint`.

    With neither, the poll reply is the result, or the first of its pages.
    """

    field: Pointer = ()
    endpoint: Endpoint | None = None
    not_ready: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    pages: Pages | None = None
    retention: float | None = None
    """For how many seconds the provider keeps the result; `None` if the spec does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """The request that cancels a job."""

    endpoint: Endpoint
    returns: Type | None
    """`None`: the body of the reply is ignored."""
    over: tuple[int, ...]
    """The HTTP statuses that mean that the job is over already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongPoll:
    """How a poll asks the server to hold it until the job changes."""

    query: str
    """The query parameter for the seconds; empty: a header has them."""
    header: str
    max_seconds: float
    """The longest time for which a poll is held, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollMany:
    """An address that polls several jobs."""

    endpoint: Endpoint
    ids_in: Literal["query", "body"]
    ids: str
    """The query parameter for the ids, joined by commas; or the field of the body for the list of ids."""
    max_ids: int
    """The largest number of ids in one request."""
    list: Pointer
    """Where the list of jobs is in the reply; empty: the reply is the list."""
    job_id: Pointer
    """Where the id is in each item of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A condition that says how a job that is over has ended."""

    state: State
    values: tuple[tuple[Pointer, Json], ...] = ()
    """It holds if all these fields have these values."""
    present: Pointer = ()
    """Or if this field is present and not empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The state of each status, and how to poll a job, fetch its result and cancel it."""

    name: str
    description: str
    source: Source | None
    poll: Endpoint
    accepts: tuple[int, ...]
    status: Pointer
    """Where a poll reply has the status; empty: the HTTP status of the poll is the status."""
    states: Mapping[str, State]
    """The state of every status, including HTTP statuses, as text."""
    codes: Mapping[int, State]
    """The states of HTTP statuses that are a status by themselves."""
    transitions: Mapping[str, tuple[str, ...]]
    """The statuses that may follow a status. Without an entry any may follow, unless the status is final."""
    ready: tuple[tuple[Pointer, Json], ...]
    """The result exists if all these fields have these values, and not before."""
    ends: tuple[End, ...]
    """How a job that is over has ended: the first of these that holds, otherwise as its status says."""
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
    """Whether statuses are compared without case."""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The requests about one job: poll, result and cancellation."""
        cancel = self.cancel.endpoint if self.cancel else None
        return tuple(each for each in (self.poll, self.result.endpoint, cancel) if each is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the addresses, headers and bodies of its requests, without `job_id`."""
        found = dict.fromkeys(name for each in self.endpoints for name in each.names)
        return tuple(name for name in found if name != "job_id")

    @property
    def final_states(self) -> frozenset[State]:
        """The states in which a job may end."""
        ends = {end.state for end in self.ends}
        return frozenset(ends | {state for state in self.states.values() if state.is_final})

    def followers(self, status: str) -> tuple[str, ...]:
        """The statuses that may follow a status. By default: every later one and every final one."""
        if status in self.transitions:
            return self.transitions[status]
        if self.states[status].is_final:
            return ()
        later = list(self.states)[list(self.states).index(status) + 1 :]
        return tuple(after for after, state in self.states.items() if state.is_final or after in later)

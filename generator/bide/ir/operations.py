"""Operations: one request and its reply, or its stream of events."""

from __future__ import annotations

from dataclasses import dataclass

from bide.ir.endpoints import Endpoint
from bide.ir.types import Pointer, Source, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class IdAt:
    """Where the id of a job is: in the reply to its submit, or in an argument.

    All empty: the id is the address where the job is polled.
    """

    field: Pointer = ()
    header: str = ""
    argument: str = ""
    """The wire name of a required argument of the submit that is the id."""
    template: str = ""
    """If the id is only a part of the text: the end of the text, with `{job_id}` for the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply with one HTTP status: a value of a type, or a job."""

    status: int | None
    """`None`: any 2xx."""
    type: Type | None = None
    """`None` and no job: an empty body."""
    job: str | None = None
    job_id: IdAt = IdAt()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A reply of server-sent events, or of lines of JSON."""

    events: tuple[tuple[str, str], ...]
    """(event name, model) pairs. If `kind` is set, the names are values of that field; the only name may be empty."""
    union: str
    """The Python name of the events' common class."""
    is_named: bool
    """Whether the name of an event says which one it is."""
    kind: str
    """The field in the data that says which event it is; empty: none."""
    is_lines: bool
    last: frozenset[str]
    """The events that end the stream."""
    end: str
    """The data that ends the stream and is no event; empty: none."""
    error_event: str | None
    """The event that reports an error. `None`: any event with `error_message` does."""
    error_message: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request that is not part of a job."""

    name: str
    description: str
    source: Source | None
    endpoint: Endpoint
    replies: tuple[Reply, ...] = ()
    stream: Stream | None = None
    deprecated: str = ""
    """Why it should not be used; empty: it is not deprecated."""
    command: str | None
    """Its command in the command line of the package; `None`: it has none."""
    tool: str | None
    """Its tool in the MCP server of the package; `None`: it has none."""
    is_free: bool = False
    """Whether it may be tried at the real server: nothing is charged and nothing changes."""

    @property
    def job(self) -> str | None:
        """The name of the job that a reply may start, if there is one."""
        return next((reply.job for reply in self.replies if reply.job), None)

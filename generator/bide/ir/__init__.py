"""What a checked spec means, as frozen values.

`build` makes these from a document, templates and the simulator read them. Nothing here knows YAML, Python's syntax or
the disk; how a thing is written in Python is in `python`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
Pointer: TypeAlias = tuple[str, ...]
"""Wire names that lead from a JSON object to a value: `("error", "message")`."""


class State(StrEnum):
    """Our word for where a job is."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (State.PENDING, State.RUNNING)

    @property
    def has_result(self) -> bool:
        return self in (State.SUCCEEDED, State.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page that says what the spec says."""

    key: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who maintains the generated package."""

    name: str
    email: str = ""
    """Empty if the spec gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the generated package says of itself to package indexes."""

    name: str
    """The name of the distribution."""
    version: str = "0.1.0"
    license: str = ""
    """An SPDX expression; empty if the spec gives none."""
    authors: tuple[Author, ...] = ()
    urls: tuple[tuple[str, str], ...] = ()
    """(label, URL) pairs."""


# --- types
# -------------------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """The JSON kinds of a type that has no name of its own."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    ANY = "any"
    OBJECT = "object"
    BYTES = "bytes"
    FILE = "file"
    """A part of a request that is a file."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type that has no name of its own."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ListOf:
    """A JSON array."""

    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """A JSON object with any keys."""

    value: Type


@dataclass(frozen=True, slots=True)
class Named:
    """An enum, model or union of the same spec."""

    name: str


Type: TypeAlias = Scalar | ListOf | MapOf | Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a value must keep to, beyond its type. `None` is no bound; both ends are included."""

    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None

    def __bool__(self) -> bool:
        return self is not UNBOUNDED and self != UNBOUNDED


UNBOUNDED = Bounds()


# --- data
# --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of a JSON object, or one parameter of a request."""

    wire: str
    name: str
    """The Python name: a checked identifier, no keyword."""
    type: Type
    optional: bool = False
    nullable: bool = False
    const: Json = None
    """The only value it has, if `is_const`."""
    is_const: bool = False
    default: Json = None
    """What the server assumes, if `has_default`."""
    has_default: bool = False
    bounds: Bounds = UNBOUNDED
    description: str = ""
    source: Source | None = None
    deprecated: str = ""
    """Why not to use it, or empty."""
    secret: bool = False
    when: frozenset[State] = frozenset()
    """The states in which the field is always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A body, word for word from the provider's page."""

    title: str
    source: Source | None
    text: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue:
    wire: str
    name: str
    """The Python name of the member."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """An open enum: a value that is not listed is kept."""

    name: str
    description: str
    source: Source | None
    values: tuple[EnumValue, ...]
    ignore_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A JSON object with known keys."""

    name: str
    description: str
    source: Source | None
    fields: tuple[Field, ...]
    """All of them; for a model with a `base`, with what `when` makes of them."""
    examples: tuple[Example, ...] = ()
    base: str | None = None
    """The model that this one narrows to some states."""
    narrowed: tuple[Field, ...] = ()
    """The fields that differ from those of `base`."""
    unions: tuple[str, ...] = ()
    """The unions this is a variant of."""
    tag_field: str | None = None
    tag: str | None = None
    envelope: str = ""
    """The key under which a reply may hold it, beside other things; empty: a reply is it."""
    items: Items | None = None
    """Where its items are that may fail one by one."""
    in_request: bool = False
    """Reached from the arguments of some operation."""
    in_reply: bool = False
    """Reached from the reply of some operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Models told apart by the text in one field."""

    name: str
    description: str
    source: Source | None
    tag_field: str
    variants: tuple[tuple[str, str], ...]
    """(tag, model) pairs."""


# --- requests
# ----------------------------------------------------------------------------------------------------------


class Place(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of an operation, and where it goes."""

    field: Field
    name: str
    """The Python name of the argument; unlike the field's where it would clash with one of ours."""
    place: Place


@dataclass(frozen=True, slots=True)
class BodyField:
    """How one field of a body model is filled: from an argument, a constant, or a model made of arguments."""

    name: str
    """The Python name of the field."""
    value: Parameter | BodyModel | None
    """`None`: the field's constant."""
    const: Json = None


@dataclass(frozen=True, slots=True)
class BodyModel:
    """A body, or a part of one, built from arguments."""

    model: str
    fields: tuple[BodyField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a reply hands out an address: in a header, or in a field of its body."""

    header: str = ""
    field: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method and a path, and what may be sent to it."""

    method: str
    path: str
    """Under the base URL, with `{name}` for each path parameter. Where the provider hands the address out, it is made
    up: it stands for the address where requests are counted, and the simulator has it there.
    """
    link: Link | None = None
    """Where the address itself is."""
    parameters: tuple[Parameter, ...] = ()
    """In the order of the spec, those that must be given first."""
    constants: tuple[tuple[Place, str, str], ...] = ()
    """Query and header parameters that always have the same text: (place, wire name, text)."""
    body: BodyModel | None = None
    idempotent: bool = False
    timeout: float | None = None
    rate_limit: Rate | None = None
    examples: tuple[Example, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether its body is any JSON object, given as one argument."""
        return self.body is None and any(each.place is Place.BODY for each in self.parameters)

    @property
    def is_form(self) -> bool:
        """Whether its body holds files, and so goes out in parts."""
        return any(each.field.type == Scalar(Kind.FILE) for each in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdAt:
    """Where the id of a job is in the reply that makes it. Nowhere: it is the address where the job is polled."""

    field: Pointer = ()
    header: str = ""
    template: str = ""
    """What the text ends with, with `{job_id}` in place of the id, where the id is only a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one HTTP status of an operation means: a model, or a job."""

    status: int | None
    """`None`: any 2xx."""
    type: Type | None = None
    """`None` and no job: an empty body."""
    job: str | None = None
    job_id: IdAt = IdAt()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A reply of server-sent events."""

    events: tuple[tuple[str, str], ...]
    """(event name, model) pairs."""
    union: str
    """The Python name of the events' common class."""
    last: frozenset[str]
    error_event: str | None
    error_message: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    name: str
    description: str
    source: Source | None
    endpoint: Endpoint
    replies: tuple[Reply, ...] = ()
    stream: Stream | None = None

    @property
    def job(self) -> str | None:
        """The job it may answer with."""
        return next((reply.job for reply in self.replies if reply.job), None)


# --- jobs
# --------------------------------------------------------------------------------------------------------------


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
class Items:
    """Where the items of a finished job are, and which of them failed."""

    list: Pointer
    status: Pointer
    failed: tuple[str, ...]
    error: Pointer


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
    kept: float | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    name: str
    description: str
    source: Source | None
    submit: Endpoint
    reply: str | None
    """The model of the submit reply. `None`: its body means nothing."""
    job_id: IdAt
    idempotency_key: str | None
    lifecycle: Lifecycle
    snapshot: str | None
    """The model of a poll reply. `None`: polls tell by their HTTP status alone."""
    result: Type
    failed_result: Type | None
    """What a failed job has in place of the result, if it has anything."""
    polling: Polling
    items: Items | None


# --- the provider
# ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that goes along with every request, and where it goes."""

    scheme: Literal["header", "query", "basic"]
    name: str
    """The header or the query parameter; of basic auth, what it is: `username`, `password` or `both`."""
    prefix: str = ""
    """The word before it in a header."""
    env: str
    argument: str
    """What a client calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorShape:
    """One shape of an error body; it fits when every pointer leads to text."""

    name: str
    code: Pointer
    message: Pointer
    description: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Everything a spec says."""

    name: str
    title: str
    class_name: str
    description: str
    docs: str
    base_url: str
    auth: tuple[Secret, ...]
    headers: tuple[tuple[str, str], ...]
    request_id_header: str | None
    request_id_field: Pointer
    hosts: tuple[str, ...]
    sources: tuple[Source, ...]
    errors: tuple[ErrorShape, ...]
    enums: tuple[Enum, ...]
    models: tuple[Model, ...]
    """Bases before what narrows them; the bodies that the spec writes in place are here too."""
    unions: tuple[Union, ...]
    operations: tuple[Operation, ...]
    jobs: tuple[Job, ...]
    lifecycles: tuple[Lifecycle, ...]
    spec_file: str
    """The spec's file name, for the headers of the generated files."""
    package: Package

    by_name: Mapping[str, Enum | Model | Union] = field(default_factory=dict, repr=False, compare=False)

    def model(self, name: str) -> Model:
        """The model of this name. Raises `KeyError` if it names something else."""
        found = self.by_name[name]
        if not isinstance(found, Model):
            raise KeyError(name)
        return found

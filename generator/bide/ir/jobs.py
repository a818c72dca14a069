"""One kind of job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bide.ir.endpoints import Endpoint, Parameter
from bide.ir.lifecycles import Lifecycle, Pages, Polling
from bide.ir.models import Items
from bide.ir.operations import IdAt
from bide.ir.types import Pointer, Source, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAt:
    """Where the body of a webhook has the job."""

    job_id: Pointer
    snapshot: Pointer
    """What a poll would return; empty: the whole body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAt:
    """A list of jobs, in which one can be found by a reference of its submit."""

    endpoint: Endpoint
    returns: Type
    argument: str
    """The argument of the submit that is the reference, by wire name."""
    list: Pointer
    """Where the list is in the reply; empty: the reply is the list."""
    reference: Pointer
    """Where each item has the reference."""
    job_id: IdAt
    """Where each item has the id; without a place, the id is the link to the poll."""
    pages: Pages | None
    visible_within: float
    """For how many seconds after its submit a job may be missing from the list."""
    retention: float
    """For how many seconds a job is in the list at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAt:
    """Where a submit has its idempotency key."""

    name: str
    place: Literal["header", "query", "field"]
    """In a header, in the query, or in a field of the JSON body."""
    retention: float | None
    """For how many seconds the provider keeps a key; `None` if the spec does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of job."""

    name: str
    description: str
    source: Source | None
    submit: Endpoint
    reply: str | None
    """The model of the submit reply. `None`: its body is ignored."""
    job_id: IdAt
    idempotency_key: KeyAt | None
    """Where a submit has its idempotency key. `None`: the provider has none."""
    lifecycle: Lifecycle
    snapshot: str | None
    """The model of a poll reply. `None`: its body is ignored, and its HTTP status is the status of the job."""
    result: Type
    failed_result: Type | None
    """What a failed job has in place of the result; `None` if it has nothing."""
    polling: Polling
    items: Items | None
    webhook: WebhookAt | None = None
    """Where a webhook has the job, if the provider sends any."""
    find: FindAt | None = None
    """How to find the job of a submit whose reply was lost, if there is a list for that."""
    deprecated: str = ""
    """Why it should not be used; empty: it is not deprecated."""
    command: str | None
    """Its command in the command line of the package; `None`: it has none."""
    tool: str | None
    """Its tool in the MCP server of the package; `None`: it has none."""
    is_free: bool = False
    """Whether it may be tried at the real server: nothing is charged and nothing changes."""

    @property
    def address_arguments(self) -> dict[str, Parameter]:
        """The arguments of the submit that later requests need, by their names in these."""
        later = self.lifecycle.names
        return {name: each for name, each in self.submit.named.items() if name in later}

    @property
    def attached_with(self) -> tuple[str, ...]:
        """What `attach` needs beside the id: arguments of the submit, and values in the address of the polls."""
        polled = (name for name in self.lifecycle.poll.names if name in self.address_values)
        return (*self.address_arguments, *polled)

    def needs_of(self, endpoint: Endpoint, job_id: IdAt) -> dict[str, Parameter]:
        """The arguments of *endpoint*, which makes this job, that its id and later requests need, by wire name."""
        needed = {*self.lifecycle.names, job_id.argument} - self.address_values.keys()
        return {name: each for name, each in endpoint.named.items() if name in needed}

    @property
    def kept_arguments(self) -> dict[str, Parameter]:
        """The arguments of the submit that a submission keeps, by wire name: for its id, later requests and `find`."""
        found = {*self.find.endpoint.names, self.find.argument} if self.find else set()
        needed = {*self.needs_of(self.submit, self.job_id), *found}
        return {name: each for name, each in self.submit.named.items() if name in needed}

    @property
    def address_values(self) -> dict[str, Pointer]:
        """Where replies have other values that later requests need, by their names in these."""
        mine = self.address_arguments
        return {name: tuple(name.split(".")) for name in self.lifecycle.names if name not in mine}

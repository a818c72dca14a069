"""One kind of job."""

from __future__ import annotations

from dataclasses import dataclass

from bide.ir.endpoints import Endpoint
from bide.ir.lifecycles import Lifecycle, Polling
from bide.ir.models import Items
from bide.ir.operations import IdAt
from bide.ir.types import Source, Type


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

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
    """One kind of job."""

    name: str
    description: str
    source: Source | None
    submit: Endpoint
    reply: str | None
    """The model of the submit reply. `None`: its body is ignored."""
    job_id: IdAt
    idempotency_key: str | None
    lifecycle: Lifecycle
    snapshot: str | None
    """The model of a poll reply. `None`: its body is ignored, and its HTTP status is the status of the job."""
    result: Type
    failed_result: Type | None
    """What a failed job has in place of the result; `None` if it has nothing."""
    polling: Polling
    items: Items | None

"""One kind of job, as the spec describes it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from ..models.part import part_of
from .errors import JobFailed
from .lifecycle import Lifecycle
from .polling import Polling
from .requests.submit_at import SubmitAt

R = TypeVar("R")
S = TypeVar("S")


class WebhookAt(msgspec.Struct, frozen=True, kw_only=True):
    """Where the body of a webhook has the job, by JSON names."""

    job_id: tuple[str, ...]
    snapshot: tuple[str, ...] = ()
    """What a poll would return; empty: the whole body."""


class JobKind(msgspec.Struct, Generic[S, R], frozen=True, kw_only=True, dict=True):
    """One kind of job, as the spec describes it."""

    provider: str
    name: str
    lifecycle: Lifecycle
    snapshot: type[S]
    """The type of a poll reply."""
    result: Any
    """The type of the result, `R`."""
    failed_result: Any = None
    """The type that a failed job has in place of a result; `None` if it has none."""
    failed: type[JobFailed] = JobFailed
    """The exception for a failed job; it holds the value of that type."""
    polling: Polling
    submit: SubmitAt = SubmitAt()
    retention: float | None = None
    """For how many seconds the provider keeps a result; `None` if its documentation does not say."""
    webhook: WebhookAt | None = None
    """Where a webhook has the job; `None` if the provider sends none."""

    def __hash__(self) -> int:
        return hash((self.provider, self.name))

    def is_same(self, other: JobKind[Any, Any]) -> bool:
        """Whether it is the same kind of job of the same provider, perhaps of another version of the package."""
        return (self.provider, self.name) == (other.provider, other.name)

    @cached_property
    def needed(self) -> Any:
        """The part of a poll reply without which a wait cannot go on."""
        return part_of(self.snapshot, self.lifecycle.needed)

    @cached_property
    def facts(self) -> Any:
        """The part of a poll reply that a wait uses."""
        return part_of(self.snapshot, self.lifecycle.facts)

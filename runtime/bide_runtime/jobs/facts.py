"""What the spec says about one kind of job, for programs that have to know it."""

from __future__ import annotations

from typing import Any

import msgspec

from .kind import JobKind


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider's documentation says about one kind of job. All times are in seconds."""

    provider: str
    name: str
    """The kind of job: its name in the client."""
    has_idempotency_keys: bool
    """Whether a submit can be sent again with the same key, without a second job."""
    key_retention: float | None
    """How long the provider keeps a key; `None` if it does not say."""
    can_be_found: bool
    """Whether `find` shows if a submit whose reply was lost has made a job."""
    can_be_cancelled: bool
    interval: tuple[float, float]
    """The shortest and the longest recommended interval between two polls of a job."""
    min_interval: float
    """The least time between two polls of a job. A client never polls more often."""
    typical: tuple[float, float] | None
    """How long jobs usually take, from and to; `None` if the provider does not say."""
    timeout: float
    """The default timeout of a wait."""
    retention: float | None
    """How long the provider keeps a result; `None` if it does not say."""
    sends_webhooks: bool
    """Whether the provider tells of such jobs by webhooks that `receive` reads."""


def facts_of(kind: JobKind[Any, Any]) -> JobFacts:
    """The facts of one kind of job."""
    return JobFacts(
        provider=kind.provider,
        name=kind.name,
        has_idempotency_keys=kind.submit.has_keys,
        key_retention=kind.submit.key_retention,
        can_be_found=kind.submit.find is not None,
        can_be_cancelled=kind.lifecycle.cancel is not None,
        interval=kind.polling.interval,
        min_interval=kind.polling.min_interval,
        typical=kind.polling.typical,
        timeout=kind.polling.timeout,
        retention=kind.retention,
        sends_webhooks=kind.webhook is not None,
    )

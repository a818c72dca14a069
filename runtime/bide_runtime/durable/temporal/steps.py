"""What workflows and activities pass to each other. It is in the history of a workflow, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

HEARTBEAT_TIMEOUT = 10.0
"""Seconds without a heartbeat after which the server gives a worker up, and another takes its activity over."""

BEAT = 2.0
"""Seconds between two heartbeats."""


SENDING = "sending"
"""The heartbeat of a submit whose request may have left."""


def key_of(namespace: str, workflow_id: str, run_id: str, activity_id: str) -> str:
    """The idempotency key of a submit: the same in each attempt of its activity."""
    return str(uuid5(NAMESPACE_URL, "/".join(("temporal:", namespace, workflow_id, run_id, activity_id))))


def activity_name(provider: str, step: str) -> str:
    """The name of the activity for a *step*: `submit`, `look` or `cancel`."""
    return f"{provider}.{step}"


@dataclass(frozen=True)
class Submit:
    """A job to be submitted."""

    job: str
    """The kind of job: its name in the client."""
    arguments: dict[str, Any]
    tag: str | None = None


@dataclass(frozen=True)
class Submitted:
    """A job that exists, or that is over already."""

    job_id: str
    token: str
    state: str
    result: str | None = None
    """The result as JSON text, if the reply to the submit was all there is."""


@dataclass(frozen=True)
class LookAt:
    """A job to be waited for."""

    job: str
    token: str
    deadline: float | None
    """In seconds since 1970."""
    timeout: float | None
    """The whole wait in seconds, for the error."""


@dataclass(frozen=True)
class Ended:
    """A job that ended with a result."""

    state: str
    result: str
    """As JSON text."""


@dataclass(frozen=True)
class Cancel:
    """A job to be cancelled."""

    job: str
    token: str

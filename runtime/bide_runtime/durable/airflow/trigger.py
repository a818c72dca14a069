"""The trigger: waits for a job in a triggerer, and returns how it ended to the operator."""

# mypy: disable-error-code="import-not-found,misc,no-untyped-call,unused-ignore"
from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from ...errors.client import ClientError
from ...jobs.errors import JobCancelled, JobExpired, JobFailed
from ..error_text import error_text
from ..package import package_named
from .hook import BideHook
from .watch import watch

MAX_ERROR = 20_000
"""Characters of an error in an event. A longer one goes without the reply that it was read from."""


class Payload(dict[str, Any]):
    """What an event carries. The log of the triggerer shows its names alone: a result can be long."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"

    __str__ = __repr__


class JobTrigger(BaseTrigger):
    """Waits for a job.

    Its event has `result`, the result as JSON text, or `error`, the error as JSON text, and `is_end`: whether that is
    how the job ended.

    Args:
        package: The import name of a generated package, such as `acme_client`.
        job: The kind of job: its name in the client.
        conn_id: A connection of the type `bide`.
        token: The token of the job.
        deadline: The end of the wait, in seconds since 1970.
        timeout: The whole wait in seconds, for the error.
        cancel_on_kill: Whether to ask the provider to cancel the job if a person stops the task.
    """

    def __init__(
        self,
        package: str,
        job: str,
        conn_id: str,
        token: str,
        *,
        deadline: float | None = None,
        timeout: float | None = None,
        cancel_on_kill: bool = False,
    ) -> None:
        super().__init__()
        self.package = package
        self.job = job
        self.conn_id = conn_id
        self.token = token
        self.deadline = deadline
        self.timeout = timeout
        self.cancel_on_kill = cancel_on_kill

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The path of this class, and the arguments to make this trigger again."""
        arguments = {
            "package": self.package,
            "job": self.job,
            "conn_id": self.conn_id,
            "token": self.token,
            "deadline": self.deadline,
            "timeout": self.timeout,
            "cancel_on_kill": self.cancel_on_kill,
        }
        return f"{type(self).__module__}.{type(self).__qualname__}", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for the job; yields one event."""
        kind = package_named(self.package).kind(self.job)
        try:
            async with BideHook(self.conn_id, self.package).shared_client() as client:
                jobs = client.jobs[self.job]
                look = await watch(jobs, self.token, deadline=self.deadline, timeout=self.timeout)
                payload = Payload(result=jobs.result_to_json(look.result))
        except (JobFailed, JobCancelled, JobExpired) as error:
            payload = Payload(error=error_text(kind, error, MAX_ERROR), is_end=True)
        except ClientError as error:
            payload = Payload(error=error_text(kind, error, MAX_ERROR), is_end=False)
        yield TriggerEvent(payload)

    async def on_kill(self) -> None:
        """A person stopped the task: ask the provider to cancel the job, if that is wanted."""
        if self.cancel_on_kill:
            async with BideHook(self.conn_id, self.package).shared_client() as client:
                await client.jobs[self.job].resume(self.token).cancel()  # type: ignore[attr-defined]

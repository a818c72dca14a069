"""Exceptions for a job that did not end with a result."""

from __future__ import annotations

from ..errors.client import ClientError
from ..errors.printable import plain
from .snapshot import Snapshot


class JobError(ClientError):
    """A job did not end with a result.

    `snapshot` is that of the last poll, if there was one. `status`, `code` and `reason` are the provider's own; each
    is `None` if it is missing.
    """

    def __init__(
        self,
        message: str,
        *,
        snapshot: Snapshot[object] | None = None,
        status: str | None = None,
        code: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message)
        self.snapshot = snapshot
        self.status = snapshot.status if status is None and snapshot is not None else status
        self.code = code
        self.reason = reason


class JobFailed(JobError):
    """The provider reports that the job failed.

    `result` is the value that the provider returns in place of the result, if any; a subclass declares its type.
    """

    result: object = None


class JobCancelled(JobError):
    """The job was cancelled."""


class JobExpired(JobError):
    """The provider no longer keeps the job or its result."""


class JobNotDone(JobError):
    """The result was requested of a job that is still running."""


class JobTimeout(JobError):
    """The deadline of a wait passed. The job is still running; `resume(error.token)` returns its handle.

    `transient_error` is the error of the last poll, if it had one; `advice` says what to do now. If the deadline
    passed before the submit was sent, there is no job, and `job_id` is `None`.
    """

    def __init__(
        self,
        message: str,
        *,
        snapshot: Snapshot[object] | None = None,
        transient_error: ClientError | None = None,
        advice: str = "Nothing was submitted",
    ) -> None:
        super().__init__(message, snapshot=snapshot)
        self.transient_error = transient_error
        self.advice = advice

    def __str__(self) -> str:
        # The message names the job already.
        return f"{plain(self.message)}. {plain(self.advice)}"


class SubmitUncertain(JobError):
    """A submit got no usable reply, so the job may or may not exist. It was not sent again: that could cost twice.

    If `idempotency_key` is set, the same submit can be sent again with it without creating a second job. If the id of
    the job is an argument, `job_id` and `token` are set, and `resume(error.token).poll()` shows whether the job exists.
    If `reference` is set, `find` shows it, for a submission that has this reference.
    """

    may_have_arrived = True

    def __init__(self, message: str, *, idempotency_key: str | None = None, reference: str | None = None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key
        self.reference = reference

"""A job did not end with a result."""

from __future__ import annotations

from ..errors.client import ClientError
from ..errors.printable import plain
from .snapshot import Snapshot


class JobError(ClientError):
    """A job did not end with a result. `snapshot` is what was last seen of it, if anything was."""

    def __init__(self, message: str, *, snapshot: Snapshot[object] | None = None) -> None:
        super().__init__(message)
        self.snapshot = snapshot


class JobFailed(JobError):
    """The provider says that the job failed. `code` and `reason` are its own words.

    `result` is what the job has all the same, where the provider tells of that; the kind's own class knows its type.
    """

    result: object = None

    def __init__(
        self, message: str, *, snapshot: Snapshot[object] | None, code: str | None, reason: str | None
    ) -> None:
        super().__init__(message, snapshot=snapshot)
        self.code = code
        self.reason = reason


class JobCancelled(JobError):
    """The job was cancelled."""


class JobExpired(JobError):
    """The job or its result is no longer kept by the provider."""


class JobNotDone(JobError):
    """The result of a job that is still going was asked for."""


class JobTimeout(JobError):
    """The deadline of a wait came first. The job goes on; `resume(error.token)` waits for it again.

    `transient_error` is what went wrong at the last poll, if it did, and `advice` says what can be done now.
    """

    def __init__(
        self,
        message: str,
        *,
        snapshot: Snapshot[object] | None = None,
        transient_error: ClientError | None = None,
        advice: str = "nothing was submitted",
    ) -> None:
        super().__init__(message, snapshot=snapshot)
        self.transient_error = transient_error
        self.advice = advice

    def __str__(self) -> str:
        return f"{super().__str__()}; {plain(self.advice)}"


class SubmitUncertain(JobError):
    """A submit got no reply, so the job may exist or not. It was not sent again, which could have paid for it twice.

    With `idempotency_key`, where the provider has it, the same submit can be made again without a second job.
    """

    def __init__(self, message: str, *, idempotency_key: str | None = None) -> None:
        super().__init__(message)
        self.idempotency_key = idempotency_key

"""Exit codes, and errors in two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...errors.client import ClientError
    from ..catalog.catalog import Catalog

DONE = 0
FAILED = 1
"""A job ended without a result, or some of a batch did."""
USAGE = 2
"""The command is wrong; nothing was sent."""
REFUSED = 3
"""The provider refused a request, or answered what the package cannot read."""
UNSURE = 4
"""A job may exist: the reply to its submit was lost."""
NETWORK = 5
"""The provider could not be reached."""
DEADLINE = 124
"""The deadline passed; the job is still running."""
INTERRUPTED = 130
"""Ctrl-C; a job that was submitted is still running."""


def exit_code(error: ClientError) -> int:
    """The exit code for an error."""
    from ...errors.client import ClientClosed, ConfigurationError, InvalidArgument, InvalidToken
    from ...errors.transport import TransportError
    from ...jobs.errors import JobError, JobNotDone, JobTimeout, SubmitUncertain

    table: tuple[tuple[type[ClientError] | tuple[type[ClientError], ...], int], ...] = (
        (SubmitUncertain, UNSURE),
        ((JobTimeout, JobNotDone), DEADLINE),
        (JobError, FAILED),
        (TransportError, NETWORK),
        ((InvalidArgument, InvalidToken, ConfigurationError, ClientClosed), USAGE),
    )
    return next((code for kind, code in table if isinstance(error, kind)), REFUSED)


def lines(catalog: Catalog, error: ClientError, kind: str | None) -> tuple[str, str]:
    """What happened, and what to do now; the second may be empty. *kind* is the job's name in the client."""
    from ...errors.client import ConfigurationError
    from ...errors.printable import plain
    from ...http.errors import ApiError, AuthenticationError, NotFound, RateLimited
    from ...jobs.errors import JobError, JobNotDone, JobTimeout, SubmitUncertain

    what = plain(error.message)
    if isinstance(error, JobError) and error.code and f"[{plain(error.code)}]" not in what:
        what += f" [{plain(error.code)}]"
    if isinstance(error, ApiError):
        request = f", request {plain(error.request_id)}" if error.request_id else ""
        what += f" (HTTP {error.status}{request})"
    if error.job_id is not None and error.job_id not in what:
        what += f" (job {plain(error.job_id)})"
    if isinstance(error, SubmitUncertain):
        return what, _if_unsure(error)
    if isinstance(error, JobTimeout | JobNotDone) and error.token is not None and kind is not None:
        return what, f"to wait for it: {resuming(catalog, kind, error.token)}"
    if isinstance(error, AuthenticationError) and catalog.secrets:
        return what, f"check {catalog.secrets[0].env}, or run: {catalog.command} login"
    if isinstance(error, RateLimited) and error.retry_after:
        return what, f"try again in {error.retry_after:g} s"
    if isinstance(error, NotFound) and error.job_id is not None:
        return what, "is the id that of this provider? Providers keep jobs for a limited time"
    if isinstance(error, ConfigurationError) and catalog.secrets and catalog.secrets[0].env in what:
        return what.split(": pass ")[0], f"set {catalog.secrets[0].env}, or run: {catalog.command} login"
    if error.token is not None and kind is not None and not isinstance(error, JobError):
        return what, f"the job may be running: {resuming(catalog, kind, error.token)}"
    return what, ""


def _if_unsure(error: ClientError) -> str:
    import shlex

    key = getattr(error, "idempotency_key", None)
    if key:
        return f"the same command with --idempotency-key {shlex.quote(key)} makes no second job"
    return "look at the provider's own list of jobs before you run the command again: that may cost twice"


def resuming(catalog: Catalog, kind: str, token: str) -> str:
    """The command that waits for a job."""
    import shlex

    command = catalog.jobs[kind].command or kind
    return f"{catalog.command} {command} wait {shlex.quote(token)}"

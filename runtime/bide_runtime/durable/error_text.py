"""An error as JSON text that an engine can store."""

from __future__ import annotations

from typing import Any

from ..errors.client import ClientError
from ..jobs.errors import JobError, JobFailed
from ..jobs.kind import JobKind
from ..steps.error_json import read_error, write_error
from ..steps.text import loads, read, write
from .package import Package

MAX_TEXT = 500_000
"""Characters. Temporal takes failures of 2 MB at most; a longer error goes without the reply that it was read from."""


def error_text(kind: JobKind[Any, Any], error: ClientError, max_text: int = MAX_TEXT) -> str:
    """The text of an error, for `error_from_json`."""
    text = write(kind, "error", write_error(kind, error))
    return text if len(text) <= max_text else write(kind, "error", write_error(kind, _shortened(error)))


def _shortened(error: ClientError) -> ClientError:
    """The same error without its reply; one that is nothing without it becomes a `JobError`."""
    cls = type(error) if isinstance(error, JobError) else JobError
    short = cls.__new__(cls, error.message[:2000])
    kept = vars(error) if isinstance(error, JobError) else vars(JobError("")) | {"code": getattr(error, "code", None)}
    vars(short).update(kept, message=error.message[:2000], snapshot=None, job_id=error.job_id, token=error.token)
    if isinstance(error, JobFailed):
        vars(short)["result"] = None
    return short


def error_in_text(package: Package, text: Any) -> ClientError:
    """The error in a text, of the package's own class. Raises `InvalidArgument`."""
    head = loads(text)
    kind = package.kind(str(head.get("job") if isinstance(head, dict) else head))
    return read_error(kind, package.own_errors, read(kind, "error", text))

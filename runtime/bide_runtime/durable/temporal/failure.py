"""Errors of jobs as failures of Temporal, and back: the text of `error_to_json` is their first detail."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from temporalio.exceptions import ApplicationError

from ...errors.client import ClientError, InvalidArgument
from ...jobs.kind import JobKind
from ..error_text import error_in_text, error_text
from ..package import Package, package_named
from .outside import outside


def failure_of(kind: JobKind[Any, Any], error: ClientError, *, later: float | None = None) -> ApplicationError:
    """The failure of an activity. It is tried again only with *later*, after so many seconds; 0: the usual ones."""
    return ApplicationError(
        str(error),
        error_text(kind, error),
        type=type(error).__name__,
        non_retryable=later is None,
        next_retry_delay=timedelta(seconds=later) if later else None,
    )


def error_in(package: Package, failure: BaseException | None) -> ClientError | None:
    """The package's own error in a failure or in one of its causes; `None` if there is none."""
    while failure is not None:
        if isinstance(failure, ApplicationError) and failure.details and failure.type:
            try:
                return outside(error_in_text, package, failure.details[0])
            except InvalidArgument:
                return None
        failure = failure.__cause__
    return None


def error_of(package: str, failure: BaseException) -> ClientError | None:
    """The package's own error in what `execute_workflow` or `execute_activity` raised, with the job's id and token.

    Returns `None` if it failed in another way. *package* is an import name, such as `acme_client`.
    """
    return error_in(package_named(package), failure)


def raised_in_workflow(package: Package, kind: JobKind[Any, Any] | None, error: ClientError) -> ClientError:
    """*error* as the same error which, if a workflow does not catch it, is how the workflow fails.

    Temporal tries a workflow again and again after any error that is not one of its own.
    """
    error = package.own_errors.of(error)
    is_raised_already: bool = isinstance(error, ApplicationError)
    if is_raised_already:
        return error
    cls = _both(type(error))  # type: ignore[arg-type]  # a class is hashable
    both: Any = cls.__new__(cls, *error.args)
    details = () if kind is None else (outside(error_text, kind, error),)
    ApplicationError.__init__(both, str(error), *details, type=type(error).__name__, non_retryable=True)
    both.__dict__.update(error.__dict__)
    both.__cause__ = error.__cause__
    found: ClientError = both
    return found


@cache
def _both(cls: type[ClientError]) -> Any:
    """A class below *cls* and `ApplicationError`."""
    # `message` is an attribute of the one, and a property of the other.
    return type(cls.__name__, (cls, ApplicationError), {"message": None, "__module__": cls.__module__})

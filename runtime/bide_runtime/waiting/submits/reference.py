"""The reference by which the job of a submit can be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...calls.account import Account
from ...jobs.kind import JobKind
from ..links import checked_values
from .submission import Submission


def reference_of(kind: JobKind[Any, Any], values: Mapping[str, str]) -> str | None:
    """The reference of a submit with these values; `None` if its job cannot be found by one."""
    return None if kind.submit.find is None else values.get(kind.submit.find.argument)


def reference_in(submission: Submission[Any, Any]) -> str | None:
    """The reference of a submission; `None` if its job cannot be found by one."""
    return reference_of(submission.kind, checked_values(submission.kind, submission.values))


def with_reference(account: Account, kind: JobKind[Any, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a submit, with a new reference if jobs of this kind are found by one and they have none."""
    given, at = {**arguments}, kind.submit.find
    if at is not None and at.parameter and given.get(at.parameter) is None:
        given[at.parameter] = account.new_key()
    return given

"""`prepare` of one kind of job, for blocking and asyncio clients."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from ...waiting.submits.reference import with_reference
from ...waiting.submits.submission import Submission
from ...waiting.submits.submit import prepared

S = TypeVar("S")
R = TypeVar("R")
P = ParamSpec("P")


class Prepare(Generic[P, S, R]):
    """Takes the arguments of `submit`, and returns a submission for `send` without sending anything.

    Its idempotency key is chosen already, so that sending it again creates no second job. To store it, use
    `submission_to_json`. Raises `InvalidArgument`.
    """

    def __init__(self, make: Callable[P, Submission[S, R]]) -> None:
        self._make = make

    def __get__(self, jobs: Any, owner: object = None) -> Callable[P, Submission[S, R]]:
        if jobs is None:
            return self._make
        client = jobs._client

        @wraps(self._make)
        def prepare(*args: P.args, **kwargs: P.kwargs) -> Submission[S, R]:
            with client._provider.own_errors:
                account = client._session.account
                return prepared(account, self._make(*args, **with_reference(account, jobs._kind, kwargs)))

        return prepare

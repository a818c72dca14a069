"""How one job of a batch ended."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from ..errors.client import ClientError

P_co = TypeVar("P_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)
J_co = TypeVar("J_co", covariant=True)


class Outcome(msgspec.Struct, Generic[P_co, R_co, J_co], frozen=True, kw_only=True):
    """How one job of a batch ended: with a result or with an error."""

    index: int
    """The index of the input, from 0."""
    input: P_co
    """The input of the batch."""
    job: J_co | None
    """The handle of the job; `None` if the submit failed or got no reply."""
    tag: str | None = None
    """The tag of the input, from the `tag` argument of the batch."""
    error: ClientError | None = None
    """The exception that its `run` or `wait` would have raised."""
    value: R_co | msgspec.UnsetType = msgspec.UNSET
    """The result; unset if there is an error. `result` raises that error instead."""

    @property
    def is_ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    @property
    def result(self) -> R_co:
        """The result. Raises the error of the job if it has one."""
        if self.error is not None:
            raise self.error
        assert not isinstance(self.value, msgspec.UnsetType)
        return self.value

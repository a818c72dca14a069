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
    """The place of the input, from 0."""
    input: P_co
    """What the batch was given."""
    job: J_co | None
    """The handle of the job; `None` if there is none: the submit was refused or got no reply."""
    tag: str | None = None
    """What `tag` of the batch made of the input."""
    error: ClientError | None = None
    """What its `run` or `wait` would have raised."""
    value: R_co | msgspec.UnsetType = msgspec.UNSET
    """The result, unless there is an error; `result` is easier to use."""

    @property
    def is_ok(self) -> bool:
        """Whether there is a result."""
        return self.error is None

    @property
    def result(self) -> R_co:
        """The result. Raises the job's error if there is none."""
        if self.error is not None:
            raise self.error
        assert not isinstance(self.value, msgspec.UnsetType)
        return self.value

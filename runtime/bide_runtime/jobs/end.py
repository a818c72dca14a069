"""A condition that says how a job that is over has ended."""

from __future__ import annotations

import msgspec

from ..http.request import Json
from ..models.codec import Path, follow
from .state import State


class End(msgspec.Struct, frozen=True):
    """A condition that says how a job that is over has ended."""

    state: State
    values: tuple[tuple[Path, Json], ...] = ()
    """It holds if all these fields have these values."""
    present: Path = ()
    """Or if this field is present and not empty."""

    @property
    def paths(self) -> list[Path]:
        """The fields that it needs."""
        return [*(path for path, _ in self.values), *([self.present] if self.present else [])]

    def holds(self, body: Json) -> bool:
        """Whether it holds for a decoded reply."""
        if self.present:
            return bool(follow(body, self.present))
        return all(follow(body, path) == value for path, value in self.values)

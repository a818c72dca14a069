"""The status and state in one reply."""

from __future__ import annotations

import msgspec

from .state import State


class Reading(msgspec.Struct, frozen=True, gc=False):
    """The status and state in one reply."""

    status: str | None
    """The provider's status; `None` if the reply has none."""
    state: State
    is_known: bool = True
    """Whether the spec lists the status."""

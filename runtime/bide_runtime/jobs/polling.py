"""How often to poll jobs, by the provider's documentation."""

from __future__ import annotations

import msgspec


class Polling(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's intervals and times for polling. All values are in seconds."""

    interval: tuple[float, float]
    """The shortest and the longest delay between two polls of a job."""
    min_interval: float
    """The least time between two polls of a job, whatever the schedule, the caller or the server says."""
    typical: tuple[float, float] | None = None
    """How long jobs usually take, from and to."""
    timeout: float
    """The default timeout of a wait."""
    initial_delay: float = 0.0
    """How long after a submit the first poll comes at the earliest. Another policy may poll earlier."""
    not_found_grace: float = 0.0
    """How long after a submit a 404 means "not visible yet"."""

"""What a ledger knows of one input."""

from __future__ import annotations

from enum import StrEnum


class EntryState(StrEnum):
    """What a ledger knows of one input."""

    NEW = "new"
    """No job was made for it."""
    SENDING = "sending"
    """Its submit was about to leave: the job may exist."""
    RUNNING = "running"
    """The job exists."""
    DONE = "done"
    """There is a result."""
    FAILED = "failed"
    """The job ended without a result."""
    REFUSED = "refused"
    """The provider, or the client, refused the submit: there is no job."""
    UNSURE = "unsure"
    """Nobody knows whether the job exists. It is not sent again by itself."""

    @property
    def is_open(self) -> bool:
        """Whether there is more to do without a person."""
        return self in OPEN


OPEN = frozenset({EntryState.NEW, EntryState.SENDING, EntryState.RUNNING})
"""The states in which there is more to do."""

IS_OPEN = f"state IN ({', '.join(repr(str(state)) for state in sorted(OPEN))})"
"""The same, as a condition of SQL."""

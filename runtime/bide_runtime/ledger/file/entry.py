"""One input of a ledger, as it stands in the file."""

from __future__ import annotations

from typing import Any

import msgspec

from ..state import EntryState

COLUMNS = "number, key, input, state, owner, submission, sent_at, token, outcome, is_beside, is_handed"


class LedgerEntry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One input of a ledger, as it stands in the file. `COLUMNS` are its fields."""

    number: int
    key: str
    input: str
    """As JSON."""
    state: EntryState
    owner: int | None
    """The worker that has it."""
    submission: str | None
    """What was sent, as JSON, since the first time that it was about to be."""
    sent_at: float | None
    """When it was last about to be sent, in seconds since 1970."""
    token: str | None
    outcome: str | None
    """The result or the error, as JSON; if it is kept beside the ledger, its file."""
    is_beside: bool
    is_handed: bool
    """Whether the loop that got the outcome asked for the next."""

    @property
    def is_to_submit(self) -> bool:
        """Whether its submit is still to be made, or may have been made."""
        return self.state in (EntryState.NEW, EntryState.SENDING)


def entry_of(row: Any) -> LedgerEntry:
    """The entry in a row of `COLUMNS`."""
    return msgspec.convert(row, LedgerEntry, strict=False)

"""What a ledger has of one input."""

from __future__ import annotations

import msgspec

from ..errors.client import ClientError
from ..http.request import Json
from .state import EntryState


class LedgerOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger has of one input."""

    number: int
    """Its number in the ledger, from 1."""
    kind: str
    """The kind of job: its name in the client."""
    key: str
    input: Json
    """As it is in JSON."""
    state: EntryState
    token: str | None
    """The token of the job, for `resume`."""
    job_id: str | None
    result: Json = None
    """As it is in JSON; `None` if there is none."""
    error: ClientError | None = None
    """Of the classes that all packages share: `bide_runtime.JobFailed`."""

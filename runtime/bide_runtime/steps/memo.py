"""What one look at a job leaves for the next one, which may be in another process."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors.client import InvalidArgument
from ..jobs.record import Record
from ..jobs.requests.result_at import ResultAt
from ..jobs.state import State
from ..models.prepared import prepared

VERSION = 1
MAX_BYTES = 8192
"""The largest size of a memo in bytes."""

_MAX_REASON = 1000
"""Characters. A longer reason is cut in the memo; the error of the look that brought it has all of it."""


class Memo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one look at a job leaves for the next one. Times are in seconds since 1970."""

    bide: int = VERSION
    """The version of this format."""
    looked_at: float | None = None
    """When the job was last polled, or first looked at."""
    due_at: float | None = None
    """When the next look is due."""
    polls: int = 0
    errors: int = 0
    """Transient errors in a row."""
    status: str | None = None
    state: State = State.PENDING
    code: str | None = None
    """The provider's code and reason for a job that ended without a result."""
    reason: str | None = None

    def shifted(self, wall: float) -> Memo:
        """The same memo if the clock was set back: as long until the next look as there was then."""
        if self.looked_at is None or self.due_at is None or wall >= self.looked_at:
            return self
        return msgspec.structs.replace(self, looked_at=wall, due_at=wall + max(self.due_at - self.looked_at, 0.0))

    def note_in(self, record: Record[Any, Any]) -> None:
        """Let *record* continue where the last look ended."""
        record.status, record.state = self.status, self.state
        at = record.kind.lifecycle.result
        if self.state.is_final and not self.state.has_result:
            record.is_settled = True
        elif self.state.is_final and isinstance(at, ResultAt):
            record.is_settled = record.kind.lifecycle.values_for_result <= record.values.keys()


def write(memo: Memo) -> str:
    """The memo as JSON."""
    short = memo.reason if memo.reason is None else memo.reason[:_MAX_REASON]
    return msgspec.json.encode(msgspec.structs.replace(memo, reason=short)).decode()


def read(text: str | None) -> Memo:
    """A checked memo; `None` is that of a job that was never looked at. Raises `InvalidArgument`."""
    if text is None:
        return Memo()
    if not isinstance(text, str) or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InvalidArgument(f"a memo is text of at most {MAX_BYTES} bytes, as the last look returned it")
    try:
        memo = msgspec.json.decode(text.encode("utf-8", "surrogatepass"), type=prepared(Memo))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidArgument(f"this is not the memo of a look: {error}") from error
    if memo.bide > VERSION:
        raise InvalidArgument(
            f"this memo was made by a newer version of this package (format {memo.bide}, this one reads {VERSION})"
        )
    return memo

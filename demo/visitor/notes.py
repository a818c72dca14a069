"""What a visit sees, in words that can be compared with what it should have seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Notes:
    """What one visit saw."""

    outcome: str = ""
    detail: str = ""
    """What an exception says."""
    token: str | None = None
    """Of the job that the visit leaves to another process, or that an exception carries."""
    job_id: str | None = None
    """The same: its id."""
    polls: int | None = None
    """How many the client says it made; `None` if it does not."""
    faults: list[str] = field(default_factory=list)
    state: str = ""
    seconds: float = 0.0
    """On the client's clock."""
    requests: list[str] = field(default_factory=list)

    def saw(self, update: Any) -> None:
        """Take in what a wait shows."""
        self.polls, self.state, self.job_id = update.polls, update.state.value, update.job_id
        if update.transient_error is not None:
            self.faults.append(type(update.transient_error).__name__)

    def ended(self, result: Any) -> None:
        """Take in what a visit brought."""
        self.outcome = self._described(result)

    def failed(self, error: Exception) -> None:
        """Take in what went wrong with it."""
        has_result = getattr(error, "result", None) is not None
        self.outcome, self.detail = type(error).__name__ + ", with a result" * has_result, str(error)
        self.job_id, self.token = getattr(error, "job_id", None), getattr(error, "token", None)

    def plain(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)

    def _described(self, result: Any) -> str:
        if isinstance(result, list):
            return ", ".join(type(event).__name__ for event in result)
        if isinstance(result, Counter):
            return ", ".join(f"{count} {name}" for name, count in result.most_common())
        items = getattr(result, "failed_items", ())
        failed = f", {len(items)} failed item{'' if len(items) == 1 else 's'}" if items else ""
        partial = ", partial" if self.state == "partial" else ""
        return f"{type(result).__name__}{partial}{failed}"

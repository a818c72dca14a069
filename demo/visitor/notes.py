"""The report of a visit, in texts that can be compared with the plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Notes:
    """The report of one visit."""

    outcome: str = ""
    detail: str = ""
    """The message of an exception."""
    token: str | None = None
    """The token of the job for another process, or of an exception."""
    job_id: str | None = None
    """The id of that job."""
    polls: int | None = None
    """The number of polls by the client's last update; `None` without updates."""
    faults: list[str] = field(default_factory=list)
    state: str = ""
    seconds: float = 0.0
    """The duration on the client's clock."""
    requests: list[str] = field(default_factory=list)

    def saw(self, update: Any) -> None:
        """Record an update of a wait."""
        self.polls, self.state, self.job_id = update.polls, update.state.value, update.job_id
        if update.transient_error is not None:
            self.faults.append(type(update.transient_error).__name__)

    def ended(self, result: Any) -> None:
        """Record the result of a visit."""
        self.outcome = self._described(result)

    def failed(self, error: Exception) -> None:
        """Record the error of a visit."""
        has_result = getattr(error, "result", None) is not None
        self.outcome, self.detail = type(error).__name__ + ", with a result" * has_result, str(error)
        self.job_id, self.token = getattr(error, "job_id", None), getattr(error, "token", None)

    def plain(self) -> dict[str, Any]:
        """The report as JSON values."""
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

"""The result of one call, as one JSON line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Log:
    """Filled in during a call."""

    ended: str = ""
    """`returned` or `raised`."""
    what: str = ""
    """The return value, or the class of the exception."""
    message: str = ""
    """The message of the exception."""
    printed: str = ""
    """The output of the call."""
    job_id: str = ""
    """The job's id, if the caller has it: from the submit, or from the exception."""
    seconds: float = 0.0

    def raised(self, error: BaseException) -> None:
        """Record the exception of the call."""
        module = type(error).__module__.partition(".")[0]
        name = type(error).__name__
        self.ended, self.message = "raised", str(error)
        self.what = name if module == "builtins" else f"{module}.{name}"
        self.job_id = self.job_id or str(getattr(error, "job_id", None) or "")

    def line(self) -> str:
        return json.dumps(asdict(self))

"""What one call saw, as one JSON line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Log:
    """Filled in while a call goes on."""

    ended: str = ""
    """`returned` or `raised`."""
    what: str = ""
    """What was returned, or the class of what was raised."""
    message: str = ""
    """What the exception says."""
    printed: str = ""
    """What the call printed."""
    job_id: str = ""
    """The job's id, as far as the caller knows it: from the submit, or from the exception."""
    seconds: float = 0.0

    def raised(self, error: BaseException) -> None:
        """Take in how the call broke off."""
        module = type(error).__module__.partition(".")[0]
        name = type(error).__name__
        self.ended, self.message = "raised", str(error)
        self.what = name if module == "builtins" else f"{module}.{name}"
        self.job_id = self.job_id or str(getattr(error, "job_id", None) or "")

    def line(self) -> str:
        return json.dumps(asdict(self))

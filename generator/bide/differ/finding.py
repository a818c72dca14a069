"""What changes from one version of a spec to the next, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bide.spec.diagnostics import Place


class Severity(StrEnum):
    """What a change means for those who use the generated package. The worst comes first."""

    BREAKING = "breaking"
    """Code or waits that were fine fail."""
    BEHAVIOUR = "behaviour"
    """The same calls do something else."""
    ADDITION = "addition"
    """Something can be used that was not there."""
    DOCS = "docs"
    """Only what people read is different."""

    def is_at_least(self, other: Severity) -> bool:
        return _ORDER[self] <= _ORDER[other]


_ORDER = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One change, with its places in both files."""

    code: str
    severity: Severity
    old: Place
    new: Place
    message: str
    hits: tuple[str, ...]
    """Who notices: `new version`, `older versions`, `saved tokens`, `money`."""
    way_out: str
    """What the author can do; empty if there is nothing to do."""

    @property
    def rank(self) -> tuple[int, Place, Place, str, str]:
        """The order of a report: the worst first, then by place."""
        return _ORDER[self.severity], self.new, self.old, self.code, self.message

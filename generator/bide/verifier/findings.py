"""What does not fit: each kind of it once for each place in the spec."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SpecPath = tuple[str | int, ...]


class Kind(StrEnum):
    """A way in which a reply does not fit."""

    UNKNOWN_FIELD = "unknown-field"
    MISSING_FIELD = "missing-field"
    MISSING_WHEN = "missing-in-state"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_VALUE = "unknown-value"
    UNKNOWN_STATUS = "unknown-status"
    TRANSITION = "undeclared-transition"
    TOO_CLOSE = "polled-too-soon"
    HTTP = "http-status"
    NOT_JSON = "not-json"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one line that would make the spec fit."""

    action: str
    """`add` a key to the mapping at `path`, make the key at `path` `optional`, or its type `nullable`."""
    path: SpecPath
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not fit, in one exchange or in several."""

    kind: Kind
    path: SpecPath
    """The key of the spec that it does not fit."""
    message: str
    example: str
    """The request, and the JSON path in its reply."""
    change: Change | None = None
    count: int = 1

    @property
    def identity(self) -> tuple[Kind, SpecPath, str]:
        return self.kind, self.path, self.message

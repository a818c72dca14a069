"""One line of a report: our value, that of another library, and the aim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One comparison."""

    measure: str
    ours: str
    against: str = ""
    theirs: str = ""
    ratio: float | None = None
    """Our value divided by theirs, the median of the rounds."""
    low: float | None = None
    high: float | None = None
    """The spread of the ratio: its quartiles."""
    reach: str = ""
    met: bool | None = None

    def plain(self) -> dict[str, Any]:
        """The line as JSON values."""
        return asdict(self)


def compared(
    measure: str,
    ours: Sequence[float],
    against: str,
    theirs: Sequence[float],
    *,
    unit: str = "ms",
    scale: float = 1e3,
    reach: float | None = None,
) -> Line:
    """The line for two samples in seconds that were measured in turn, one of each in a round."""
    ratios = sorted(mine / other for mine, other in zip(ours, theirs, strict=True))
    ratio = median(ratios)
    return Line(
        measure=measure,
        ours=f"{median(ours) * scale:.3g} {unit}",
        against=against,
        theirs=f"{median(theirs) * scale:.3g} {unit}",
        ratio=ratio,
        low=ratios[len(ratios) // 4],
        high=ratios[-1 - len(ratios) // 4],
        reach="" if reach is None else f"≤ {reach:g}",
        met=None if reach is None else ratio <= reach,
    )

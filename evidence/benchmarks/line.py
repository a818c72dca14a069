"""One line of a report: a measure of ours, beside a peer's, and what was meant to be reached."""

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
    """Ours to theirs, the median of the rounds."""
    low: float | None = None
    high: float | None = None
    """The spread of the ratio: its quartiles."""
    reach: str = ""
    met: bool | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
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
    """The line of two samples in seconds that were taken in turn, one of each in a round."""
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

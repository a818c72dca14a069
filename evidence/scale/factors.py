"""What was measured, read from the pages where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"

_NUMBER = r"([\d,]+(?:\.\d+)?)"


class NotMeasured(Exception):
    """A page has no such figure."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: in a line of a page."""

    page: str
    pattern: str
    """A regular expression; `#` is the number, once or more."""

    def read(self, docs: Path) -> tuple[float, ...]:
        """The numbers. Raises `NotMeasured`."""
        text = (docs / self.page).read_text(encoding="utf-8")
        found = re.search(self.pattern.replace("#", _NUMBER), text)
        if found is None:
            raise NotMeasured(f"{self.page} has no line like {self.pattern!r}: did its wording change?")
        return tuple(float(number.replace(",", "")) for number in found.groups())


_BENCHMARKS = "benchmarks.md"
_CROWD = Place(_BENCHMARKS, r"\| 5,000 jobs: [^|]*\| #%, # ms, # kB, #% \| aiohttp")
_LEDGER_CPU = Place(_BENCHMARKS, r"CPU per job, asyncio \| # µs \| without a ledger \| # µs")
_HISTORY = Place("temporal-kills.md", r"A job with # polls has # events of # kB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What one job costs, as measured."""

    polls: dict[str, float]
    """Polls per job of our schedule, by the provider's typical duration."""
    polls_per_core: float
    """Polls per second of one busy core, in asyncio."""
    memory: float
    """Bytes per job in flight."""
    submit: float
    """CPU seconds of a job beside its polls: its submit, the batch, the outcome."""
    ledger: float
    """CPU seconds per job that a ledger adds."""
    ledger_size: float
    """Bytes per job in the file of a ledger."""
    commits: float
    """Transactions per job."""
    syncs: float
    """Syncs to disk per job."""
    written: float
    """Submits per second that a ledger can write down."""
    events: float
    """Events in the history of the workflow of a job in Temporal."""
    history: float
    """Bytes of that history."""


def factors(docs: Path = DOCS) -> Factors:
    """Read all factors. Raises `NotMeasured`."""

    def one(page: str, pattern: str) -> float:
        return Place(page, pattern).read(docs)[0]

    made, _, memory, busy = _CROWD.read(docs)
    with_ledger, without = _LEDGER_CPU.read(docs)
    _, events, kilobytes = _HISTORY.read(docs)
    return Factors(
        polls={each: one(_BENCHMARKS, rf"\| {each}, as said \| # polls") for each in ("3-15 s", "60-300 s")},
        polls_per_core=5_000 * made / busy,
        memory=memory * 1000,
        submit=one(_BENCHMARKS, r"CPU per job, asyncio \| # µs \| the fake alone") / 1e6,
        ledger=(with_ledger - without) / 1e6,
        ledger_size=one(_BENCHMARKS, r"size of the file, per job \| # kB") * 1000,
        commits=one(_BENCHMARKS, r"commits per thousand jobs \| #") / 1000,
        syncs=one(_BENCHMARKS, r"syncs per thousand jobs \| #") / 1000,
        written=one(_BENCHMARKS, r"submits written down in a second, 100 in a group \| #"),
        events=events,
        history=kilobytes * 1000,
    )

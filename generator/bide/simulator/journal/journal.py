"""The journal of a simulator, as values: requests with their answers, and jobs. Its memory is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from bide.ir import Json
from bide.simulator.life.answer import Ending
from bide.simulator.life.job import SimulatedJob
from bide.simulator.life.written import text_of

MOST_ENTRIES = 50_000
MOST_LANES = 20_000
MOST_TEXT = 64_000_000
"""Characters of headers and bodies that are kept; older entries lose theirs first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One half of an exchange, with masked secrets."""

    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(text) for name, text in self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A job: its kind, and the statuses it has and will have, as (second, status, state)."""

    id: str
    job: str
    began: float
    steps: tuple[tuple[float, str, str], ...]
    scenario: str

    def json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "job": self.job,
            "began": round(self.began, 3),
            "steps": [[round(at, 3), status, state] for at, status, state in self.steps],
            "scenario": self.scenario,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and its answer."""

    number: int
    """From 1."""
    at: float
    """Seconds of the server."""
    role: str
    """`submit`, `poll`, `result`, ...; empty if no endpoint has this address."""
    of: str
    """The kind of job, the operation or the lifecycle."""
    jobs: tuple[str, ...]
    """The ids of the jobs it was about."""
    method: str
    path: str
    """With the query; secrets are masked."""
    status: int
    ending: Ending
    delay: float
    fault: str
    """The fault that the simulator was told to make, as a scenario has it; empty if none."""
    retry_after: str
    lanes: tuple[Lane, ...]
    """The jobs that are new, or that another end awaits since this request."""
    sent: Message | None
    """What the client sent; `None` if it was dropped because the journal is full."""
    answered: Message | None

    @property
    def size(self) -> int:
        return sum(half.size for half in (self.sent, self.answered) if half is not None)

    def json(self) -> dict[str, Json]:
        """The entry without headers and bodies."""
        return {
            "n": self.number,
            "at": round(self.at, 3),
            "role": self.role,
            "of": self.of,
            "jobs": list(self.jobs),
            "method": self.method,
            "path": self.path,
            "status": None if self.ending is Ending.DROP else self.status,
            "ending": self.ending.value,
            "seconds": self.delay,
            "fault": self.fault,
            "retry_after": self.retry_after,
            "lanes": [lane.json() for lane in self.lanes],
        }

    def details(self) -> dict[str, Json]:
        """The entry as it went over the wire."""
        halves = {"sent": self.sent, "answered": self.answered}
        return self.json() | {
            name: half and {"headers": list(half.headers), "body": half.body} for name, half in halves.items()
        }


OnEntry: TypeAlias = Callable[[Entry], None]
"""Called with each entry, when it is noted."""


class Journal:
    """What happened, the newest last."""

    def __init__(
        self,
        on_entry: OnEntry | None = None,
        *,
        entries: int = MOST_ENTRIES,
        lanes: int = MOST_LANES,
        text: int = MOST_TEXT,
    ) -> None:
        self._on_entry = on_entry
        self._entries: deque[Entry] = deque(maxlen=entries)
        self._most_lanes = lanes
        self._most_text = text
        self._text = 0
        self._lean = 0
        """How many of the oldest entries have lost headers and bodies."""
        self._lanes: dict[str, Lane] = {}
        self.count = 0
        """How many entries there were."""

    def note(self, entry: Entry) -> None:
        """Add an entry; forget the oldest ones if there are too many."""
        if len(self._entries) == self._entries.maxlen:
            self._text -= self._entries[0].size
            self._lean = max(self._lean - 1, 0)
        self._entries.append(entry)
        self.count = entry.number
        if self._on_entry is not None:
            self._on_entry(entry)
        self._text += entry.size
        while self._text > self._most_text and self._lean < len(self._entries):
            old = self._entries[self._lean]
            self._text -= old.size
            self._entries[self._lean] = replace(old, sent=None, answered=None)
            self._lean += 1

    def note_jobs(self, jobs: Iterable[SimulatedJob]) -> tuple[Lane, ...]:
        """Those of the jobs that are new or have changed, which are noted."""
        changed = []
        for job in jobs:
            lane = _lane(job)
            if self._lanes.get(job.id) != lane:
                self._lanes[job.id] = lane
                changed.append(lane)
        while len(self._lanes) > self._most_lanes:
            del self._lanes[next(iter(self._lanes))]
        return tuple(changed)

    @property
    def lanes(self) -> list[Lane]:
        """The jobs, in order."""
        return list(self._lanes.values())

    def since(self, number: int, most: int = MOST_ENTRIES) -> list[Entry]:
        """The entries after one of this number that are still kept, the oldest first."""
        first = self.count - len(self._entries)
        return list(islice(self._entries, max(number - first, 0), max(number - first, 0) + most))

    def about(self, job: str) -> Iterator[Entry]:
        """The entries about a job."""
        return (entry for entry in self._entries if job in entry.jobs)

    def without_job(self, of: str) -> Iterator[Entry]:
        """The entries about an operation, or about a kind of job, that were about no job."""
        return (entry for entry in self._entries if not entry.jobs and entry.of == of)


def _lane(job: SimulatedJob) -> Lane:
    steps = tuple((job.began + age, status, job.means(status).value) for age, status in job.timeline.steps)
    return Lane(id=job.id, job=job.spec.name, began=job.began, steps=steps, scenario=text_of(job.scenario))

"""Judge each line: compare the client's report with the plan and with the simulator's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plan import Line

_DEADLINE_SLACK = 1.0
"""Real seconds by which a deadline may be missed on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line with its result."""

    line: Line
    notes: dict[str, Any]
    polls: int
    """Polls that the simulator counted."""
    complaints: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        return not self.complaints


def judge(
    lines: Iterable[Line], seen: dict[str, dict[str, Any]], jobs: list[dict[str, Any]], *, speed: float
) -> list[Verdict]:
    """A verdict for each line, from the report of each visit, by its key, and the simulator's counts of each job."""
    verdicts = []
    for line in lines:
        notes = seen[line.key]
        mine = [job for job in jobs if any(_is_about(request, job["id"]) for request in notes["requests"])]
        complaints = (*_client(line, notes, mine, speed), *_server(line, notes, mine))
        polls = sum(job["polls"] for job in mine)
        verdicts.append(Verdict(line=line, notes=notes, polls=polls, complaints=complaints))
    return verdicts


def surplus(provider: str, lines: Iterable[Line], jobs: list[dict[str, Any]]) -> list[str]:
    """The jobs of which the simulator has more or fewer than the lines should have created."""
    planned: Counter[str] = Counter()
    for line in lines:
        planned[line.makes] += line.jobs
    made = Counter(job["job"] for job in jobs)
    return [
        f"{provider} {name}: {made[name]} jobs were made, and {planned[name]} were planned"
        for name in sorted(planned | made)
        if made[name] != planned[name]
    ]


def _client(line: Line, notes: dict[str, Any], mine: list[dict[str, Any]], speed: float) -> Iterator[str]:
    """The problems of the client's report."""
    if notes["outcome"] != line.outcome:
        detail = f" ({notes['detail']})" if notes["detail"] else ""
        yield f"outcome: {notes['outcome']}{detail}, expected {line.outcome}"
    if line.faults is not None and tuple(notes["faults"]) != line.faults:
        yield f"faults: {', '.join(notes['faults']) or 'none'}, expected {', '.join(line.faults) or 'none'}"
    if line.requests is not None and len(notes["requests"]) != line.requests:
        yield f"requests: {len(notes['requests'])}, expected {line.requests}"
    if notes["detail"] and line.jobs and line.is_known and not (notes["job_id"] and notes["token"]):
        yield "the exception has lost the job"
    if "timeout" in line.options and notes["seconds"] > line.options["timeout"] + _DEADLINE_SLACK * speed:
        yield f"the deadline of {line.options['timeout']:g} s was missed: {notes['seconds']:.1f} s"


def _server(line: Line, notes: dict[str, Any], mine: list[dict[str, Any]]) -> Iterator[str]:
    """The problems of the simulator's counts."""
    if line.is_known and len(mine) != line.jobs:
        yield f"jobs: {len(mine)}, expected {line.jobs}"
    polls = sum(job["polls"] for job in mine)
    if notes["polls"] is not None and notes["polls"] != polls:
        yield f"polls: the client says {notes['polls']}, the simulator {polls}"
    for job in mine:
        sent = sum(_is_about(request, job["id"]) for request in notes["requests"])
        came = job["polls"] + job["result_fetches"] + job["cancels"]
        if sent != came:
            yield f"requests about {job['id']}: {sent} were sent, {came} came"
        if job["early_polls"]:
            yield f"polls of {job['id']} that came too early: {job['early_polls']}"
        if job["submits"] != line.submits:
            yield f"submits of {job['id']}: {job['submits']}, expected {line.submits}"
        if job["polls"] > line.most_polls:
            yield f"polls of {job['id']}: {job['polls']}, more than {line.most_polls}"


def _is_about(request: str, job_id: str) -> bool:
    return job_id in request.partition("?")[0].split("/")

"""What the server knows of a job, or of one request, at the moment of a reply. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bide.ir import Job, Json, State, Type
from bide.simulator.life.job import SimulatedJob


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What any reply may have to repeat. Moments are seconds since the server began; `None`: not yet."""

    now: float
    created: float
    started: float | None
    finished: float | None
    kept_until: float | None = None
    sent: Mapping[str, Json] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView(View):
    """And what the replies about a job have to say besides."""

    job: Job
    id: str
    status: str
    state: State
    share: float
    ready: bool
    result: Type | None
    """What it has in this state as its result; `None` if it has none."""
    failing_items: int | tuple[int, ...] = 0
    has_nulls: bool = False
    """What may be absent is null."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Where it is asked about, by what for, as far as the provider hands that out."""


def of_request(now: float, sent: Mapping[str, Json], request_id: str) -> View:
    """An operation, which begins and ends in its request."""
    return View(now=now, created=now, started=now, finished=now, sent=sent, request_id=request_id)


def of_job(
    job: SimulatedJob, now: float, request_id: str, *, status: str | None = None, has_nulls: bool = False
) -> JobView:
    """A job as it is now. With a `status` of somebody else it looks as if it still ran."""

    def if_past(moment: float | None) -> float | None:
        return moment if moment is not None and moment <= now else None

    if status is not None:
        return replace(
            of_job(job, now, request_id),
            status=status,
            state=State.RUNNING,
            finished=None,
            ready=False,
            result=None,
        )

    ready, retention = job.result_at(), job.spec.lifecycle.result.retention
    return JobView(
        now=now,
        created=job.began,
        started=if_past(job.started),
        finished=if_past(job.finished),
        kept_until=None if ready is None or retention is None else ready + retention,
        sent=job.sent,
        request_id=request_id,
        job=job.spec,
        id=job.id,
        status=job.status(now),
        state=job.state(now),
        share=job.share(now),
        ready=job.is_ready(now),
        result=job.result_in(job.state(now)),
        failing_items=job.failing_items,
        has_nulls=has_nulls,
    )

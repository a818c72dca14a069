"""The data of a job, or of one request, at the time of a reply. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bide.ir import Job, Json, State, Type
from bide.simulator.life.job import SimulatedJob


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The data that any reply may contain. Times are seconds since the start of the server; `None`: not yet."""

    now: float
    created: float
    started: float | None
    finished: float | None
    kept_until: float | None = None
    sent: Mapping[str, Json] = field(default_factory=dict)
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView(View):
    """The data that replies about a job may contain."""

    job: Job
    id: str
    status: str
    state: State
    share: float
    ready: bool
    result: Type | None
    """The type of its result in this state; `None` if it has none."""
    failing_items: int | tuple[int, ...] = 0
    has_nulls: bool = False
    """Whether optional fields without a value are null."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """Its links, by role."""


def of_request(now: float, sent: Mapping[str, Json], request_id: str) -> View:
    """The view of an operation, which starts and ends in its request."""
    return View(now=now, created=now, started=now, finished=now, sent=sent, request_id=request_id)


def of_job(
    job: SimulatedJob, now: float, request_id: str, *, status: str | None = None, has_nulls: bool = False
) -> JobView:
    """The view of a job at *now*. With another `status`, it looks like a running job."""

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

"""Acme, a made-up provider with one job of each kind, and its clients."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bide_runtime.batch.counts import Counts
from bide_runtime.calls.call import Call
from bide_runtime.calls.provider import ErrorShape, Provider
from bide_runtime.clients.async_client import AsyncClient
from bide_runtime.clients.batches.async_job_batch import AsyncJobBatch
from bide_runtime.clients.batches.job_batch import JobBatch
from bide_runtime.clients.client import Client
from bide_runtime.clients.jobs.async_job import AsyncJob
from bide_runtime.clients.jobs.async_jobs import AsyncCancellableJobs, AsyncJobs
from bide_runtime.clients.jobs.job import Job
from bide_runtime.clients.jobs.jobs import CancellableJobs, Jobs
from bide_runtime.clients.jobs.prepare import Prepare
from bide_runtime.clients.options import BatchOptions, WaitOptions
from bide_runtime.http.auth import Secret
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.lifecycle import Lifecycle
from bide_runtime.jobs.polling import Polling
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.requests.submit_at import SubmitAt
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State
from bide_runtime.models.codec import encode
from bide_runtime.models.model import Model, OpenEnum
from bide_runtime.waiting.policies.policy import Policy
from bide_runtime.waiting.submits.submission import Submission
from msgspec.structs import replace

S = TypeVar("S")
R = TypeVar("R")

KEY = "sk-acme-0123456789"

PROVIDER = Provider(
    name="acme",
    title="Acme",
    base_url="https://api.acme.example/v2",
    auth=(Secret(at="header", name="X-Key", env="ACME_API_KEY"),),
    request_id_header="X-Request-Id",
    errors=(
        ErrorShape(message=("error", "message"), code=("error", "code")),
        ErrorShape(message=("message",), code=("error",)),
    ),
)


class Status(OpenEnum):
    """The status of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    HALF = "half"
    BROKEN = "broken"
    STOPPED = "stopped"
    LOST = "lost"


class Order(Model):
    """The body of a submit."""

    url: str


class Ticket(Model):
    """The reply to a submit."""

    id: str | int | bool | None = None
    status: Status | None = None
    queued_at: datetime | None = None


class Trouble(Model):
    """The error of a failed job."""

    code: str | None = None
    message: str | None = None


class Page(Model):
    """The result."""

    text: str


class Report(Model):
    """The reply to a poll."""

    status: Status | None = None
    ready: bool | None = None
    retry_after_ms: float | None = None
    done: float | None = None
    total: float | None = None
    cost: float | None = None
    error: Trouble | None = None
    page: Page | None = None


STATES = {
    "queued": State.PENDING,
    "running": State.RUNNING,
    "done": State.SUCCEEDED,
    "half": State.PARTIAL,
    "broken": State.FAILED,
    "stopped": State.CANCELLED,
    "lost": State.EXPIRED,
}
BASICS: dict[str, Any] = {
    "poll": "/jobs/{job_id}",
    "states": STATES,
    "status": ("status",),
    "error_code": ("error", "code"),
    "error_message": ("error", "message"),
    "progress": {"done": ("done",), "total": ("total",)},
    "retry_after": ("retry_after_ms",),
    "retry_after_unit": 0.001,
    "credits": ("cost",),
}
POLLING = Polling(interval=(2.0, 5.0), min_interval=1.0, timeout=60.0)


SUBMIT = SubmitAt(reply=Ticket, job_id=("id",))


def kind(
    name: str,
    returns: type[Any],
    *,
    polling: Polling = POLLING,
    failed_result: type[Any] | None = None,
    **lifecycle: Any,
) -> JobKind[Report, Any]:
    """A kind of job; *changes* are fields of its lifecycle."""
    return JobKind(
        provider="acme",
        name=name,
        lifecycle=Lifecycle(**(BASICS | lifecycle)),
        snapshot=Report,
        result=returns,
        failed_result=failed_result,
        polling=polling,
        submit=SUBMIT,
    )


def submitted(of: JobKind[S, R], **changes: Any) -> JobKind[S, R]:
    """The same kind, submitted in another way: *changes* are fields of its `SubmitAt`."""
    return replace(of, submit=replace(of.submit, **changes))


def with_keys(of: JobKind[S, R]) -> JobKind[S, R]:
    """The same kind, whose submits have idempotency keys."""
    return submitted(of, idempotency_header="Idempotency-Key")


PART: JobKind[Report, Page] = kind("part", Page, result=("page",))
"""The result is a part of the last poll reply."""

WHOLE: JobKind[Report, Report] = kind("whole", Report)
"""The last poll reply is the result."""

OTHER: JobKind[Report, Page] = kind("other", Page)
"""The last poll reply is the result, read as another model."""

APART: JobKind[Report, Page] = kind(
    "apart",
    Page,
    ready=((("ready",), True),),
    result=ResultAt(path="/jobs/{job_id}/result"),
    cancel=("POST", "/jobs/{job_id}/cancel"),
)
"""The result has an address of its own, and is available once `ready` is true."""

SHY: JobKind[Report, Page] = kind(
    "shy",
    Page,
    result=("page",),
    polling=Polling(interval=(1.0, 1.0), min_interval=1.0, timeout=60.0, not_found_grace=10.0),
)
"""Polls of a new job may return 404 for some seconds."""


def order(
    of: JobKind[Report, R],
    *,
    url: str,
    keyed: bool = False,
    key: str | None = None,
    values: Mapping[str, str] | None = None,
) -> Submission[Report, R]:
    """The submission that generated code makes for `submit(url=...)`."""
    return Submission(
        kind=with_keys(of) if keyed else of,
        call=Call(method="POST", path="/jobs", body=encode(Order(url=url))),
        idempotency_key=key,
        values=values or {},
    )


class AcmeJobs(Jobs[Report, R]):
    """A namespace as generated code defines it, blocking."""

    keyed = False

    def prepare(self, *, url: str, key: str | None = None) -> Submission[Report, R]:
        return Prepare(partial(order, self._kind, keyed=self.keyed)).__get__(self)(url=url, key=key)

    def submit(self, *, url: str, key: str | None = None, values: Mapping[str, str] | None = None) -> Job[Report, R]:
        return self._handle(self._submit(order, self._kind, url=url, keyed=self.keyed, key=key, values=values))

    def run(
        self,
        *,
        url: str,
        timeout: float | None = 60.0,
        on_update: Callable[[Update[Report]], None] | None = None,
        policy: Policy | None = None,
        progress: bool = False,
        **more: bool,
    ) -> R:
        options = WaitOptions(timeout=timeout, on_update=on_update, policy=policy, progress=progress, **more)
        return self._run(order, options, self._kind, url=url, keyed=self.keyed)

    def run_many(
        self,
        inputs: Iterable[dict[str, Any]],
        *,
        max_in_flight: int = 10,
        timeout: float | None = 60.0,
        in_order: bool = False,
        on_update: Callable[[Counts], None] | None = None,
        policy: Policy | None = None,
        progress: bool = False,
        **ledger: Any,
    ) -> JobBatch[dict[str, Any], R, Job[Report, R]]:
        options = BatchOptions(
            max_in_flight=max_in_flight,
            timeout=timeout,
            in_order=in_order,
            on_update=on_update,
            progress=progress,
            policy=policy,
            **ledger,
        )
        return self._run_many(partial(order, self._kind, keyed=self.keyed), inputs, options)


class ApartJobs(CancellableJobs[Report, Page], AcmeJobs[Page]):
    keyed = True


class AsyncAcmeJobs(AsyncJobs[Report, R]):
    """A namespace as generated code defines it, for asyncio."""

    keyed = False

    def prepare(self, *, url: str, key: str | None = None) -> Submission[Report, R]:
        return Prepare(partial(order, self._kind, keyed=self.keyed)).__get__(self)(url=url, key=key)

    async def submit(
        self, *, url: str, key: str | None = None, values: Mapping[str, str] | None = None
    ) -> AsyncJob[Report, R]:
        return self._handle(await self._submit(order, self._kind, url=url, keyed=self.keyed, key=key, values=values))

    async def run(
        self,
        *,
        url: str,
        timeout: float | None = 60.0,
        on_update: Callable[[Update[Report]], Awaitable[None] | None] | None = None,
        policy: Policy | None = None,
        progress: bool = False,
        **more: bool,
    ) -> R:
        options = WaitOptions(timeout=timeout, on_update=on_update, policy=policy, progress=progress, **more)
        return await self._run(order, options, self._kind, url=url, keyed=self.keyed)

    def run_many(
        self,
        inputs: Iterable[dict[str, Any]] | AsyncIterable[dict[str, Any]],
        *,
        max_in_flight: int = 10,
        timeout: float | None = 60.0,
        in_order: bool = False,
        on_update: Callable[[Counts], Awaitable[None] | None] | None = None,
        policy: Policy | None = None,
        progress: bool = False,
        **ledger: Any,
    ) -> AsyncJobBatch[dict[str, Any], R, AsyncJob[Report, R]]:
        options = BatchOptions(
            max_in_flight=max_in_flight,
            timeout=timeout,
            in_order=in_order,
            on_update=on_update,
            progress=progress,
            policy=policy,
            **ledger,
        )
        return self._run_many(partial(order, self._kind, keyed=self.keyed), inputs, options)


class AsyncApartJobs(AsyncCancellableJobs[Report, Page], AsyncAcmeJobs[Page]):
    keyed = True


class Acme(Client):
    """The blocking client, as generated code defines it."""

    _provider = PROVIDER

    def jobs(self, of: JobKind[Report, R]) -> AcmeJobs[R]:
        return AcmeJobs(self, of)

    def cancellable(self, of: JobKind[Report, Page]) -> ApartJobs:
        return ApartJobs(self, with_keys(of))


class AsyncAcme(AsyncClient):
    """The asyncio client."""

    _provider = PROVIDER

    def jobs(self, of: JobKind[Report, R]) -> AsyncAcmeJobs[R]:
        return AsyncAcmeJobs(self, of)

    def cancellable(self, of: JobKind[Report, Page]) -> AsyncApartJobs:
        return AsyncApartJobs(self, with_keys(of))

"""Fakes and tests as the templates see them: what the spec says, printed once more beside what was made from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..ir import BodyModel, Endpoint, Job, Json, Operation, Parameter, Pointer
from ..python import Code, docstring, literal
from .view import View

if TYPE_CHECKING:
    from .provider import ProviderView


class FakesView:
    """A fake of the provider."""

    def __init__(self, provider: ProviderView) -> None:
        self.provider = provider
        self.jobs = [FakeJobsView(provider, job) for job in provider.ir.jobs]
        self.operations = [FakeOperationView(provider, operation) for operation in provider.ir.operations]

    @property
    def name(self) -> Code:
        return Code(f"Fake{self.provider.class_name}")

    @property
    def fixture(self) -> Code:
        return Code(f"fake_{self.provider.ir.name}")

    @property
    def docstring(self) -> Code:
        return docstring(
            f"A {self.provider.ir.title} that does as it is told, in virtual time.\n\n"
            "Each attribute is a kind of job or an operation. Its methods say what becomes of the next ones.",
            indent=4,
        )

    @property
    def fixture_docstring(self) -> Code:
        return docstring(
            f"A fake {self.provider.ir.title}. After the test it sees to it that the client kept its promises.", indent=8
        )

    @property
    def has_jobs(self) -> bool:
        return bool(self.jobs)


class FakeJobsView(View):
    """One kind of job of the fake."""

    def __init__(self, provider: ProviderView, job: Job) -> None:
        super().__init__(provider)
        self._job = job
        self._view = provider.job(job.name)

    @property
    def name(self) -> Code:
        return self._view.name

    @property
    def annotation(self) -> Code:
        return Code(f"FakeJobs[{self._view.result}]")

    @property
    def made(self) -> Code:
        header = f", idempotency_header={self._view.idempotency_header}" if self._job.idempotency_key else ""
        return Code(
            f"self._jobs(_jobs.{self._view.constant}, {route(self._job.submit)},"
            f" reply={self._view.reply}, job_id={self._view.job_id}{header})"
        )


class FakeOperationView(View):
    """One operation of the fake."""

    def __init__(self, provider: ProviderView, operation: Operation) -> None:
        super().__init__(provider)
        self._operation = operation

    @property
    def name(self) -> Code:
        return Code(self._operation.name)

    @property
    def annotation(self) -> Code:
        return Code("FakeStreaming" if self._operation.stream else "FakeOperation")

    @property
    def made(self) -> Code:
        role, where = literal(self._operation.name), route(self._operation.endpoint)
        if self._operation.stream is not None:
            events = ", ".join(f"{literal(name)}: models.{model}" for name, model in self._operation.stream.events)
            return Code(f"self._streaming({role}, {where}, {{{events}}})")
        replies = [reply for reply in self._operation.replies if not reply.job]
        table = ", ".join(f"{reply.status or 200}: {self.provider.reply_type(reply.type)}" for reply in replies)
        job = next((reply for reply in self._operation.replies if reply.job), None)
        becomes = f", becomes=({job.status or 202}, self.{job.job})" if job else ""
        return Code(f"self._operation({role}, {where}, {{{table or '204: None'}}}{becomes})")


def route(endpoint: Endpoint) -> Code:
    """Where requests of an endpoint go."""
    constants = list(constants_of(endpoint.body)) if endpoint.body is not None else []
    told = f", {literal(tuple(constants))}" if constants else ""
    return Code(f"Route({literal(endpoint.method)}, {literal(endpoint.path)}{told})")


def constants_of(body: BodyModel) -> Iterator[tuple[Pointer, Json]]:
    raise NotImplementedError

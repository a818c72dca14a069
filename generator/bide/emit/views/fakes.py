"""The fake of a provider as the templates see it."""

from __future__ import annotations

from bide.emit.python.code import Code, docstring, literal
from bide.emit.views.body import placed
from bide.emit.views.context import Context
from bide.emit.views.jobs import JobView
from bide.emit.views.view import View
from bide.ir import Endpoint, Job, Operation, Reply

HELPERS = (
    "AsyncFakeClock",
    "AsyncFakeTransport",
    "FakeClock",
    "FakeJob",
    "FakeTransport",
    "Fault",
    "Plan",
    "Reply",
    "Sent",
    "Timeline",
    "build",
    "cut_short",
    "error",
    "lost",
    "nulls",
    "rate_limit",
    "script",
    "slow",
    "unknown_status",
    "unreachable",
    "web_page",
    "wrong_shape",
)
"""The names that every `testing.py` exports."""

_TAKEN = frozenset(
    [
        "advance",
        "async_client",
        "async_clock",
        "check",
        "client",
        "clock",
        "forget",
        "id_of",
        "inject",
        "functions",
        "jitter",
        "keys",
        "kinds",
        "now",
        "operations",
        "requests",
        "time",
        "webhook",
        "trace",
    ]
)
"""The attributes of every fake."""


class FakeView:
    """The fake of a provider."""

    def __init__(self, provider: Context) -> None:
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
    def module_docstring(self) -> Code:
        return docstring(
            f"Test code that uses {self.provider.ir.title}: a fake of it, in virtual time.\n\n"
            "Not for production code. It needs nothing but this package."
        )

    @property
    def plugin_docstring(self) -> Code:
        return docstring(
            f"The fixture `{self.fixture}`. pytest loads it once the package is installed.\n\n"
            "Otherwise, put this into a conftest.py: "
            f'`pytest_plugins = ["{self.provider.package}.pytest_plugin"]`.'
        )

    @property
    def exports(self) -> list[Code]:
        """The names that `testing.py` exports, as strings."""
        return [literal(name) for name in sorted([*HELPERS, str(self.name)])]

    @property
    def places(self) -> dict[str, str]:
        """The modules of the names that only this module uses."""
        testing, name = f"{self.provider.runtime}.testing", self.provider.class_name
        return {
            **dict.fromkeys(HELPERS, testing),
            **dict.fromkeys(("FakeOperation", "FakeStreaming", "Route"), f"{testing}.fake.addresses"),
            "FakeJobs": f"{testing}.fake.jobs",
            "FakeProvider": f"{testing}.fake.provider",
            str(name): ".client",
            f"Async{name}": ".async_client",
        }

    @property
    def docstring(self) -> Code:
        about = (
            f"A fake {self.provider.ir.title} for tests. Nothing is sent, and time is virtual.\n\n"
            "Each attribute is a kind of job or an operation; its methods set what happens to the next ones."
        )
        return docstring(about, indent=4)

    @property
    def fixture_docstring(self) -> Code:
        about = f"A fake {self.provider.ir.title}. After the test it checks that the client kept the waiting contract."
        return docstring(about, indent=4)


class FakeJobsView(View):
    """One kind of job of the fake."""

    def __init__(self, provider: Context, job: Job) -> None:
        super().__init__(provider)
        self._job = job
        self._view = JobView(provider, job)

    @property
    def name(self) -> Code:
        return attribute(self._job.name)

    @property
    def annotation(self) -> Code:
        return Code(f"FakeJobs[{self._view.result}]")

    @property
    def made(self) -> Code:
        return Code(f"self._jobs(_jobs.{self._view.constant}, {_route(self.provider, self._job.submit)})")


class FakeOperationView(View):
    """One operation of the fake."""

    def __init__(self, provider: Context, operation: Operation) -> None:
        super().__init__(provider)
        self._operation = operation

    @property
    def name(self) -> Code:
        return attribute(self._operation.name)

    @property
    def annotation(self) -> Code:
        return Code("FakeStreaming" if self._operation.stream else "FakeOperation")

    @property
    def made(self) -> Code:
        role, where = literal(self._operation.name), _route(self.provider, self._operation.endpoint)
        stream = self._operation.stream
        if stream is not None:
            events = [f"{literal(name)}: models.{model}" for name, model in stream.events if name != stream.error_event]
            table = f"{{{', '.join(events)}}}"
            more = [f"last={literal(stream.last)}"] if stream.last else []
            more += [f"end={literal(stream.end)}"] if stream.end else []
            more += [] if stream.is_named else ["is_named=False"]
            more += ["is_lines=True"] if stream.is_lines else []
            return Code(f"self._streaming({', '.join([role, where, table, *more])})")
        answers = [reply for reply in self._operation.replies if not reply.job]
        table = ", ".join(f"{reply.status or 200}: {self.provider.reply_type(reply.type)}" for reply in answers)
        job = next((reply for reply in self._operation.replies if reply.job), None)
        becomes = f", becomes={self._becomes(job)}" if job else ""
        return Code(f"self._operation({role}, {where}, {{{table or '204: None'}}}{becomes})")

    def _becomes(self, reply: Reply) -> Code:
        """The HTTP status of a reply that is a job, these jobs, and where the id is."""
        job = next(job for job in self.provider.ir.jobs if job.name == reply.job)
        id_at = JobView(self.provider, job).id_at(reply.job_id)
        return Code(f"({literal(reply.status or 202)}, self.{attribute(job.name)}, {id_at})")


def attribute(name: str) -> Code:
    """The attribute for a job or an operation: its name, with an underscore if every fake has that attribute."""
    return Code(f"{name}_" if name in _TAKEN else name)


def _route(provider: Context, endpoint: Endpoint) -> Code:
    """The method and path of an endpoint, and the constants of its body."""
    parts = [literal(endpoint.method), literal(endpoint.path)]
    if endpoint.body is not None:
        constants = tuple((path, value) for path, value in placed(provider, endpoint.body).constants)
        parts += [literal(constants)] if constants else []
    parts += [] if endpoint.auth is None else [Code(f"auth={literal(endpoint.auth)}")]
    return Code(f"Route({', '.join(parts)})")

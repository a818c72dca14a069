"""The tests of a package: their files, and what they need from the spec."""

from __future__ import annotations

from bide.emit.python.code import Code, docstring, literal
from bide.emit.views.context import Context, named
from bide.emit.views.tests.calls import CallView, id_of, needs_of, places_of
from bide.emit.views.tests.tables import JobTableView, StreamTableView
from bide.emit.views.tests.values import fields_with_rest, values_of_named
from bide.emit.words import prose
from bide.ir import Enum, Kind, Scalar, Secret, Union
from bide.ir.notation import leaves


class TestsView:
    """The spec, as the tests of a package read it."""

    def __init__(self, provider: Context) -> None:
        self.provider = provider
        self.jobs = [JobTableView(provider, job) for job in provider.ir.jobs]
        self.calls = [
            *(
                CallView(
                    provider,
                    f"{job.name}.submit",
                    job.submit,
                    job.job_id.argument,
                    job.kept_arguments,
                    job.find.argument if job.find else "",
                    job.idempotency_key,
                )
                for job in provider.ir.jobs
            ),
            *(
                CallView(provider, each.name, each.endpoint, id_of(each), needs_of(provider, each))
                for each in provider.ir.operations
            ),
        ]
        self.streams = [StreamTableView(provider, each) for each in provider.ir.operations if each.stream]

    @property
    def values(self) -> list[tuple[Code, Code]]:
        """(name, its possible values) of each model and union in an argument."""
        return [(literal(name), values_of_named(self.provider, name)) for name in self._held]

    @property
    def has_arguments(self) -> bool:
        """Whether there is a method with arguments."""
        return any(call.arguments for call in self.calls)

    @property
    def has_models(self) -> bool:
        """Whether `spec.py` needs the models: for arguments or for events."""
        return bool(self.streams or any(call.named for call in self.calls))

    @property
    def wire_names(self) -> list[tuple[Code, Code]]:
        """(model, its JSON keys by Python name) of every model without files."""
        return [
            (Code(f"models.{model.name}"), literal({field.name: field.wire for field in fields_with_rest(model)}))
            for model in self.provider.ir.models
            if not any(each == Scalar(Kind.FILE) for field in model.fields for each in leaves(field.type))
        ]

    @property
    def base_path(self) -> Code:
        """The path of the base URL."""
        return literal(self.provider.ir.base_path)

    @property
    def key(self) -> Code:
        """Where the usual secrets go."""
        return places_of(self.provider.ir.usual_auth)

    @property
    def ways(self) -> list[tuple[Code, Code]]:
        """(arguments, where they go) of each of the secrets of which one is enough."""
        ways: dict[int, list[Secret]] = {}
        for secret in self.provider.ir.auth:
            if secret.way:
                ways.setdefault(secret.way, []).append(secret)
        return [(literal(tuple(each.argument for each in way)), places_of(way)) for way in ways.values()]

    @property
    def has_webhooks(self) -> bool:
        """Whether a job has a webhook."""
        return any(job.webhook for job in self.provider.ir.jobs)

    @property
    def webhook_jobs(self) -> Code:
        """The names of the jobs that a webhook tells of."""
        return literal(tuple(job.name for job in self.provider.ir.jobs if job.webhook))

    @property
    def has_key(self) -> bool:
        return bool(self.provider.ir.auth)

    @property
    def transient(self) -> Code:
        """The HTTP statuses that the spec calls transient."""
        return literal(tuple(each for each in self.provider.ir.transient if isinstance(each, int)))

    @property
    def headers(self) -> Code:
        """The headers of every request."""
        return literal({name.lower(): text for name, text in self.provider.ir.headers})

    @property
    def files(self) -> list[str]:
        """The names of the files, below `tests`."""
        found = ["conftest.py", "spec.py", "test_models.py"]
        found += ["test_examples.py"] if any(model.examples for model in self.provider.ir.models) else []
        found += ["test_requests.py"] if self.calls else []
        found += ["test_waiting.py", "test_batches.py"] if self.jobs else []
        return found + (["test_streams.py"] if self.streams else [])

    @property
    def spec_docstring(self) -> Code:
        return docstring(
            f"The spec of {self.provider.ir.title}, which the tests compare the client with.\n\n"
            "Generated from the spec, not from the client's own tables."
        )

    @property
    def are_found(self) -> bool:
        """Whether there is a job that is found by a reference."""
        return any(job.find for job in self.provider.ir.jobs)

    @property
    def has_grace(self) -> bool:
        """Whether there is a job that may not be visible at once."""
        return any(job.polling.not_found_grace for job in self.provider.ir.jobs)

    @property
    def are_open(self) -> bool:
        """Whether there is a job whose status is a text, so that new ones may appear."""
        return any(job.is_open for job in self.jobs)

    @property
    def has_results(self) -> bool:
        """Whether there is a job with its own address for the result."""
        return any(job.lifecycle.result.endpoint for job in self.provider.ir.jobs)

    @property
    def can_cancel(self) -> bool:
        """Whether there is a job with `cancel` and a status that means cancelled."""
        return any(job.lifecycle.cancel and prose.can_be_cancelled(job) for job in self.provider.ir.jobs)

    @property
    def streams_end(self) -> bool:
        """Whether there is a stream with a last event."""
        return any(stream.ends for stream in self.streams)

    @property
    def streams_are_named(self) -> bool:
        """Whether there is a stream whose events have names."""
        return any(stream.is_named for stream in self.streams)

    @property
    def streams_fail(self) -> bool:
        """Whether there is a stream that can report an error."""
        return any(stream.fails for stream in self.streams)

    @property
    def _held(self) -> list[str]:
        """The models and unions in arguments, in the order of the spec."""
        todo = [name for call in self.calls for name in call.named]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            thing = self.provider.ir.by_name[name]
            if name in found or isinstance(thing, Enum):
                continue
            found.add(name)
            if isinstance(thing, Union):
                todo += [variant for _, variant in thing.variants]
            else:
                todo += [inside for field in fields_with_rest(thing) for inside in named(field.type)]
        return [name for name in self.provider.ir.by_name if name in found]

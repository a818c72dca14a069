"""A provider as the templates see it: everything in Python's terms, every piece of text printed already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from .. import prose
from ..ir import Field, Job, Kind, ListOf, MapOf, Model, Named, Parameter, Pointer, Provider, Scalar, Secret, Type
from ..python import Code, annotation, docstring, literal, row, seconds, spread
from .calls import Argument, OperationView
from .data import EnumView, ExampleView, ModelView, UnionView
from .jobs import JobView, LifecycleView

ERRORS = (
    "ApiError",
    "AuthenticationError",
    "BadRequest",
    "ClientClosed",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "Gone",
    "InvalidArgument",
    "InvalidToken",
    "JobCancelled",
    "JobError",
    "JobExpired",
    "JobFailed",
    "JobNotDone",
    "JobTimeout",
    "NotFound",
    "PaymentRequired",
    "PermissionDenied",
    "RateLimited",
    "ReplyTooLarge",
    "RequestTimeout",
    "ServerError",
    "StreamCut",
    "StreamError",
    "StreamFailed",
    "SubmitUncertain",
    "TransportError",
    "UnprocessableEntity",
)
VALUES = {
    "Adaptive": "schedule",
    "AiohttpTransport": "aiohttp_transport",
    "AsyncCancellableJob": "async_job",
    "AsyncClock": "clock",
    "AsyncHttpxTransport": "httpx_transport",
    "AsyncJob": "async_job",
    "AsyncJobBatch": "async_many",
    "AsyncStream": "async_stream",
    "AsyncSystemClock": "clock",
    "AsyncTransport": "transport",
    "CancellableJob": "job",
    "Clock": "clock",
    "Exchange": "observer",
    "Exponential": "schedule",
    "Fixed": "schedule",
    "HttpxTransport": "httpx_transport",
    "Job": "job",
    "JobBatch": "many",
    "Observer": "observer",
    "Outcome": "outcome",
    "Policy": "schedule",
    "Polling": "schedule",
    "Progress": "lifecycle",
    "Request": "request",
    "Response": "request",
    "Snapshot": "handle",
    "State": "state",
    "Stream": "stream",
    "SystemClock": "clock",
    "Tally": "batch",
    "Transport": "transport",
    "Update": "handle",
    "UploadFile": "file",
    "Urllib3Transport": "urllib3_transport",
}
"""What else a package offers of its runtime, and the module of each."""


class ProviderView:
    """A provider as the templates see it."""

    def __init__(self, provider: Provider) -> None:
        self.ir = provider
        self.operations = [OperationView(self, operation) for operation in provider.operations]
        self.jobs = [JobView(self, job) for job in provider.jobs]
        self.lifecycles = [LifecycleView(self, lifecycle) for lifecycle in provider.lifecycles]
        self.enums = [EnumView(self, enum) for enum in provider.enums]
        self.unions = [UnionView(self, union) for union in provider.unions]
        self.models = [ModelView(self, model) for model in provider.models]

    @property
    def text(self) -> Code:
        """The name as a string."""
        return literal(self.ir.name)

    @property
    def class_name(self) -> Code:
        return Code(self.ir.class_name)

    @property
    def client_docstring(self) -> Code:
        return docstring(prose.client(self.ir), indent=4)

    @property
    def async_client_docstring(self) -> Code:
        return docstring(prose.async_client(self.ir), indent=4)

    @property
    def errors(self) -> list[Code]:
        """The exceptions of the package."""
        return [Code(name) for name in ERRORS]

    @property
    def failures(self) -> list[Code]:
        """The exceptions of jobs that have something even if they fail."""
        return [job.failed for job in self.jobs if job.failed]

    @property
    def places(self) -> list[tuple[Code, Code]]:
        """(name, module and attribute) of all that the package offers, as strings, by name."""
        name = self.class_name
        found = {
            **{error: f"._runtime.errors:{error}" for error in ERRORS},
            **{value: f"._runtime.{module}:{value}" for value, module in VALUES.items()},
            **{str(failure): f"._jobs:{failure}" for failure in self.failures},
            str(self.error_class): "._runtime.errors:ClientError",
            str(name): f".client:{name}",
            f"Async{name}": f".async_client:Async{name}",
            "models": ".models:",
            "params": ".params:",
        }
        return [(literal(each), literal(found[each])) for each in sorted(found)]

    @property
    def examples(self) -> list[ExampleView]:
        """The examples of the models, as the tests read them."""
        return [ExampleView(model, example) for model in self.ir.models for example in model.examples]

    @property
    def settings(self) -> list[tuple[Code, Code]]:
        """(name, value) of what the runtime knows of the provider as a whole."""
        ir = self.ir
        shapes = [
            Code(
                f"ErrorShape(message={literal(shape.message)}"
                + (f", code={literal(shape.code)})" if shape.code else ")")
            )
            for shape in ir.errors
        ]
        found = [
            ("name", literal(ir.name)),
            ("title", literal(ir.title)),
            ("base_url", literal(ir.base_url)),
        ]
        if ir.auth:
            found.append(("auth", row([_secret(each) for each in ir.auth], indent=4)))
        if ir.headers:
            found.append(("headers", literal({name.lower(): text for name, text in ir.headers})))
        if ir.hosts:
            found.append(("hosts", literal(tuple(ir.hosts))))
        if ir.request_id_header:
            found.append(("request_id_header", literal(ir.request_id_header)))
        if ir.request_id_field:
            found.append(("request_id_field", literal(tuple(ir.request_id_field))))
        if rates := self._rates:
            found.append(("rates", spread("{}", rates, indent=4)))
        if shapes:
            found.append(("errors", row(shapes, indent=4)))
        return [(Code(name), value) for name, value in found]

    @property
    def secrets(self) -> list[Code]:
        """What a client takes the secrets as."""
        return [Code(secret.argument) for secret in self.ir.auth]

    @property
    def has_one_key(self) -> bool:
        """Whether the one secret, if there is one, needs no name."""
        return self.secrets in ([], ["api_key"])

    @property
    def error_class(self) -> Code:
        return Code(f"{self.ir.class_name}Error")

    @cached_property
    def texts(self) -> prose.Texts:
        """The values of each enum."""
        return {enum.name: tuple(value.wire for value in enum.values) for enum in self.ir.enums}

    @property
    def package(self) -> Code:
        return Code(f"{self.ir.name}_client")

    @property
    def _rates(self) -> list[str]:
        """The provider's rate limits by endpoint, each once."""
        endpoints = [job.submit for job in self.ir.jobs]
        endpoints += [lifecycle.poll for lifecycle in self.ir.lifecycles]
        endpoints += [lifecycle.poll_many.endpoint for lifecycle in self.ir.lifecycles if lifecycle.poll_many]
        endpoints += [operation.endpoint for operation in self.ir.operations]
        limits = {f"{endpoint.method} {endpoint.path}": endpoint.limit for endpoint in endpoints if endpoint.limit}
        return [
            f"{literal(bucket)}: Rate({literal(limit.count)}, {seconds(limit.seconds)})"
            for bucket, limit in limits.items()
        ]

    def job(self, name: str) -> JobView:
        return self._jobs[name]

    @cached_property
    def _jobs(self) -> Mapping[str, JobView]:
        return {job.ir.name: job for job in self.jobs}

    @cached_property
    def jobs_of(self) -> Mapping[str, list[Job]]:
        """The jobs of each lifecycle, by its name."""
        found: dict[str, list[Job]] = {}
        for job in self.ir.jobs:
            found.setdefault(job.lifecycle.name, []).append(job)
        return found

    @cached_property
    def like(self) -> frozenset[str]:
        """The enums that an argument may be given as text."""
        models = [field.type for model in self.ir.models if model.in_request for field in model.fields]
        endpoints = [*(job.submit for job in self.ir.jobs), *(operation.endpoint for operation in self.ir.operations)]
        parameters = [parameter.field.type for endpoint in endpoints for parameter in endpoint.parameters]
        found = {name for type in [*models, *parameters] for name in named(type)}
        return frozenset(enum.name for enum in self.ir.enums) & found

    def argument(self, parameter: Parameter) -> Argument:
        field = parameter.field
        inside = annotation(field.type, request=True, like=self.like, prefix="models.")
        can_be_none = (field.optional or field.nullable) and field.type != Scalar(Kind.ANY)
        return Argument(Code(parameter.name), Code(f"{inside} | None") if can_be_none else inside, not field.optional)

    def reply_type(self, type: Type | None) -> Code:
        return Code("None") if type is None else annotation(type, prefix="models.")

    def field_of(self, holder: Type, wire: str) -> Field:
        """A field by its wire name. Raises `KeyError`."""
        if isinstance(holder, Named) and isinstance(found := self.ir.by_name[holder.name], Model):
            for field in found.fields:
                if field.wire == wire:
                    return field
        raise KeyError(wire)

    def attributes(self, path: Pointer, holder: Type) -> tuple[str, ...]:
        """A pointer in Python names, beginning at *holder*. Inside free-form JSON the wire names stay."""
        found: list[str] = []
        for step, wire in enumerate(path):
            if isinstance(holder, Scalar | MapOf):
                return (*found, *path[step:])
            field = self.field_of(holder, wire)
            found.append(field.name)
            holder = field.type
        return tuple(found)


def _secret(secret: Secret) -> str:
    parts = [f"at={literal(secret.scheme)}", f"name={literal(secret.name)}"]
    parts += [f"prefix={literal(secret.prefix)}"] if secret.prefix else []
    parts.append(f"env={literal(secret.env)}")
    parts += [f"argument={literal(secret.argument)}"] if secret.argument != "api_key" else []
    return f"Secret({', '.join(parts)})"


def named(type: Type) -> Iterator[str]:
    match type:
        case Named(name):
            yield name
        case ListOf(inside) | MapOf(inside):
            yield from named(inside)

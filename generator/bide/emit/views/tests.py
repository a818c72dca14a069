"""The generated tests as the templates see them: the spec once more, independent of the client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bide.emit.python.code import Code, docstring, literal
from bide.emit.python.table import row
from bide.emit.views.body import Placed, placed
from bide.emit.views.context import Context, named
from bide.emit.views.view import View
from bide.emit.words import prose
from bide.ir import (
    UNBOUNDED,
    Bounds,
    Endpoint,
    Enum,
    Field,
    Job,
    Json,
    Kind,
    ListOf,
    MapOf,
    Model,
    Named,
    OneOf,
    Operation,
    Parameter,
    Place,
    Pointer,
    Scalar,
    Secret,
    Type,
    Union,
)
from bide.ir.notation import leaves


class TestsView:
    """The spec, as the tests of a package read it."""

    def __init__(self, provider: Context) -> None:
        self.provider = provider
        self.jobs = [JobTableView(provider, job) for job in provider.ir.jobs]
        self.calls = [
            *(CallView(provider, f"{job.name}.submit", job.submit, job.job_id.argument) for job in provider.ir.jobs),
            *(CallView(provider, each.name, each.endpoint, _id_of(each)) for each in provider.ir.operations),
        ]
        self.streams = [StreamTableView(provider, each) for each in provider.ir.operations if each.stream]

    @property
    def values(self) -> list[tuple[Code, Code]]:
        """(name, its possible values) of each model and union in an argument."""
        return [(literal(name), _values_of(self.provider, name)) for name in self._held]

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
            (Code(f"models.{model.name}"), literal({field.name: field.wire for field in _with_rest(model)}))
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
        return places_of([secret for secret in self.provider.ir.auth if secret.is_usual])

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
                todo += [inside for field in _with_rest(thing) for inside in named(field.type)]
        return [name for name in self.provider.ir.by_name if name in found]


def _with_rest(model: Model) -> list[Field]:
    return [*model.fields, *([model.additional] if model.additional else [])]


def _behind(prefix: str) -> str:
    return f"{prefix} {{}}" if prefix else "{}"


def places_of(auth: Iterable[Secret]) -> Code:
    """Where secrets go: (query or header, its name, its text with a `{}` for each secret)."""
    auth = list(auth)
    basic = {secret.name: "{}" for secret in auth if secret.scheme == "basic"}
    found = [("header", each.name.lower(), _behind(each.prefix)) for each in auth if each.scheme == "header"]
    found += [(str(each.scheme), each.name, "{}") for each in auth if each.scheme == "query"]
    if basic:
        both = basic.get("both", f"{basic.get('username', '')}:{basic.get('password', '')}")
        found.append(("header", "authorization", f"Basic {both}"))
    if any(secret.scheme == "oauth" for secret in auth):
        found.append(("header", "authorization", "Bearer token-of-a-fake-1"))
    return literal(tuple(found))


class CallView(View):
    """One method of the client, and its request according to the spec."""

    def __init__(self, provider: Context, name: str, endpoint: Endpoint, job_id: str) -> None:
        super().__init__(provider)
        self._name = name
        self._endpoint = endpoint
        self._job_id = job_id
        self._body = Placed() if endpoint.body is None else placed(provider, endpoint.body)
        if endpoint.whole is not None:
            self._body.arguments.append(((), endpoint.whole))

    @property
    def named(self) -> list[str]:
        """The spec's own types in its arguments."""
        return [name for parameter in self._endpoint.parameters for name in named(parameter.field.type)]

    @property
    def title(self) -> Code:
        return literal(self._name)

    @property
    def method(self) -> Code:
        return literal(self._endpoint.method)

    @property
    def path(self) -> Code:
        return literal(self._endpoint.path)

    @property
    def has_body(self) -> bool:
        return self._endpoint.has_body

    @property
    def is_raw(self) -> bool:
        return self._endpoint.is_raw

    @property
    def form(self) -> Code | None:
        return literal(self._endpoint.form) if self._endpoint.is_form else None

    @property
    def keys(self) -> Code | None:
        """Where its secrets go, if they are not the usual ones."""
        wanted = self._endpoint.auth
        return None if wanted is None else places_of(each for each in self.provider.ir.auth if each.argument in wanted)

    @property
    def constants(self) -> list[tuple[Code, Code]]:
        """(place, value) of each constant."""
        found: list[tuple[Json, Json]] = [(("body", path), value) for path, value in self._body.constants]
        found += [
            ((place.value, name), text)
            for place, name, text in self._endpoint.constants
            if not (self._endpoint.is_form and name.lower() == "content-type")
        ]
        own = {place for place, _ in found} | {("query", each.field.wire) for each in self._required}
        found += [(("query", name), text) for name, text in self.provider.ir.query if ("query", name) not in own]
        return [(literal(place), literal(value)) for place, value in found]

    @property
    def _required(self) -> list[Parameter]:
        """The required arguments in the query."""
        return [each for each in self._endpoint.parameters if each.place is Place.QUERY and not each.field.optional]

    @property
    def objects(self) -> list[Code]:
        return [literal(path) for path in self._body.objects]

    @property
    def arguments(self) -> list[Code]:
        """Each as a constructor call."""
        in_body = [self._argument(parameter, path) for path, parameter in self._body.arguments]
        elsewhere = [one for one in self._endpoint.parameters if one.place is not Place.BODY]
        return [*(self._argument(one, one.field.wire) for one in elsewhere), *in_body]

    def _holder(self, path: Pointer) -> Model:
        """The model of the body, or of an object in it."""
        assert self._endpoint.body is not None
        model = self.provider.ir.model(self._endpoint.body.model)
        for wire in path:
            found = self.provider.field_of(Named(model.name), wire).type
            assert isinstance(found, Named)
            model = self.provider.ir.model(found.name)
        return model

    def _argument(self, parameter: Parameter, where: str | Pointer) -> Code:
        field = parameter.field
        parts = [literal(parameter.name), literal(parameter.place.value), literal(where)]
        if field.is_rest:
            parts.append(_of_rest(self.provider, self._holder(tuple(where)[:-1])))
        else:
            parts.append(_values(self.provider, field.type, field.bounds))
        parts += [Code("is_optional=True")] if field.optional else []
        parts += [Code("is_nullable=True")] if field.nullable else []
        parts += [Code("is_id=True")] if self._job_id == field.wire else []
        parts += [Code(f"join={literal(field.join)}")] if field.join else []
        return Code(f"Argument({', '.join(parts)})")


def _id_of(operation: Operation) -> str:
    """The argument that is the id of the job, if the operation may return one."""
    return next((reply.job_id.argument for reply in operation.replies if reply.job), "")


class JobTableView(View):
    """One kind of job, as the spec describes it."""

    def __init__(self, provider: Context, job: Job) -> None:
        super().__init__(provider)
        self._job = job

    @property
    def table(self) -> Code:
        """The row of the job."""
        job, lifecycle, polling = self._job, self._job.lifecycle, self._job.polling
        result, cancel = lifecycle.result.endpoint, lifecycle.cancel.endpoint if lifecycle.cancel else None
        fields = {
            "name": job.name,
            "submit": Code(f"CALLS[{literal(f'{job.name}.submit')}]"),
            "states": literal({status: state.value for status, state in lifecycle.states.items()}),
            "transitions": literal(lifecycle.transitions) if lifecycle.transitions else None,
            "poll": lifecycle.poll.path,
            "min_interval": polling.min_interval,
            "interval": polling.interval,
            "timeout": polling.timeout,
            "is_polled_by_id": lifecycle.poll.link is None or bool(lifecycle.poll.link.path),
            "codes": tuple(lifecycle.codes),
            "is_open": self.is_open,
            "has_id_in_body": job.reply is not None and bool(job.job_id.field),
            "not_found_grace": polling.not_found_grace,
            "result": result.path if result else None,
            "cancel": (cancel.method, cancel.path) if cancel else None,
            "idempotency_key": job.idempotency_key,
            "values": {name: "a value" for name in lifecycle.poll.names if name in job.address_arguments},
            "has_retry_after": self._has(lifecycle.retry_after),
            "has_reason": self._has(lifecycle.error.message),
        }
        return row("Job", fields, indent=4)

    @property
    def is_open(self) -> bool:
        """Whether the status is a text, so that new ones may appear."""
        if self._job.snapshot is None or not self._job.lifecycle.status:
            return False
        here = self.provider.type_at(self._job.lifecycle.status, Named(self._job.snapshot))
        return here in (Scalar(Kind.STRING), Scalar(Kind.ANY)) or (
            isinstance(here, Named) and not getattr(self.provider.ir.by_name[here.name], "is_numeric", False)
        )

    def _has(self, pointer: Pointer) -> bool:
        """Whether the poll replies of this job have that field."""
        try:
            snapshot = self._job.snapshot
            return bool(pointer and snapshot and self.provider.attributes(pointer, Named(snapshot)))
        except KeyError:
            return False


class StreamTableView(View):
    """An operation that returns a stream of events."""

    def __init__(self, provider: Context, operation: Operation) -> None:
        super().__init__(provider)
        assert operation.stream is not None
        self._name = operation.name
        self._stream = operation.stream
        self.ends = bool(operation.stream.last or operation.stream.end)
        self.fails = bool(operation.stream.error_message)
        self.is_named = operation.stream.is_named

    @property
    def table(self) -> Code:
        """The row of the stream."""
        stream = self._stream
        events = {name: Code(f"models.{model}") for name, model in stream.events if name != stream.error_event}
        fields = {
            "call": Code(f"CALLS[{literal(self._name)}]"),
            "events": literal(events),
            "last": tuple(sorted(stream.last)),
            "end": stream.end,
            "is_named": stream.is_named,
            "kind": stream.kind,
            "is_lines": stream.is_lines,
            "error": (stream.error_event or "", stream.error_message) if stream.error_message else None,
        }
        return row("EventStream", fields, indent=4)


_SCALARS = {
    Kind.STRING: "text",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATETIME: "moment",
    Kind.LOCAL_DATETIME: "local_moment",
    Kind.UNIXTIME: "unix_time",
    Kind.DATE: "day",
    Kind.ANY: "anything",
    Kind.OBJECT: "an_object",
    Kind.FILE: "file",
    Kind.BYTES: "raw",
    Kind.UUID: "uuid",
    Kind.BASE64: "base64",
}


def _values(provider: Context, type: Type, bounds: Bounds = UNBOUNDED) -> Code:
    """The possible values of a type."""
    match type:
        case Scalar(Kind.UNIXTIME_MS):
            return Code("v.unix_time(milliseconds=True)")
        case Scalar(kind):
            return Code(f"v.{_SCALARS[kind]}({', '.join(_limits(bounds))})")
        case ListOf(item):
            return Code(f"v.list_of({', '.join([_values(provider, item), *_limits(bounds)])})")
        case OneOf(types, nullable):
            parts = [*(_values(provider, each) for each in types), *([Code("v.null()")] if nullable else [])]
            return Code(f"v.one_of({', '.join(parts)})")
        case MapOf(value):
            return Code(f"v.map_of({_values(provider, value)})")
        case Named(name):
            thing = provider.ir.by_name[name]
            if not isinstance(thing, Enum):
                return Code(f"of({literal(name)})")
            texts = ", ".join(literal(thing.json(value)) for value in thing.values)
            return Code(f"v.choice(models.{name}, {texts})")


def _limits(bounds: Bounds) -> Iterator[Code]:
    if not bounds:
        return
    table: Mapping[str, Json] = {
        "min": bounds.min,
        "max": bounds.max,
        "above": bounds.above,
        "below": bounds.below,
        "min_length": bounds.min_length,
        "max_length": bounds.max_length,
        "pattern": bounds.pattern,
        "min_items": bounds.min_items,
        "max_items": bounds.max_items,
    }
    for name, value in table.items():
        if value is not None:
            whole = int(value) if isinstance(value, float) and value.is_integer() else value
            yield Code(f"{name}={literal(whole)}")


def _values_of(provider: Context, name: str) -> Code:
    """The possible values of a model or a union."""
    thing = provider.ir.by_name[name]
    if isinstance(thing, Union):
        return Code(f"v.union({', '.join(f'of({literal(variant)})' for _, variant in thing.variants)})")
    assert isinstance(thing, Model)
    is_checked = not thing.in_reply  # a model that replies have too is not checked for bounds
    fields = thing.fields if is_checked else [replace(field, bounds=UNBOUNDED) for field in thing.fields]
    keys = ", ".join(f"{literal(field.name)}: {_key(provider, field)}" for field in fields)
    tag = f", tag={literal((thing.tag_field, thing.tag))}" if thing.tag is not None else ""
    rest = f", rest={_of_rest(provider, thing)}" if thing.additional else ""
    return Code(f"v.model(models.{name}, {{{keys}}}{tag}{rest})")


def _of_rest(provider: Context, model: Model) -> Code:
    """The possible values of the keys that have no field."""
    assert model.additional is not None
    assert isinstance(model.additional.type, MapOf)
    declared = [field.wire for field in model.fields] + ([model.tag_field] if model.tag_field else [])
    parts = [_values(provider, model.additional.type.value), *map(literal, declared)]
    return Code(f"v.rest_of({', '.join(parts)})")


def _key(provider: Context, field: Field) -> Code:
    values = (
        Code(f"v.constant({literal(field.const)})") if field.is_const else _values(provider, field.type, field.bounds)
    )
    parts = [literal(field.wire), values]
    parts += [Code("is_optional=True")] if field.optional else []
    parts += [Code("is_nullable=True")] if field.nullable else []
    return Code(f"v.Key({', '.join(parts)})")

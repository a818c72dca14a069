"""Requests as the templates see them: endpoints, operations, streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .. import names, prose
from ..ir import BodyField, BodyModel, Endpoint, Field, Kind, Named, Operation, Parameter, Place, Reply, Scalar, Stream
from ..python import Code, annotation, bounded, docstring, literal, seconds
from .view import View

if TYPE_CHECKING:
    from .jobs import JobView
    from .provider import ProviderView


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a generated function."""

    name: Code
    annotation: Code
    is_required: bool

    @property
    def declared(self) -> Code:
        return Code(f"{self.name}: {self.annotation}" if self.is_required else f"{self.name}: {self.annotation} = None")

    @property
    def passed(self) -> Code:
        return Code(f"{self.name}={self.name}")

    @property
    def as_key(self) -> Code:
        """The argument as a key of a TypedDict."""
        return Code(f"{self.name}: {f'Required[{self.annotation}]' if self.is_required else self.annotation}")


class EndpointView(View):
    """What a call function prints: where its arguments go."""

    def __init__(self, provider: ProviderView, endpoint: Endpoint) -> None:
        super().__init__(provider)
        self._endpoint = endpoint

    @property
    def method(self) -> Code:
        return literal(self._endpoint.method)

    @cached_property
    def arguments(self) -> list[Argument]:
        return [self.provider.argument(parameter) for parameter in self._endpoint.parameters]

    @property
    def line(self) -> Code:
        return docstring(f"`{self._endpoint.method} {self._endpoint.path}`", indent=4)

    @property
    def checked(self) -> list[tuple[Code, Code]]:
        """(argument, annotation) of what goes into path, query and headers; a body checks itself."""
        found = []
        for parameter in self._endpoint.parameters:
            if parameter.place is not Place.BODY:
                inside = annotation(parameter.field.type, prefix="models.")
                wanted = bounded(inside, parameter.field.bounds)
                optional = "" if not parameter.field.optional else " | None"
                found.append((Code(parameter.name), Code(f"{wanted}{optional}")))
        return found

    @property
    def path(self) -> Code:
        filled = {parameter.field.wire: parameter.name for parameter in self._in(Place.PATH)}
        path = literal(self._endpoint.path)
        if filled:
            inside = ", ".join(f"{literal(wire)}: {name}" for wire, name in filled.items())
            path = Code(f"_path({path}, {{{inside}}})")
        pairs = [f"({literal(p.field.wire)}, {p.name})" for p in self._in(Place.QUERY)]
        pairs += [
            f"({literal(name)}, {literal(text)})"
            for place, name, text in self._endpoint.constants
            if place is Place.QUERY
        ]
        return Code(f"{path} + _query([{', '.join(pairs)}])") if pairs else path

    @property
    def headers(self) -> Code | None:
        pairs = [f"{literal(p.field.wire)}: {p.name}" for p in self._in(Place.HEADER)]
        pairs += [
            f"{literal(name)}: {literal(text)}"
            for place, name, text in self._endpoint.constants
            if place is Place.HEADER
        ]
        return Code(f"{{{', '.join(pairs)}}}") if pairs else None

    @property
    def body(self) -> Code | None:
        return _built(self._endpoint.body) if self._endpoint.body is not None else None

    @property
    def free_body(self) -> Code | None:
        """The argument that is the whole body."""
        names = [Code(f"{each.name}, {literal(each.name)}") for each in self._in(Place.BODY)]
        return names[0] if self._endpoint.is_free else None

    @property
    def is_form(self) -> bool:
        """Whether the body holds files, so that it goes out in parts."""
        return self._endpoint.is_form

    @property
    def limited_as(self) -> Code | None:
        """The name of its rate limit, where the path does not tell it."""
        return literal(f"{self._endpoint.method} {self._endpoint.path}") if self._in(Place.PATH) else None

    @property
    def repeatable(self) -> bool:
        return self._endpoint.repeatable

    @property
    def timeout(self) -> Code | None:
        return seconds(self._endpoint.timeout) if self._endpoint.timeout is not None else None

    def _in(self, place: Place) -> list[Parameter]:
        return [parameter for parameter in self._endpoint.parameters if parameter.place is place]


class OperationView(View):
    def __init__(self, provider: ProviderView, operation: Operation) -> None:
        super().__init__(provider)
        self._operation = operation
        self.endpoint = EndpointView(provider, operation.endpoint)

    @property
    def name(self) -> Code:
        return Code(self._operation.name)

    @property
    def docstring(self) -> Code:
        endpoint = self._operation.endpoint
        wait = f"{endpoint.timeout:g}" if endpoint.timeout is not None else "the client's"
        job = ""
        if self._operation.job:
            job = f"\nAnswers at once, or with the handle of a `{self._operation.job}` job if it takes longer."
        elif self._operation.stream:
            job = (
                "\nA stream of events: iterate it, best in a `with` block."
                " Its timeout is for each silence, not the whole."
            )
        return docstring(prose.operation(self._operation, self.provider.texts, job, wait), indent=8)

    @property
    def answers(self) -> list[Reply]:
        return [reply for reply in self._operation.replies if not reply.job]

    @property
    def returns(self) -> Code:
        """The type of an answer that is no job."""
        kinds = dict.fromkeys(self.provider.reply_type(reply.type) for reply in self.answers)
        return Code(" | ".join(kinds) or "None")

    @property
    def read(self) -> Code:
        """How the answer is read."""
        answers = self.answers
        if self.job_reply is not None:
            return Code("")
        if not answers or all(reply.type is None for reply in answers):
            return Code("_reads_nothing")
        if len(answers) == 1:
            return Code(f"_reads({self.returns})")
        table = ", ".join(f"{reply.status}: {self.provider.reply_type(reply.type)}" for reply in answers)
        return Code(f"_reads_by_status({{{table}}})")

    @property
    def accept(self) -> Code | None:
        """The media type that the answer should have, where that is not JSON."""
        return literal("*/*") if any(reply.type == Scalar(Kind.BYTES) for reply in self.answers) else None

    @property
    def job_reply(self) -> Reply | None:
        return next((reply for reply in self._operation.replies if reply.job), None)

    @property
    def job(self) -> JobView | None:
        return self.provider.job(self._operation.job) if self._operation.job else None

    @property
    def job_status(self) -> Code:
        assert self.job_reply is not None
        return literal(self.job_reply.status)

    @property
    def job_id(self) -> Code:
        assert self.job_reply is not None
        assert self.job is not None
        return self.job.id_at(self.job_reply.job_id)

    @property
    def stream(self) -> StreamView | None:
        return StreamView(self.provider, self._operation.stream) if self._operation.stream else None


class StreamView(View):
    def __init__(self, provider: ProviderView, stream: Stream) -> None:
        super().__init__(provider)
        self._stream = stream

    @property
    def event(self) -> Code:
        return Code(f"models.{self._stream.union}")

    @property
    def other(self) -> Code:
        return Code(f"models.{names.other_class(self._stream.union)}")

    @property
    def events(self) -> list[tuple[Code, Code]]:
        return [(literal(name), Code(f"models.{model}")) for name, model in self._stream.events]

    @property
    def last(self) -> Code:
        return literal(self._stream.last)

    @property
    def error(self) -> Code | None:
        return literal(self._stream.error_event) if self._stream.error_event else None

    @property
    def error_message(self) -> Code:
        model = dict(self._stream.events).get(self._stream.error_event or "")
        path = self._stream.error_message
        return literal(self.provider.attributes(path, Named(model)) if model else tuple(path))


def _built(body: BodyModel) -> Code:
    """A body made of arguments, as a constructor call."""
    return Code(f"models.{body.model}({', '.join(_filled(body.fields))})")


def _filled(fields: Iterable[BodyField]) -> Iterator[str]:
    for field in fields:
        match field.value:
            case BodyModel() as inner:
                yield f"{field.name}={_built(inner)}"
            case Parameter(field=Field(type=Scalar(Kind.FILE)), name=name):
                yield f"{field.name}=_as_file({name}, {literal(name)})"
            case Parameter(name=name):
                yield f"{field.name}={name}"
            case None:
                yield f"{field.name}={literal(field.const)}"

"""Requests as the templates see them: where their arguments go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bide.emit.python.code import Code, annotation, bounded, docstring, literal, seconds
from bide.emit.views.context import Context
from bide.emit.views.view import View
from bide.ir import (
    BodyField,
    BodyModel,
    Endpoint,
    Field,
    Kind,
    Parameter,
    Place,
    Scalar,
)


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

    def __init__(self, provider: Context, endpoint: Endpoint) -> None:
        super().__init__(provider)
        self._endpoint = endpoint

    @property
    def method(self) -> Code:
        return literal(self._endpoint.method)

    @cached_property
    def arguments(self) -> list[Argument]:
        return [argument(self.provider, parameter) for parameter in self._endpoint.parameters]

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
    def idempotent(self) -> bool:
        return self._endpoint.idempotent

    @property
    def timeout(self) -> Code | None:
        return seconds(self._endpoint.timeout) if self._endpoint.timeout is not None else None

    def _in(self, place: Place) -> list[Parameter]:
        return [parameter for parameter in self._endpoint.parameters if parameter.place is place]


def argument(context: Context, parameter: Parameter) -> Argument:
    """An argument of a generated function for a parameter of a request."""
    field = parameter.field
    inside = annotation(field.type, request=True, like=context.like, prefix="models.")
    can_be_none = (field.optional or field.nullable) and field.type != Scalar(Kind.ANY)
    return Argument(Code(parameter.name), Code(f"{inside} | None") if can_be_none else inside, not field.optional)


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

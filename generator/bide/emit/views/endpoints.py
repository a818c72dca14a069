"""Requests as the templates see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bide.emit.python.code import Code, annotation, bounded, docstring, literal
from bide.emit.python.table import row
from bide.emit.views.context import Context
from bide.emit.views.view import View
from bide.ir import (
    BodyField,
    BodyModel,
    Endpoint,
    Field,
    Kind,
    ListOf,
    OneOf,
    Parameter,
    Place,
    Scalar,
)
from bide.ir.endpoints import MULTIPART, NAME, is_file_or_text
from bide.ir.notation import leaves

_WRITTEN = (Scalar(Kind.LOCAL_DATETIME), Scalar(Kind.UNIXTIME), Scalar(Kind.UNIXTIME_MS))
"""The types whose text in a query or a header is not that of the Python value."""


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
    """A request in a call function: its arguments, and the `Call` that they become."""

    def __init__(self, provider: Context, endpoint: Endpoint) -> None:
        super().__init__(provider)
        self._endpoint = endpoint

    @cached_property
    def arguments(self) -> list[Argument]:
        return [argument(self.provider, parameter) for parameter in self._endpoint.parameters]

    @property
    def line(self) -> Code:
        return docstring(f"`{self._endpoint.method} {self._endpoint.path}`", indent=4)

    @property
    def checked(self) -> list[tuple[Code, Code]]:
        """(argument, annotation) of the arguments in path, query and headers. The model of a body checks the others."""
        found = []
        for parameter in self._endpoint.parameters:
            if parameter.place is not Place.BODY:
                found.append((Code(parameter.name), self._checked(parameter)))
        return found

    def _checked(self, parameter: Parameter) -> Code:
        unions = self.provider.union_names
        inside = annotation(parameter.field.type, prefix="models.", unions=unions, is_checked=True)
        wanted = bounded(inside, parameter.field.bounds)
        return Code(f"{wanted} | None") if parameter.field.optional else wanted

    def _written(self, parameter: Parameter) -> Code:
        """The value of an argument outside of the body."""
        value, name = Code(parameter.name), literal(parameter.name)
        if parameter.field.in_brackets or any(each in _WRITTEN for each in leaves(parameter.field.type)):
            value = Code(f"_as_written({self._checked(parameter)}, {value}, {name})")
        by = parameter.field.join
        return Code(f"_joined({value}, {literal(by)}, {name})") if by else value

    @property
    def body(self) -> Code | None:
        return _built(self._endpoint.body) if self._endpoint.body is not None else None

    @property
    def file(self) -> Code | None:
        """The file that is the whole body."""
        whole = self._endpoint.whole
        if whole is None or not self._endpoint.is_raw:
            return None
        return Code(f"_as_file({whole.name}, {literal(whole.name)})")

    @property
    def form(self) -> Code | None:
        """The encoded form, if the body is sent as one."""
        if not self._endpoint.is_form:
            return None
        kind = "" if self._endpoint.form == MULTIPART else f", {literal(self._endpoint.form)}"
        return Code(f"_encode_form(_body{kind})")

    def call(
        self,
        read: Code | None = None,
        *,
        accept: str | None = None,
        idempotent: bool = False,
        indent: int | None = None,
    ) -> Code:
        """The `Call`: what to send, and the function that reads the reply. *accept* is its media type; `None`: JSON."""
        endpoint = self._endpoint
        fields = {
            "method": endpoint.method,
            "path": self._path,
            "body": self._encoded,
            "content_type": self._content_type,
            "headers": literal(headers) if (headers := self._pairs(Place.HEADER)) else None,
            "accept": accept,
            "limited_as": f"{endpoint.method} {endpoint.path}" if self._in(Place.PATH) else None,
            "idempotent": idempotent,
            "timeout": endpoint.timeout,
            "auth": None if endpoint.auth is None else literal(endpoint.auth),
            "read": read,
        }
        return row("Call", fields, indent=indent)

    @property
    def _content_type(self) -> str | None:
        """The media type of the body, if it is not JSON."""
        if self._endpoint.is_form:
            return Code("_form.content_type")
        if self._endpoint.is_raw and self._endpoint.content_type is None:
            return Code("_file.type")
        return self._endpoint.content_type

    @property
    def _path(self) -> Code:
        path = literal(self._endpoint.path)
        if filled := self._pairs(Place.PATH):  # by the names of the arguments, which errors tell
            names = {each.field.wire: each.name for each in self._in(Place.PATH)}
            text = NAME.sub(lambda found: found[0].replace(found[1], names[found[1]]), self._endpoint.path)
            path = Code(f"_path({literal(text)}, {literal({names[wire]: value for wire, value in filled.items()})})")
        pairs = self._pairs(Place.QUERY)
        return Code(f"{path} + _query({literal(list(pairs.items()))})") if pairs else path

    @property
    def _encoded(self) -> Code | None:
        if self._endpoint.is_form:
            return Code("_form.body")
        if self._endpoint.is_raw:
            return Code("_file.body")
        if (whole := self._endpoint.whole) is not None:
            named = f"{whole.name}, {literal(whole.name)}"
            if whole.field.type == Scalar(Kind.OBJECT):
                return Code(f"_encode_object({named})")
            if self._endpoint.is_text:
                return Code(f"_encode_text({named})")
            wanted = annotation(whole.field.type, prefix="models.", unions=self.provider.union_names, is_checked=True)
            return Code(f"_encode_value({wanted}, {named})")
        return Code("_encode(_body)") if self._endpoint.body is not None else None

    def _pairs(self, place: Place) -> dict[str, Code | str]:
        """The values of parameters and constants by wire name."""
        pairs: dict[str, Code | str] = {each.field.wire: self._written(each) for each in self._in(place)}
        return pairs | {
            name: text
            for at, name, text in self._endpoint.constants
            if at is place and not (self._endpoint.content_type and name.casefold() == "content-type")
        }

    def _in(self, place: Place) -> list[Parameter]:
        return [parameter for parameter in self._endpoint.parameters if parameter.place is place]


def argument(context: Context, parameter: Parameter) -> Argument:
    """An argument of a generated function for a parameter of a request."""
    field = parameter.field
    inside = annotation(field.type, request=True, like=context.like, unions=context.union_names, prefix="models.")
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
            case Parameter(field=Field(type=ListOf(Scalar(Kind.FILE))), name=name):
                yield f"{field.name}=_as_files({name}, {literal(name)})"
            case Parameter(field=Field(type=OneOf() as type_), name=name) if is_file_or_text(type_):
                file = f"_as_file({name}, {literal(name)})"
                yield f"{field.name}={name} if isinstance({name}, str) else {file}"
            case Parameter(field=Field(is_rest=True), name=name):
                yield f"{field.name}={name} or {{}}"
            case Parameter(name=name):
                yield f"{field.name}={name}"
            case None:
                yield f"{field.name}={literal(field.const)}"

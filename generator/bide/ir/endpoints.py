"""One request: its method, its address, and where its arguments go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bide.ir.models import Example, Field
from bide.ir.types import Json, Kind, ListOf, OneOf, Pointer, Scalar, Type

NAME = re.compile(r"\{\+?([A-Za-z][\w.-]*)\}")
"""A name in braces, in a path or a text."""


MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
FORMS = (MULTIPART, URLENCODED)


_FILE = Scalar(Kind.FILE)
_FILES = (_FILE, ListOf(_FILE))


def is_file_or_text(type_: Type) -> bool:
    """Whether a field of a body is `file or string`."""
    return isinstance(type_, OneOf) and set(type_.types) == {_FILE, Scalar(Kind.STRING)} and not type_.nullable


class Place(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of a request, and where it goes."""

    field: Field
    name: str
    """The Python name of the argument: the field's, with an underscore if generated methods use that name."""
    place: Place


@dataclass(frozen=True, slots=True)
class BodyField:
    """The value of one field of a body: an argument, a constant, or a model made of arguments."""

    name: str
    """The Python name of the field."""
    value: Parameter | BodyModel | None
    """`None`: the field's constant."""
    const: Json = None


@dataclass(frozen=True, slots=True)
class BodyModel:
    """A body, or a part of one, built from arguments."""

    model: str
    fields: tuple[BodyField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a reply has a link: in a header, or in a field of its body."""

    header: str = ""
    field: Pointer = ()
    path: str = ""
    """The path of the request if a reply has no link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method and a path, and what may be sent to it."""

    method: str
    path: str
    """Under the base URL, with `{name}` for each path parameter. If the address is a link, this is a made-up path that
    names it in rate limits and in the simulator.
    """
    link: Link | None = None
    """Where a reply has the address, if it is a link."""
    parameters: tuple[Parameter, ...] = ()
    """In the order of the spec, required ones first."""
    constants: tuple[tuple[Place, str, str], ...] = ()
    """Query and header parameters that always have the same text: (place, wire name, text).

    Those of polls, results and cancellations may also be fields of the body, and have `{name}` in them as paths have.
    """
    body: BodyModel | None = None
    idempotent: bool = False
    timeout: float | None = None
    rate_limit: Rate | None = None
    auth: tuple[str, ...] | None = None
    """The secrets that it needs, by the client's arguments; `None`: the usual ones."""
    examples: tuple[Example, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names in braces in the path and the constants, without a `+`."""
        texts = [self.path, *(text for _, _, text in self.constants)]
        return tuple(dict.fromkeys(name for text in texts for name in NAME.findall(text)))

    @property
    def named(self) -> dict[str, Parameter]:
        """Its arguments by wire name."""
        return {parameter.field.wire: parameter for parameter in self.parameters}

    @property
    def whole(self) -> Parameter | None:
        """The argument that is the whole body, if the body is not made of fields."""
        if self.body is not None:
            return None
        return next((each for each in self.parameters if each.place is Place.BODY), None)

    @property
    def is_raw(self) -> bool:
        """Whether the body is bytes."""
        return self.whole is not None and self.whole.field.type == Scalar(Kind.BYTES)

    @property
    def is_text(self) -> bool:
        """Whether the body is text, not JSON."""
        is_string = self.whole is not None and self.whole.field.type == Scalar(Kind.STRING)
        return is_string and (self.content_type or "").startswith("text/")

    @property
    def has_body(self) -> bool:
        return self.body is not None or self.whole is not None

    @property
    def content_type(self) -> str | None:
        """The media type of a body that the spec sets; `None`: the usual one."""
        types = (
            text for place, name, text in self.constants if place is Place.HEADER and name.lower() == "content-type"
        )
        return next(types, None) if self.has_body else None

    @property
    def form(self) -> str:
        """The media type, if the body is sent as a form: that of the spec, or multipart if there are files."""
        if self.content_type in FORMS:
            return self.content_type or ""
        types = [each.field.type for each in self.parameters]
        return MULTIPART if any(each in _FILES or is_file_or_text(each) for each in types) else ""

    @property
    def media_type(self) -> str:
        """The media type of the body, in lower case; `*/*` if the caller chooses it, empty if there is no body."""
        if not self.has_body:
            return ""
        usual = "*/*" if self.is_raw else "application/json"
        return (self.form or self.content_type or usual).partition(";")[0].strip().lower()

    @property
    def is_form(self) -> bool:
        return bool(self.form)

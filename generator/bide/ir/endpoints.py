"""One request: its method, its address, and where its arguments go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bide.ir.models import Example, Field
from bide.ir.types import Json, Kind, Pointer, Scalar


class Place(StrEnum):
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument of an operation, and where it goes."""

    field: Field
    name: str
    """The Python name of the argument; unlike the field's where it would clash with one of ours."""
    place: Place


@dataclass(frozen=True, slots=True)
class BodyField:
    """How one field of a body model is filled: from an argument, a constant, or a model made of arguments."""

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
    """Where a reply hands out an address: in a header, or in a field of its body."""

    header: str = ""
    field: Pointer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method and a path, and what may be sent to it."""

    method: str
    path: str
    """Under the base URL, with `{name}` for each path parameter. Where the provider hands the address out, it is made
    up: it stands for the address where requests are counted, and the simulator has it there.
    """
    link: Link | None = None
    """Where the address itself is."""
    parameters: tuple[Parameter, ...] = ()
    """In the order of the spec, those that must be given first."""
    constants: tuple[tuple[Place, str, str], ...] = ()
    """Query and header parameters that always have the same text: (place, wire name, text)."""
    body: BodyModel | None = None
    idempotent: bool = False
    timeout: float | None = None
    rate_limit: Rate | None = None
    examples: tuple[Example, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether its body is any JSON object, given as one argument."""
        return self.body is None and any(each.place is Place.BODY for each in self.parameters)

    @property
    def is_form(self) -> bool:
        """Whether its body holds files, and so goes out in parts."""
        return any(each.field.type == Scalar(Kind.FILE) for each in self.parameters)

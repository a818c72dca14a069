"""The types of a spec: scalars, lists, maps, and names of enums, models and unions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Any


Pointer: TypeAlias = tuple[str, ...]
"""Wire names that lead from a JSON object to a value: `("error", "message")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page of the provider that the spec is based on."""

    key: str
    title: str
    url: str


class Kind(StrEnum):
    """The kinds of built-in types."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    ANY = "any"
    OBJECT = "object"
    BYTES = "bytes"
    FILE = "file"
    """A file in a multipart request."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A built-in type."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ListOf:
    """A JSON array."""

    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """A JSON object with any keys."""

    value: Type


@dataclass(frozen=True, slots=True)
class Named:
    """An enum, model or union of the same spec."""

    name: str


Type: TypeAlias = Scalar | ListOf | MapOf | Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a value, both ends included. `None` is no bound."""

    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None

    def __bool__(self) -> bool:
        return self is not UNBOUNDED and self != UNBOUNDED


UNBOUNDED = Bounds()

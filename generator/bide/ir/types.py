"""The types of a spec: scalars, lists, maps, and names of enums, models and unions."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Any


Pointer: TypeAlias = tuple[str, ...]
"""Wire names that lead from a JSON object to a value, and places in lists: `("errors", "0", "message")`."""

INDEX = re.compile(r"0|[1-9][0-9]{0,2}")
"""A step into a list. The limit bounds the work on a hostile spec."""


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
    LOCAL_DATETIME = "local_datetime"
    """A date and time without a time zone."""
    UNIXTIME = "unixtime"
    """A time as a number of seconds since 1970."""
    UNIXTIME_MS = "unixtime_ms"
    """The same in milliseconds."""
    DATE = "date"
    UUID = "uuid"
    BASE64 = "base64"
    """Bytes, as base64 in JSON."""
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


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value of one of several types, which its JSON type tells apart."""

    types: tuple[Type, ...]
    nullable: bool = False
    """Whether it may also be null. A type with only that is an item of a list or map."""


Type: TypeAlias = Scalar | ListOf | MapOf | Named | OneOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a value. Both ends are included, except of `above` and `below`. `None` is no bound."""

    min: float | None = None
    max: float | None = None
    above: float | None = None
    """A lower bound that is not allowed itself."""
    below: float | None = None
    """An upper bound that is not allowed itself."""
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None

    def __bool__(self) -> bool:
        return self is not UNBOUNDED and self != UNBOUNDED


def between(bounds: Bounds, *, is_whole: bool = False) -> float:
    """1, or the nearest number that is allowed; between two bounds that are not allowed themselves, their middle."""
    step = 1.0 if is_whole else 0.0
    low = max(_or(bounds.min, -math.inf), _or(bounds.above, -math.inf) + step)
    high = min(_or(bounds.max, math.inf), _or(bounds.below, math.inf) - step)
    low = math.ceil(low) if is_whole and math.isfinite(low) else low
    found = max(low, min(1, high))
    if is_whole or found not in (bounds.above, bounds.below):
        return found
    if math.isinf(low):
        return high - 1
    return low + 1 if math.isinf(high) else (low + high) / 2


def _or(bound: float | None, otherwise: float) -> float:
    return otherwise if bound is None else bound


UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\Z"

UNBOUNDED = Bounds()

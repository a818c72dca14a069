"""Enums, models and unions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bide.ir.types import UNBOUNDED, Bounds, Json, Pointer, Source, Type

REST = "other keys"
"""The wire name of the map of all keys that have no field of their own."""


class State(StrEnum):
    """The state of a job, the same for all providers."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (State.PENDING, State.RUNNING)

    @property
    def has_result(self) -> bool:
        return self in (State.SUCCEEDED, State.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of a JSON object, or one parameter of a request."""

    wire: str
    name: str
    """The Python name: a checked identifier, no keyword."""
    type: Type
    optional: bool = False
    nullable: bool = False
    const: Json = None
    """Its only value, if `is_const`."""
    is_const: bool = False
    default: Json = None
    """What the server uses if it is left out, if `has_default`."""
    has_default: bool = False
    bounds: Bounds = UNBOUNDED
    description: str = ""
    source: Source | None = None
    deprecated: str = ""
    """Why it should not be used; empty: it is not deprecated."""
    secret: bool = False
    when: frozenset[State] = frozenset()
    """The states in which the field is always present."""
    join: str = ""
    """What separates the items of a list in a query parameter; empty: each item is a parameter of its own."""
    in_brackets: bool = False
    """Whether it is an object in a query, each of whose values is a parameter named like `filter[price][max]`."""

    @property
    def is_rest(self) -> bool:
        """Whether it is the map of all keys of an object that have no field of their own."""
        return self.wire == REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A body, word for word from the provider's page."""

    title: str
    source: Source | None
    text: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue:
    wire: str
    name: str
    """The Python name of the member."""
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """An open enum: unknown values are kept as they are."""

    name: str
    description: str
    source: Source | None
    values: tuple[EnumValue, ...]
    ignore_case: bool
    is_numeric: bool = False
    """Whether its values are whole numbers in JSON."""

    def json(self, value: EnumValue) -> Json:
        """A value as it is in JSON."""
        return int(value.wire) if self.is_numeric else value.wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A JSON object with known keys."""

    name: str
    description: str
    source: Source | None
    fields: tuple[Field, ...]
    """All fields. In a model with a `base`, those that its states always have are required."""
    additional: Field | None = None
    """The map of all other keys, if the spec has a type for them."""
    examples: tuple[Example, ...] = ()
    base: str | None = None
    """The model that this one narrows to some states."""
    narrowed: tuple[Field, ...] = ()
    """The fields that differ from those of `base`."""
    unions: tuple[str, ...] = ()
    """The unions that it is a variant of."""
    tag_field: str | None = None
    """The discriminator of its union."""
    tag: str | None = None
    envelope: str = ""
    """The key of a reply that may hold the model; empty: the reply is the model."""
    items: Items | None = None
    """Where its items are, if each may fail by itself."""
    in_request: bool = False
    """Whether a request can contain it."""
    in_reply: bool = False
    """Whether a reply can contain it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Models that differ in a discriminator, which is the value of one field or the name of an event, or in shape."""

    name: str
    description: str
    source: Source | None
    tag_field: str
    """The discriminator's wire name; empty for the events of a stream, and if the shape tells the variants apart."""
    variants: tuple[tuple[str, str], ...]
    """(value of the discriminator, model) pairs; the value is empty if the shape tells the variants apart."""
    by_shape: bool = False
    """Whether a value is the first variant that it fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Where the items of a result are, and which of their statuses mean failure."""

    list: Pointer
    status: Pointer
    failed: tuple[str, ...]
    error: Pointer

"""Enums, models and unions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bide.ir.types import UNBOUNDED, Bounds, Json, Pointer, Source, Type


class State(StrEnum):
    """Our word for where a job is."""

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
    """The only value it has, if `is_const`."""
    is_const: bool = False
    default: Json = None
    """What the server assumes, if `has_default`."""
    has_default: bool = False
    bounds: Bounds = UNBOUNDED
    description: str = ""
    source: Source | None = None
    deprecated: str = ""
    """Why not to use it, or empty."""
    secret: bool = False
    when: frozenset[State] = frozenset()
    """The states in which the field is always there."""


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
    """An open enum: a value that is not listed is kept."""

    name: str
    description: str
    source: Source | None
    values: tuple[EnumValue, ...]
    ignore_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A JSON object with known keys."""

    name: str
    description: str
    source: Source | None
    fields: tuple[Field, ...]
    """All of them; for a model with a `base`, with what `when` makes of them."""
    examples: tuple[Example, ...] = ()
    base: str | None = None
    """The model that this one narrows to some states."""
    narrowed: tuple[Field, ...] = ()
    """The fields that differ from those of `base`."""
    unions: tuple[str, ...] = ()
    """The unions this is a variant of."""
    tag_field: str | None = None
    tag: str | None = None
    envelope: str = ""
    """The key under which a reply may hold it, beside other things; empty: a reply is it."""
    items: Items | None = None
    """Where its items are that may fail one by one."""
    in_request: bool = False
    """Reached from the arguments of some operation."""
    in_reply: bool = False
    """Reached from the reply of some operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Models told apart by the text in one field."""

    name: str
    description: str
    source: Source | None
    tag_field: str
    variants: tuple[tuple[str, str], ...]
    """(tag, model) pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Where the items of a finished job are, and which of them failed."""

    list: Pointer
    status: Pointer
    failed: tuple[str, ...]
    error: Pointer

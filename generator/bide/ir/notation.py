"""Parse the notation of types, pointers, durations, ranges and rates. Independent of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bide import ir

_TYPE = re.compile(r"(?P<outer>(?:(?:list|map) of )*)(?P<inner>[A-Za-z][A-Za-z0-9]*)(?P<null> or null)?")
_DURATION = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h|d)")
_RATE = re.compile(r"(?P<count>[0-9]+)/(?P<unit>s|min|h|day)")

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RATE_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}

BUILT_IN = tuple(kind.value for kind in ir.Kind)
"""The built-in types."""


_DEEPEST = 6
"""The deepest nesting of lists and maps. It bounds the work on a hostile spec."""


class NotationError(ValueError):
    """A text is not in the notation of the spec language."""


@dataclass(frozen=True, slots=True)
class TypeText:
    """A parsed type, and whether it is nullable."""

    type: ir.Type
    nullable: bool

    @property
    def innermost(self) -> ir.Scalar | ir.Named:
        """The type without every `list of` and `map of`."""
        return innermost(self.type)


def innermost(type_: ir.Type) -> ir.Scalar | ir.Named:
    """The type inside of all lists and maps."""
    while isinstance(type_, ir.ListOf | ir.MapOf):
        type_ = type_.item if isinstance(type_, ir.ListOf) else type_.value
    return type_


@lru_cache(maxsize=1024)
def parse_type(text: str) -> TypeText:
    """Parse a type, such as `list of Page or null`. Names are not checked. Raises `NotationError`."""
    match = _TYPE.fullmatch(text)
    if match is None:
        raise NotationError(f'"{text}" is not a valid type')
    if match["outer"].count(" of ") > _DEEPEST:
        raise NotationError("this type is nested too deeply")
    inner = match["inner"]
    type_: ir.Type = ir.Scalar(ir.Kind(inner)) if inner in BUILT_IN else ir.Named(inner)
    for word in reversed(match["outer"].split(" of ")[:-1]):
        type_ = ir.ListOf(type_) if word == "list" else ir.MapOf(type_)
    return TypeText(type_, match["null"] is not None)


def spelled(type_: ir.Type) -> str:
    """A type in the notation of a spec."""
    match type_:
        case ir.Scalar(kind):
            return kind.value
        case ir.Named(name):
            return name
        case ir.ListOf(item):
            return f"list of {spelled(item)}"
        case ir.MapOf(value):
            return f"map of {spelled(value)}"


def parse_pointer(text: str) -> ir.Pointer:
    """`error.message` as wire names."""
    return tuple(text.split("."))


def parse_duration(text: str) -> float:
    """`500ms` in seconds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise NotationError(f'"{text}" is not a duration')
    # Rounded, so that 500ms is 0.5 and 1100ms is 1.1 in every generated file.
    return round(float(match["count"]) * _SECONDS[match["unit"]], 6)


def parse_range(text: str) -> tuple[float, float]:
    """`2s..5s` in seconds; a single duration is both ends."""
    low, dots, high = text.partition("..")
    return parse_duration(low), parse_duration(high if dots else low)


def parse_rate(text: str) -> ir.Rate:
    """`60/min` as a rate."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise NotationError(f'"{text}" is not a rate')
    return ir.Rate(count=int(match["count"]), seconds=_RATE_SECONDS[match["unit"]])

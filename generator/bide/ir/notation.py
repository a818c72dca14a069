"""Parse the notation of types, pointers, durations, ranges and rates. Independent of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bide import ir

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[()]| ")
_DURATION = re.compile(r"(?P<count>[0-9]+(?:\.[0-9]+)?)(?P<unit>ms|s|m|h|d)")
_RATE = re.compile(r"(?P<count>[0-9]+)/(?P<times>[0-9]*)(?P<unit>s|min|h|day)")

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
    def leaves(self) -> list[ir.Scalar | ir.Named]:
        """The types without every `list of`, `map of` and `or`."""
        return list(leaves(self.type))


def leaves(type_: ir.Type) -> Iterator[ir.Scalar | ir.Named]:
    """The types inside of all lists, maps and alternatives."""
    match type_:
        case ir.ListOf(inner) | ir.MapOf(inner):
            yield from leaves(inner)
        case ir.OneOf(types):
            for each in types:
                yield from leaves(each)
        case _:
            yield type_


def alternatives(type_: ir.Type) -> tuple[ir.Type, ...]:
    """The types that a value may have."""
    return type_.types if isinstance(type_, ir.OneOf) else (type_,)


@lru_cache(maxsize=1024)
def parse_type(text: str) -> TypeText:
    """Parse a type, such as `list of Page or null`. Names are not checked. Raises `NotationError`."""
    words = _TYPE.findall(text)
    if "".join(words) != text or "  " in text or text != text.strip():
        raise NotationError(f'"{text}" is not a valid type')
    rest = [word for word in words if word.strip()]
    found = _alternatives(text, rest, 0)
    if rest:
        raise NotationError(f'"{text}" is not a valid type')
    match found:
        case ir.OneOf((only,), nullable=True):
            return TypeText(only, nullable=True)
        case ir.OneOf(types, nullable=True):
            return TypeText(ir.OneOf(types), nullable=True)
    return TypeText(found, nullable=False)


def _alternatives(text: str, rest: list[str], depth: int) -> ir.Type:
    """The type at the start of *rest*, whose words are taken off: `A or list of B or null`."""
    types = [_one(text, rest, depth)]
    nullable = False
    while rest[:1] == ["or"] and not nullable:
        del rest[0]
        if rest[:1] == ["null"]:
            del rest[0]
            nullable = True
        else:
            types.append(_one(text, rest, depth))
    return types[0] if len(types) == 1 and not nullable else ir.OneOf(tuple(types), nullable)


def _one(text: str, rest: list[str], depth: int) -> ir.Type:
    if depth > _DEEPEST:
        raise NotationError("this type is nested too deeply")
    if rest[:1] == ["("]:
        del rest[0]
        found = _alternatives(text, rest, depth + 1)
        if rest[:1] == [")"]:
            del rest[0]
            return found
    elif rest[1:2] == ["of"] and rest[0] in ("list", "map"):
        holder = ir.ListOf if rest[0] == "list" else ir.MapOf
        del rest[:2]
        return holder(_one(text, rest, depth + 1))
    elif rest and rest[0] not in (")", "or", "of", "null"):
        name = rest.pop(0)
        return ir.Scalar(ir.Kind(name)) if name in BUILT_IN else ir.Named(name)
    raise NotationError(f'"{text}" is not a valid type')


def spelled(type_: ir.Type) -> str:
    """A type in the notation of a spec."""
    match type_:
        case ir.Scalar(kind):
            return kind.value
        case ir.Named(name):
            return name
        case ir.ListOf(item):
            return f"list of {_spelled_inside(item)}"
        case ir.MapOf(value):
            return f"map of {_spelled_inside(value)}"
        case ir.OneOf(types, nullable):
            return " or ".join([*map(spelled, types), *(["null"] if nullable else [])])


def _spelled_inside(type_: ir.Type) -> str:
    return f"({spelled(type_)})" if isinstance(type_, ir.OneOf) else spelled(type_)


def secrets_in(auth: ir.Json) -> Iterator[tuple[int, tuple[str | int, ...], Mapping[str, ir.Json]]]:
    """The secrets of an `auth`, each with its way and its path. The way is 0, or that of `one_of`, from 1."""
    items = [((), auth)] if isinstance(auth, dict) else [((index,), each) for index, each in enumerate(auth)]
    for path, item in items:
        if "one_of" not in item:
            yield 0, path, item
            continue
        for number, way in enumerate(item["one_of"]):
            here = (*path, "one_of", number)
            if isinstance(way, dict):
                yield number + 1, here, way
            else:
                yield from ((number + 1, (*here, index), each) for index, each in enumerate(way))


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
    """`60/min` or `20000/5min` as a rate."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise NotationError(f'"{text}" is not a rate')
    return ir.Rate(count=int(match["count"]), seconds=int(match["times"] or 1) * _RATE_SECONDS[match["unit"]])

"""Convert a status between a spec, where it is text, and a reply, where it may be a boolean or a number."""

from __future__ import annotations

from bide.ir import Json, Kind, Scalar, Type
from bide.simulator.bodies.pointer import MISSING

_WORDS = {"true": True, "false": False}


def in_spec(value: Json, type_: Type | None) -> str:
    """A reply's status as text of the spec. A missing boolean is false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "false" if value is MISSING and type_ == Scalar(Kind.BOOLEAN) else str(value)


def in_reply(word: str, type_: Type | None) -> Json:
    """A status of the spec as a value of this type; text if the type has no such value."""
    match type_:
        case Scalar(Kind.BOOLEAN):
            return _WORDS.get(word, word)
        case Scalar(Kind.INTEGER) if word.lstrip("-").isdecimal():
            return int(word)
        case _:
            return word

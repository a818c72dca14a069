"""Is a finding of `bide verify` right? Prism's validator and the document say, neither of which is Bide's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from evidence.prism.document import Document
from evidence.prism.said import Found, Place, Request, Violation


class Reason(StrEnum):
    """Why a finding is there."""

    CONTRADICTS = "contradicts its schema"
    """Prism's validator says of its own reply that it does not fit the document, at the same place; or the document
    has another type there than the reply."""
    UNNAMED = "not in its schema"
    """The reply has a field that the document names nowhere."""
    NO_LIST = "no list of values"
    """The document has no list of values at this place, so the spec has guesses."""
    OPEN = "any text"
    """The document lists values and says that there may be others."""
    ANY = "any field"
    """The document says that there may be fields that it does not name, and Prism makes some up."""
    REFUSED = "of Prism itself"
    """Prism refuses the request with an error of its own."""
    BY_HAND = "read by hand"
    NOT_EXPLAINED = "not explained"


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, and why it is there."""

    found: Found
    reason: Reason
    says: str = ""
    """What Prism says of the place, or a person."""


_TYPES = {
    "text": "string",
    "an integer": "integer",
    "a number": "number",
    "true or false": "boolean",
    "a list": "array",
    "an object": "object",
}


def judged(found: Found, document: Document, requests: Collection[Request], known: dict[str, str]) -> Judged:
    """The reason of a finding. *known* has those that a person has read, by a part of the message."""
    said = [
        violation
        for request in requests
        if (request.method, request.path) == (found.method, found.path)
        for violation in request.violations
        if _is_same(found, violation)
    ]
    if said:
        return Judged(found, Reason.CONTRADICTS, said[0].message)
    where = (found.method, found.path, found.place)
    wanted = next((type_ for words, type_ in _TYPES.items() if found.message.endswith(f", and not {words}")), "")
    if found.kind == "wrong-type" and document.types(*where) == {wanted}:
        return Judged(found, Reason.CONTRADICTS, f"the document says {wanted}")
    if found.kind == "unknown-field" and document.takes_any(*where):
        return Judged(found, Reason.ANY)
    if found.kind == "unknown-field" and not document.knows(*where):
        return Judged(found, Reason.UNNAMED)
    if found.kind in ("unknown-status", "unknown-value") and not document.values(*where):
        return Judged(found, Reason.NO_LIST)
    if found.kind in ("unknown-status", "unknown-value") and document.is_open(*where):
        return Judged(found, Reason.OPEN)
    if found.kind == "http-status" and any(
        request.error for request in requests if (request.method, request.path) == (found.method, found.path)
    ):
        return Judged(found, Reason.REFUSED)
    by_hand = [why for part, why in known.items() if part in found.message]
    return Judged(found, Reason.BY_HAND, by_hand[0]) if by_hand else Judged(found, Reason.NOT_EXPLAINED)


class Silence(StrEnum):
    """Why Prism's validator complains of a reply and `bide verify` does not."""

    NULL = "null where a field may be missing"
    FORMAT = "a format that is no type of Bide"
    BOUND = "a bound or a pattern"
    ALTERNATIVE = "one of several schemas"
    ELSEWHERE = "said once, of another place with the same model"
    NOT_EXPLAINED = "not explained"


_BOUND = re.compile(r"must (be (>|<)|match pattern|be multiple|NOT have (more|fewer|duplicate))")
_ALTERNATIVES = re.compile(r"must match (exactly one|a) schema in (oneOf|anyOf)")


def silence(violation: Violation, request: Request, reply: object, places: Iterable[Place] = ()) -> Silence:
    """Why a fault of a reply is none for `bide verify`, which has said something of *places* in it."""
    if _BOUND.search(violation.message):
        return Silence.BOUND
    if "must match format" in violation.message:
        return Silence.FORMAT
    if None in _values(reply, violation.place):
        return Silence.NULL
    several = [each.place for each in request.violations if _ALTERNATIVES.search(each.message)]
    if any(violation.place[: len(place)] == place for place in several):
        return Silence.ALTERNATIVE
    if violation.place and any(place[-1:] == violation.place[-1:] for place in places):
        return Silence.ELSEWHERE
    return Silence.NOT_EXPLAINED


def unreported(request: Request, places: Iterable[Place]) -> list[Violation]:
    """What Prism's validator says of a reply and `bide verify` does not; *places* has what the latter says."""
    known = [*places]
    return [
        violation
        for violation in dict.fromkeys(request.violations)
        if not any(_fits(place, violation.place) or _fits(place[:-1], violation.place) for place in known)
    ]


def _values(value: object, place: Place) -> list[object]:
    """The values at a place."""
    if isinstance(value, list):
        return [each for item in value for each in _values(item, place)]
    if not place:
        return [value]
    return _values(value[place[0]], place[1:]) if isinstance(value, dict) and place[0] in value else []


def _is_same(found: Found, violation: Violation) -> bool:
    """Whether both are about one place. A missing field is at its object for Prism."""
    if found.kind in ("missing-field", "missing-in-state"):
        return _fits(found.place[:-1], violation.place) and f"'{found.place[-1]}'" in violation.message
    return _fits(found.place, violation.place)


def _fits(place: Place, other: Place) -> bool:
    return len(place) == len(other) and all(one in ("*", two) for one, two in zip(place, other, strict=True))

"""Where the result of a job is: what speaks for each place, and which is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bide.importer.documents.openapi import Operation
from bide.importer.looking import Lens, Look
from bide.spec.names import words

RESULT = re.compile(r"^(?:results?|outputs?|download|content|transcript|items|data|file)$", re.IGNORECASE)
"""Last parts of addresses that may have a result."""
_FIELD = re.compile(r"^(?:outputs?|results?|response|data|assets|transcript)$")
_NAMED = re.compile(r"^(?:results?|outputs?|download|transcript)$", re.IGNORECASE)
"""Names that say it; the others may also be the input."""
_INPUT = re.compile(
    r"\b(?:inputs?|sources?|originals?|originally|uploaded|submitted|used (?:for|by|in)|"
    r"you (?:sent|uploaded|posted))\b",
    re.IGNORECASE,
)
_OUTPUT = re.compile(
    r"\b(?:results?|outputs?|generated|finished|final|rendered|converted|translated|completed|produced|processed|"
    r"transcripts?)\b",
    re.IGNORECASE,
)
_CLOSE = 1.0
"""Two places whose points differ by no more are asked about."""
_DOUBT = 2.0
"""A place with no more points is asked about."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that may have the result of a job."""

    said: str
    points: float
    why: str
    operation: Operation | None = None
    """`None`: a field of the poll."""
    id: str = ""
    """The parameter of the operation that is the id."""
    field: str = ""
    is_shared: bool = False
    """Whether the reply to the submit has the field, too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The place that is taken; `None`: the whole reply of the poll."""

    place: Place | None
    why: str
    rivals: tuple[Place, ...] = ()
    """Places that may be it as well, the one that is taken first. Empty: there is no doubt."""


Chooser = Callable[[str, list[str]], int]
"""Answers which of several places has the result of a job; it is given the submit."""


def chosen(addresses: list[Place], fields: list[Place]) -> Choice:
    """The place with the most evidence."""
    best = max((each.points for each in addresses), default=0.0)
    known = [each for each in fields if not each.is_shared or (0 < best < 5 and each.points >= 4)]
    places = sorted([*addresses, *known], key=lambda place: -place.points)
    able = [each for each in places if each.points > 0]
    refused = [each for each in places if each.points <= 0]
    but = "".join(f"; not {each.said}: {each.why}" for each in refused)
    if not able:
        return Choice(
            None, f"no address below it and no field of its own is named for a result{but}" if not but else but[2:]
        )
    first = able[0]
    close = [each for each in able if first.points - each.points <= _CLOSE]
    others = "".join(f"; not {each.said}, for which less speaks: {each.why}" for each in able[1:] if each not in close)
    is_doubtful = len(close) > 1 or first.points <= _DOUBT
    return Choice(first, f"{first.why}{others}{but}", tuple(close) if is_doubtful else ())


def of_address(operation: Operation, id_: str, *, is_linked: bool) -> Place:
    """An operation as the place of a result."""
    last = operation.segments[-1] if operation.segments else ""
    if is_linked:
        return Place(str(operation), 9.0, "a link of the poll leads to it", operation, id_)
    is_named = _NAMED.match(last) is not None
    points, why = (6.0, "its address says so") if is_named else (3.0, "its address may mean a result")
    about = operation.description.partition(". ")[0]
    replies = [each.description for each in operation.successes]
    text = " ".join([operation.summary, " ".join(words(operation.id)), about, *replies])
    return _judged(Place(str(operation), points, why, operation, id_), text, is_named=is_named)


def _judged(place: Place, text: str, *, is_named: bool) -> Place:
    """The place, with what its text says of the input or the output of the job."""
    of_input, of_output = _INPUT.search(text), _OUTPUT.search(text)
    points, why = place.points, place.why
    if of_input and of_output:
        points, why = points - 1, f'its text says "{of_input[0]}" as well as "{of_output[0]}"'
    elif of_input:
        points, why = points - 5, f'its text says "{of_input[0]}"'
    elif of_output and not is_named:
        points, why = points + 1, f'{why}, and its text says "{of_output[0]}"'
    return Place(place.said, points, why, place.operation, place.id, place.field, place.is_shared)


def in_poll(lens: Lens, holder: Look, submitted: Look, wrapper: str) -> Iterator[Place]:
    """The fields of a poll that may be the result. *wrapper* is the object with the status, if there is one."""
    for wire in holder.properties:
        look = lens.property(holder, wire)
        kinds = look.kinds - {"null"}
        if (
            not _FIELD.match(wire)
            or wire == wrapper
            or not (kinds - {"boolean", "integer", "number"} or look.properties)
        ):
            continue
        is_named = _NAMED.match(wire) is not None
        is_typed = bool(look.properties or lens.look(look.items).properties)
        points = (4.0 if is_named else 2.0) + is_typed
        why = "its name says so" if is_named else "its name may mean a result"
        why += ", and its type is known" if is_typed else ""
        place = Place(f"the field {wire} of the poll", points, why, field=wire, is_shared=wire in submitted.properties)
        if _INPUT.search(look.description) and not _OUTPUT.search(look.description):
            place = _judged(place, look.description, is_named=is_named)
        yield place

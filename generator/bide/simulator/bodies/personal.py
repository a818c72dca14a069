"""Writes the data of a request into a body: times, durations, arguments. Recognises fields by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bide.ir import Field, Json, Kind, Model, Scalar
from bide.simulator.bodies.validation import Validator
from bide.simulator.life.view import View

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The start of every simulated server, so that the same seed gives the same bytes."""

_MOMENTS: tuple[tuple[re.Pattern[str], Callable[[View], float | None]], ...] = (
    (re.compile(r"expir|kept|until", re.IGNORECASE), lambda view: view.kept_until),
    (re.compile(r"start|beg[iau]n", re.IGNORECASE), lambda view: view.started),
    (re.compile(r"complet|finish|end|done|cancel", re.IGNORECASE), lambda view: view.finished),
    (re.compile(r"creat|submit|queue|receiv|request|enter", re.IGNORECASE), lambda view: view.created),
    (re.compile(r"updat|modif|check|seen|time|now", re.IGNORECASE), lambda view: view.now),
)
_DURATION = re.compile(r"^(duration|execution|elapsed|runtime)", re.IGNORECASE)
_IN_MILLISECONDS = re.compile(r"(_ms|Ms|millis|milliseconds)$")


@dataclass(frozen=True, slots=True)
class Personal:
    """Writes the data of a request into bodies."""

    check: Validator

    def write(self, model: Model, body: dict[str, Json], view: View, *, verbatim: bool, told: frozenset[str]) -> None:
        """Change *body*, an object of *model*.

        `verbatim`: it is an example with this status, so no keys are added. `told`: keys that others write.
        """
        for field in model.fields:
            if field.wire in told or field.is_const:
                continue
            is_wanted = field.wire in body or not field.optional or not verbatim
            known, value = self._moment(field, view)
            if verbatim and field.wire in body and isinstance(value, int | float):
                continue  # the example may mean the length of a film
            if known and value is not None and is_wanted:
                body[field.wire] = value
            elif known and value is None and field.wire in body and body[field.wire] is not None:
                _forget(field, body, view)
            elif field.wire in view.sent and is_wanted and self._fits(field, view.sent[field.wire]):
                body[field.wire] = view.sent[field.wire]

    def _fits(self, field: Field, value: Json) -> bool:
        return not any(self.check.field_problems(field, value, "$"))

    def _moment(self, field: Field, view: View) -> tuple[bool, Json]:
        """Whether this field is a time or a duration, and its value, `None` while it is not known."""
        match field.type:
            case Scalar(kind) if kind in _WRITTEN:
                for words, moment in _MOMENTS:
                    if words.search(field.wire):
                        at = moment(view)
                        return True, None if at is None else _WRITTEN[kind](at)
            case Scalar(Kind.INTEGER | Kind.NUMBER as kind) if _DURATION.search(field.wire):
                if view.finished is None:
                    return True, None
                unit = 1000 if _IN_MILLISECONDS.search(field.wire) else 1
                took = (view.finished - (view.created if view.started is None else view.started)) * unit
                return True, round(took) if kind is Kind.INTEGER or unit == 1000 else round(took, 3)
        return False, None


def timestamp(seconds: float) -> str:
    """A time of the server as RFC 3339."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_WRITTEN: dict[Kind, Callable[[float], Json]] = {
    Kind.DATETIME: timestamp,
    Kind.LOCAL_DATETIME: lambda seconds: timestamp(seconds).removesuffix("Z"),
    Kind.UNIXTIME: lambda seconds: round(EPOCH.timestamp() + seconds, 3),
    Kind.UNIXTIME_MS: lambda seconds: round((EPOCH.timestamp() + seconds) * 1000),
}
"""How a time of the server is written, by type."""


def _forget(field: Field, body: dict[str, Json], view: View) -> None:
    """Remove a value that is not known yet, if the type allows it."""
    if field.optional:
        del body[field.wire]
    elif field.nullable:
        body[field.wire] = None
    else:
        kind = field.type.kind if isinstance(field.type, Scalar) else None
        body[field.wire] = _WRITTEN[kind](view.created) if kind in _WRITTEN else 0

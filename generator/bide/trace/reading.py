"""Read the lines of a trace. Pure. A line that cannot be read is a problem, and the others are read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request that a client sent."""

    client: str
    at: float
    """Seconds since 1970."""
    role: str
    job: str
    ids: tuple[str, ...]
    submit: int
    method: str
    path: str
    status: int | None
    seconds: float
    error: str
    retry_after: float

    @property
    def answered_at(self) -> float:
        return self.at + self.seconds

    @property
    def is_good(self) -> bool:
        return self.status is not None and self.status < 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a client learned of a job."""

    client: str
    at: float
    job: str
    id: str
    status: str
    state: str
    submit: int
    by: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be read."""

    line: int
    """From 1."""
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What a file has, in the order of its lines."""

    events: tuple[Request | Seen, ...]
    problems: tuple[Problem, ...]


def read(lines: Iterable[bytes]) -> Trace:
    """Read a trace."""
    events: list[Request | Seen] = []
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            events.append(_event(json.loads(line)))
        except _Unreadable as error:
            problems.append(Problem(number, str(error)))
        except (ValueError, RecursionError):
            problems.append(Problem(number, "this is not JSON: its writer was cut off, or it is no trace"))
    return Trace(tuple(events), tuple(problems))


class _Unreadable(Exception):
    """A line is JSON, and no line of a trace."""


def _event(line: Any) -> Request | Seen:
    if not isinstance(line, dict):
        raise _Unreadable("this is not an object")
    get = _Getter(line)
    if "request" in line:
        return Request(
            client=get.text("client"),
            at=get.number("at"),
            role=get.text("request"),
            job=get.text("job", ""),
            ids=get.texts("ids"),
            submit=int(get.number("submit", 0)),
            method=get.text("method"),
            path=get.text("path"),
            status=None if line.get("status") is None else int(get.number("status")),
            seconds=max(get.number("seconds"), 0.0),
            error=get.text("error", ""),
            retry_after=get.number("retry_after", 0),
        )
    if "state" in line:
        return Seen(
            client=get.text("client"),
            at=get.number("at"),
            job=get.text("job"),
            id=get.text("id"),
            status=get.text("status", "") if line.get("status") is not None else "",
            state=get.text("state"),
            submit=int(get.number("submit", 0)),
            by=get.text("by", ""),
        )
    raise _Unreadable("this has no request and no state")


class _Getter:
    """Gets values of the right type."""

    def __init__(self, line: dict[str, Any]) -> None:
        self._line = line

    def text(self, key: str, otherwise: str | None = None) -> str:
        value = self._line.get(key, otherwise)
        if not isinstance(value, str):
            raise _Unreadable(f"{key} is {value!r}, expected text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._line.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise _Unreadable(f"{key} is {value!r}, expected a list of texts")
        return tuple(value)

    def number(self, key: str, otherwise: float | None = None) -> float:
        value = self._line.get(key, otherwise)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise _Unreadable(f"{key} is {value!r}, expected a number")
        return value

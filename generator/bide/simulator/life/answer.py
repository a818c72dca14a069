"""Requests and replies as values, and the faults of replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bide_runtime.testing.faults import Fault, FaultKind

from bide.ir import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as received. Header names are in lower case."""

    method: str
    path: str
    """Still percent-encoded."""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Ending(StrEnum):
    """How a reply ends."""

    WHOLE = "whole"
    CUT = "cut"
    """The connection is closed before the declared length."""
    DROP = "drop"
    """The connection is closed before the reply."""
    HANG = "hang"
    """A stream stays open, without more data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply, and how it is delivered."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    """Wall-clock seconds before it is sent."""
    retry_date: float | None = None
    """Seconds from now, sent as a date in `Retry-After`."""
    chunks: tuple[tuple[float, bytes], ...] = ()
    """A stream instead of a body: (seconds of server time since the last chunk, bytes) pairs."""
    ending: Ending = Ending.WHOLE


def of_json(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A reply with a JSON body; `None` is no body, bytes are sent unchanged."""
    named = dict(headers or {})
    if value is None:
        return Answer(status=status, headers=named)
    if isinstance(value, bytes):
        return Answer(status=status, headers={**named, "content-type": "application/octet-stream"}, body=value)
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status=status, headers={**named, "content-type": "application/json"}, body=body)


_PAGE = b"<!doctype html><title>Just a moment</title><p>This is a page, not an answer."


def damaged(answer: Answer, fault: Fault, refusal: Answer) -> Answer:
    """*answer* with a fault applied. *refusal* is the provider's error reply for the fault's status."""
    match fault.kind:
        case FaultKind.ERROR:
            if fault.as_date:
                return replace(refusal, retry_date=float(fault.retry_after or 0))
            seconds = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
            return replace(refusal, headers={**refusal.headers, **seconds})
        case FaultKind.CUT_SHORT:
            return replace(answer, ending=Ending.CUT)
        case FaultKind.LOST | FaultKind.UNREACHABLE:
            return replace(answer, ending=Ending.DROP)
        case FaultKind.WEB_PAGE:
            return Answer(headers={"content-type": "text/html; charset=utf-8"}, body=_PAGE)
        case FaultKind.WRONG_SHAPE:
            return of_json(["this", "is", "not", "what", "the", "spec", "says"])
        case FaultKind.SLOW:
            return replace(answer, delay=fault.seconds)
        case FaultKind.UNKNOWN_STATUS | FaultKind.NULLS:
            return answer

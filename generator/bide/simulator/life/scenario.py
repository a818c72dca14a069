"""Scenarios: how a job ends and which of its requests have faults, as a user writes them.

As text, in the header `X-Bide-Scenario` of a submit:

    fail; duration=3; poll=429,502,cut_short

The same as JSON in that header, `{"outcome": "fail", "duration": 3, "poll": [429, 502, "cut_short"]}`, or as YAML in a
file.

    outcome       succeed, fail, partial, cancel, expire, stall (never ends)
    duration      seconds from submit to end; 0 ends the job in the submit itself
    failed_items  how many items of a batch fail, the last ones; or a list of their indexes, from 0
    result_delay  seconds after the end until the result is ready
    poll_status   the HTTP status of a poll until the job is final: 200 or 202
    answer        `job`: an operation that can return a job does so; `now`: it does not
    id_prefix     the start of the job's id, such as `team/`
    submit poll result cancel call      the faults of the first, second, ... request of that kind; `call`: operations

A fault is one of

    ok              no fault
    429             this HTTP status, 400 to 599; 429 and 503 have `Retry-After: 1`
    429:7           the same with `Retry-After: 7`; `429:none` without it, `429:date7` as a date
    not_found       404
    lost            the connection closes without a reply
    cut_short       the body ends before its declared length
    web_page        200 with a web page instead of JSON
    wrong_shape     200 with JSON of another type
    slow:2          the reply is 2 s late
    unknown_status  a status that is not in the spec (polls)
    nulls           null in each optional field without a value in this state (polls, results)

followed by `*3` to repeat it 3 times. The provider processes the request before any fault except an HTTP error such as
429. `_after` and `_before` change that: `submit=502_after` creates the job, `submit=lost_before` does not.
Durations are in the job's seconds, those of faults in wall-clock seconds.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bide_runtime.testing.faults import (
    Fault,
    cut_short,
    error,
    lost,
    nulls,
    slow,
    unknown_status,
    web_page,
    wrong_shape,
)


class ScenarioError(ValueError):
    """A scenario that cannot be read, or that this job cannot follow."""


class Outcome(StrEnum):
    """How a job ends."""

    SUCCEED = "succeed"
    FAIL = "fail"
    PARTIAL = "partial"
    CANCEL = "cancel"
    EXPIRE = "expire"
    STALL = "stall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One job's script. An empty one is a job that succeeds."""

    outcome: Outcome = Outcome.SUCCEED
    duration: float | None = None
    failed_items: int | tuple[int, ...] | None = None
    result_delay: float = 0.0
    poll_status: int = 200
    answers_with_job: bool = False
    id_prefix: str = ""
    faults: Mapping[str, tuple[Fault | None, ...]] = field(default_factory=dict)
    """By the kind of request: the faults of the first, the second, ...; `None` is no fault."""

    def fault(self, kind: str, number: int) -> Fault | None:
        """The fault of request number 0, 1, ... of this kind."""
        script = self.faults.get(kind, ())
        return script[number] if number < len(script) else None


REQUESTS = ("submit", "poll", "result", "cancel", "call")
_KEYS = ("outcome", "duration", "failed_items", "result_delay", "poll_status", "answer", "id_prefix", *REQUESTS)
_FAULTS = {
    fault.kind.value: fault for fault in (lost(), cut_short(), web_page(), wrong_shape(), unknown_status(), nulls())
}
_RETRY_AFTER = re.compile(r"(?P<date>date)?(?P<seconds>\d{1,6})")
_BUSY = (429, 503)


def read(text: str) -> Scenario:
    """A scenario from a header: the short form, or JSON."""
    text = text.strip()
    if not text.startswith("{"):
        return from_mapping(_short(text))
    try:
        return from_mapping(json.loads(text))
    except json.JSONDecodeError as error:
        raise ScenarioError(f"the scenario is not JSON: {error}") from None


def _short(text: str) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        key, equals, value = map(str.strip, part.partition("="))
        if not equals:
            key, value = "outcome", key
        given[key] = value.split(",") if "," in value else value
    return {} if given == {"outcome": "default"} else given


def from_mapping(given: Mapping[str, Any]) -> Scenario:
    """A scenario from its keys; numbers may be given as text."""
    for key in given:
        if key not in _KEYS:
            raise ScenarioError(f"a scenario has no key {key!r}{meant(str(key), _KEYS)}")
    outcome = str(given.get("outcome", "succeed"))
    if outcome not in list(Outcome):
        raise ScenarioError(f"{outcome!r} is not an outcome{meant(outcome, [each.value for each in Outcome])}")
    answer = str(given.get("answer", "now"))
    if answer not in ("now", "job"):
        raise ScenarioError(f"answer is {answer!r}, expected now or job")
    poll_status = str(given.get("poll_status", 200))
    if poll_status not in ("200", "202"):
        raise ScenarioError(f"poll_status is {poll_status!r}, expected 200 or 202")
    id_prefix = given.get("id_prefix", "")
    if not isinstance(id_prefix, str):
        raise ScenarioError(f"id_prefix is {id_prefix!r}, expected a text without commas such as team/")
    return Scenario(
        outcome=Outcome(outcome),
        duration=_seconds("duration", given["duration"]) if "duration" in given else None,
        failed_items=_failed_items(given["failed_items"]) if "failed_items" in given else None,
        result_delay=_seconds("result_delay", given.get("result_delay", 0)),
        poll_status=int(poll_status),
        answers_with_job=answer == "job",
        id_prefix=id_prefix,
        faults={kind: _faults(given[kind]) for kind in REQUESTS if kind in given},
    )


def _seconds(name: str, value: Any) -> float:
    match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,6})?)s?", str(value).strip())
    if not match:
        raise ScenarioError(f"{name} is {value!r}, expected seconds such as 3 or 0.5")
    return float(match[1])


def _failed_items(value: Any) -> int | tuple[int, ...]:
    numbers = [str(each).strip() for each in (value if isinstance(value, list) else [value])]
    if not all(re.fullmatch(r"\d{1,6}", number) for number in numbers):
        raise ScenarioError(f"failed_items is {value!r}, expected a count, or a list of indexes from 0")
    return tuple(map(int, numbers)) if isinstance(value, list) else int(numbers[0])


def _faults(value: Any) -> tuple[Fault | None, ...]:
    script: list[Fault | None] = []
    for each in value if isinstance(value, list) else [value]:
        times, fault = _fault(str(each).strip())
        script += [fault] * times
    return tuple(script)


def _fault(text: str) -> tuple[int, Fault | None]:
    """The number of repetitions, and the fault."""
    whole, _, times = text.partition("*")
    if times and not re.fullmatch(r"[1-9]\d{0,2}", times):
        raise ScenarioError(f"{text!r} is repeated {times!r} times, expected 1 to 999")
    plain = whole.removesuffix("_after").removesuffix("_before")
    word, _, amount = plain.partition(":")
    try:
        fault = None if whole == "ok" else _one_fault(word, amount)
    except LookupError:
        known = [*_FAULTS, "ok", "slow:2", "not_found", "429", "502"]
        raise ScenarioError(f"{text!r} is not a fault{meant(word, known)}") from None
    if fault is not None and plain != whole:
        fault = replace(fault, reaches=whole.endswith("_after"))
    return int(times or 1), fault


def _one_fault(word: str, amount: str) -> Fault:
    """The fault for a keyword. Raises `LookupError` for an unknown one."""
    if word == "slow":
        return slow(_seconds("slow", amount or "1"))
    if word == "not_found" and not amount:
        return error(404)
    if not re.fullmatch(r"[45]\d\d", word):
        return _FAULTS[f"{word}:{amount}" if amount else word]
    status = int(word)
    if amount == "none" or (not amount and status not in _BUSY):
        return error(status)
    match = _RETRY_AFTER.fullmatch(amount or "1")
    if not match:
        raise ScenarioError(f"{word}:{amount} has the Retry-After {amount!r}, expected 5, date5 or none")
    return error(status, retry_after=int(match["seconds"]), as_date=match["date"] is not None)


def meant(word: str, known: Any) -> str:
    """The end of a message about an unknown word."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; expected one of {', '.join(known)}"

"""Judge whether a client did its duty, and describe its outcome briefly. Independent of processes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scripts import Duty, Script

SLACK = 1.0
"""Seconds by which a deadline may be missed on a busy machine."""

_LONGEST_MESSAGE = 160
_ADDRESS = re.compile(r"(127\.0\.0\.1|localhost):\d+|host='127\.0\.0\.1', port=\d+")
_DETAILS = " [type="
"""The start of the details in a message of pydantic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The outcome of one script with one client: of the caller, and the simulator's counts."""

    ended: str
    """`returned`, `raised`, `stopped` (by us, at the bound) or `broke` (the process ended without a report)."""
    what: str = ""
    message: str = ""
    printed: str = ""
    job_id: str = ""
    """The job's id, if the caller has it."""
    seconds: float = 0.0
    jobs: int = 0
    submits: int = 0
    polls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One line of the table."""

    seen: Seen
    is_right: bool
    happened: str
    is_usual: bool = False
    """Whether it failed as on the happy path, and made no other mistake."""

    @property
    def word(self) -> str:
        if self.is_right:
            return "yes"
        return "(no)" if self.is_usual else "no"


def judge(script: Script, seen: Seen, *, reason: str, usual: Seen | None) -> Judgement:
    """The judgement of an outcome.

    `reason` is the provider's error message, `usual` the outcome of the happy path; `None` if this is the happy path.
    """
    missed = [*_missed(script, seen, reason)]
    blunders = [*_blunders(script, seen)]
    breaks_as_usual = usual is not None and seen.ended == "raised" and _trouble(seen) == _trouble(usual)
    is_usual = bool(missed) and breaks_as_usual and not blunders
    usually = ["as on the happy path"] if missed and breaks_as_usual else []
    return Judgement(
        seen=seen,
        is_right=not missed and not blunders,
        happened="; ".join((_told(seen), *usually, *missed, *blunders)),
        is_usual=is_usual,
    )


def _missed(script: Script, seen: Seen, reason: str) -> Iterator[str]:
    """The parts of its duty that it did not do."""
    text = f"{seen.what} {seen.message} {seen.printed}".lower()
    match script.duty:
        case _ if seen.ended in ("stopped", "broke"):
            yield "no end" if seen.ended == "stopped" else "no report"
        case Duty.RESULT if seen.ended != "returned":
            yield "no result"
        case Duty.TIMEOUT if seen.ended != "raised" or "timeout" not in seen.what.lower():
            yield "no timeout error"
        case Duty.FAILURE if reason.lower() not in text:
            yield "the provider's reason is lost"
        case Duty.CANCELLATION if "cancel" not in text:
            yield "it does not say that the job was cancelled"
    # After a lost submit, the id cannot be known.
    if script.duty is not Duty.ONE_JOB and seen.ended == "raised" and seen.jobs and not seen.job_id:
        yield "**the job's id is lost**"


def _blunders(script: Script, seen: Seen) -> Iterator[str]:
    """Other mistakes that it made."""
    late = seen.seconds - script.timeout
    if seen.ended in ("raised", "returned") and late > SLACK:
        yield f"**{late:.1f} s too late**"
    if seen.ended in ("raised", "returned") and seen.seconds < sum(script.retry_afters[: max(seen.polls - 1, 0)]):
        yield "**it asked sooner than it was told to**"
    if seen.jobs > 1:
        yield f"**{seen.jobs} jobs were made**"


def _told(seen: Seen) -> str:
    counted = f"{seen.seconds:.1f} s, {seen.polls} poll{'' if seen.polls == 1 else 's'}"
    match seen.ended:
        case "returned" if seen.what == "nothing":
            return f"printed {_quoted(seen.printed)} ({counted})"
        case "returned":
            return f"{seen.what} ({counted})"
        case "raised":
            return f"`{seen.what}`: {_quoted(seen.message)} ({counted})"
        case "stopped":
            return f"still going when it was stopped ({counted})"
    return f"the process broke down: {_quoted(seen.message)}"


def _trouble(seen: Seen) -> tuple[str, str]:
    """A text that is the same for the same problem."""
    return seen.what, seen.message.partition(_DETAILS)[0]


def _quoted(text: str) -> str:
    """*text* on one line, without parts that vary between runs, shortened to fit into a table."""
    plain, details, _ = _ADDRESS.sub("the simulator", text).replace("`", "'").partition(_DETAILS)
    line = " ".join((plain + (" ..." if details else "")).split())
    cut = line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 4].rstrip() + " ..."
    return f"`{cut}`" if cut else "no message"

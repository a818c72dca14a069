"""What the words of statuses mean, and which of them mean different things at different providers."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STATES: dict[str, frozenset[str]] = {
    "pending": _set_of("""
        accepted created enqueued init initial initialising initializing in_queue new not_ready not_started notstarted
        pending planned queued received registered requested scheduled start started starting submitted throttled
        waiting
        """),
    "running": _set_of("""
        active cancel_requested executing in_process in_progress inprogress progress run running working
        """),
    "succeeded": _set_of("""
        complete completed done finish finished ok succeed succeeded success successful sucess transcribed
        """),
    "failed": _set_of("""
        err error errored fail failed failure fatal moderated rejected sucess_error timed_out timeout
        """),
    "cancelled": _set_of("""
        abort aborted canceled cancelled deleted dismissed stopped terminated
        """),
    "expired": _set_of("expired"),
}

ASKED = _set_of("""
    approved archived draft ended idle incomplete indexed paused preempted ready requires_action skipped transferred
    uploaded validated
    """)
"""Words that mean a success at one provider and something else at another."""

_NO_STATE = _set_of("undefined unknown unspecified")
_GUESSES = {"ready": "succeeded", "ended": "succeeded", "indexed": "succeeded", "approved": "succeeded"}
_ALSO = {"incomplete": "failed", "preempted": "failed", "skipped": "cancelled", "archived": "expired"}

_NO_PLURAL = re.compile(r"(?:^|[^s])$|(?:ss|us|is)$|(?:alias|atlas|bias|canvas|gas|lens|means|news|series|species)$")
_PLURALS = (
    (re.compile(r"(?P<end>yses)$"), "ysis"),
    (re.compile(r"(?:[tnp]us|virus|alias|canvas|ss|x|sh|[^a]ch)(?P<end>es)$"), ""),
    (re.compile(r"(?<!mov)(?P<end>ies)$"), "y"),
    (re.compile(r"(?<=..)(?P<end>s)$"), ""),
)
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def plain(word: str) -> str:
    """`inProgress`, `IN-PROGRESS` and `In progress` as `in_progress`."""
    return "_".join(part.lower() for part in _BOUNDARY.split(word) if part)


def state_of(word: str) -> str | None:
    """The state that a word means; `None` if it is not known, or has to be asked for."""
    text = plain(word)
    if text in ASKED or text.startswith(("retrying_", "continued_")):
        return None
    if text.startswith("partial") or text.endswith("_with_errors"):
        return "partial"
    for part in (text, *reversed(text.split("_"))):
        for state, words in _STATES.items():
            if part in words:
                return state
        if part.endswith("ing") and len(part) > 5:
            return "running"
    return None


def states(words: Iterable[str]) -> dict[str, str | None]:
    """The state of each status of a job. A prefix that all of them have is dropped before they are read."""
    given = list(dict.fromkeys(words))
    prefix = _shared([plain(each) for each in given]) if len(given) > 1 else ""
    found = {each: state_of(plain(each)[len(prefix) :]) for each in given}
    if "failed" in found.values() or "succeeded" in found.values():
        # "started" after "created" or "queued" is no beginning.
        for each, state in found.items():
            if plain(each)[len(prefix) :] in ("started", "active") and state == "pending":
                found[each] = "running"
    return found


def _shared(words: list[str]) -> str:
    """The first words that all of them begin with, each with its underscore."""
    least, most = min(words), max(words)
    count = next((at for at, letter in enumerate(least) if most[at : at + 1] != letter), len(least))
    return least[: least[:count].rfind("_") + 1]


def guess(word: str) -> str:
    """The state to write for a word that has to be asked for."""
    text = plain(word)
    otherwise = "pending" if _is_none(text) else "succeeded" if text.endswith("ed") else "running"
    return _GUESSES.get(text) or _ALSO.get(text) or otherwise


def singular(word: str) -> str:
    """`job` of `jobs`, `query` of `queries`, `status` of `statuses`; a word that only looks like a plural stays."""
    text = word.lower()
    if _NO_PLURAL.search(text):
        return word
    for ending, one in _PLURALS:
        if found := ending.search(text):
            return word[: found.start("end")] + one
    return word


def is_of_a_job(words: Iterable[str]) -> bool:
    """Whether words are the statuses of a job, and not of a resource that is on or off."""
    found = states(words)
    found = {each: state for each, state in found.items() if not _is_none(plain(each))}
    known = [state for state in found.values() if state]
    if not found or len(known) < 0.6 * len(found):
        ready = any(plain(each) in _GUESSES for each in found)
        return ready and bool({"pending", "running"} & set(known)) and "failed" in known
    has_live, has_good = bool({"pending", "running"} & set(known)), bool({"succeeded", "partial"} & set(known))
    has_good = has_good or (has_live and any(plain(each) in _GUESSES for each in found))
    has_bad = bool({"failed", "cancelled", "expired"} & set(known))
    return (has_good and (has_live or has_bad)) or (has_live and "failed" in known)


def _is_none(text: str) -> bool:
    return text.rpartition("_")[2] in _NO_STATE

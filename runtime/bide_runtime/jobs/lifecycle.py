"""What a poll reply says about its job, by the tables of the spec. Knows nothing of HTTP, clocks or threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from operator import attrgetter
from typing import Literal

import msgspec

from ..calls.link import Link
from ..calls.pages import Pages
from ..http.long_poll import LongPoll
from ..http.request import Json, as_text
from ..http.retry_after import as_pause
from ..models.codec import follow
from .state import State

Path = tuple[str, ...]
"""Attribute names that lead into a decoded reply; empty: there is no such thing."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a job is, as far as the provider says."""

    done: float | None = None
    total: float | None = None
    share: float | None = None
    """From 0 to 1."""
    message: str | None = None


class Reading(msgspec.Struct, frozen=True, gc=False):
    """Where a job is, by one reply."""

    status: str | None
    """The provider's own word; `None` if the reply has none."""
    state: State
    is_known: bool = True
    """Whether the spec lists the status."""


class ResultAt(msgspec.Struct, frozen=True, kw_only=True):
    """An address of its own for the result."""

    path: str | Link
    method: str = "GET"
    not_ready: frozenset[int] = frozenset({409})
    """HTTP statuses that mean: ask again later."""
    gone: frozenset[int] = frozenset({404, 410})
    """HTTP statuses that mean: no longer kept."""
    pages: Pages | None = None
    """How it is divided, if it comes in pages."""


class PollMany(msgspec.Struct, frozen=True, kw_only=True):
    """An address that tells of many jobs in one reply. Its pointers are made of JSON names."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    ids_in: Literal["query", "body"] = "query"
    ids: str
    """The query parameter that takes the ids, joined by commas; or the field of the body that takes a list of them."""
    max_ids: int
    """How many ids it takes at once."""
    list: Path = ()
    """Where the jobs are in the reply; empty: the reply is the list of them."""
    job_id: Path
    """Where the id is in each; the rest of it is what a poll returns."""

    @property
    def bucket(self) -> str:
        """What the provider counts against a rate limit."""
        return f"{self.method} {self.path}"

    def takes(self, job_id: str) -> bool:
        """Whether this id can be told from the others."""
        return bool(job_id) and (self.ids_in == "body" or "," not in job_id)


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The spec's tables for one kind of job.

    `poll`, `result` and `cancel` are paths with `{job_id}` in them, or where the provider hands the address out.
    """

    poll: str | Link
    poll_method: str = "GET"
    long_poll: LongPoll | None = None
    """How a poll asks to be held until there is news, if the provider has that."""
    states: Mapping[str, State] = {}
    status: Path = ()
    """Empty: polls tell by their HTTP status alone."""
    codes: Mapping[int, State] = {}
    """HTTP statuses of a poll that tell by themselves where the job is."""
    accepts: frozenset[int] = frozenset({200, 202})
    ignore_case: bool = False
    ready: tuple[tuple[Path, Json], ...] = ()
    failed_if: tuple[tuple[Path, Json], ...] = ()
    """A job that is over has failed if these hold, whatever its status says."""
    failed_with: Path = ()
    """A job that is over has failed if there is something."""
    result: ResultAt | Path = ()
    """An address, or where in the poll reply it is; empty: the poll reply is the result."""
    poll_many: PollMany | None = None
    """Where many jobs can be asked about at once, if the provider has that."""
    cancel: tuple[str, str | Link] | None = None
    """Method and path."""
    timeouts: Mapping[Literal["poll", "result", "cancel"], float] = {}
    """How long one of these requests may take, in seconds, where the client's default is too short."""
    error_code: Path = ()
    error_message: Path = ()
    progress: Mapping[Literal["done", "total", "message", "share", "percent"], Path] = {}
    retry_after: Path = ()
    retry_after_unit: float = 1.0
    """Seconds in one unit of the hint."""
    credits: Path = ()

    @cached_property
    def link(self) -> dict[Literal["poll", "result", "cancel"], Link]:
        """Where the provider hands out addresses of the job."""
        at: dict[Literal["poll", "result", "cancel"], object] = {
            "poll": self.poll,
            "result": self.result.path if isinstance(self.result, ResultAt) else None,
            "cancel": self.cancel[1] if self.cancel else None,
        }
        return {role: found for role, found in at.items() if isinstance(found, Link)}

    @property
    def words(self) -> dict[str, State]:
        """The state of every status, HTTP statuses among them."""
        return {**self.states, **{str(code): state for code, state in self.codes.items()}}

    def state_of(self, status: str) -> State | None:
        """The state of a status, or `None` if the spec does not list it."""
        if self.ignore_case:
            folded = status.casefold()
            return next((state for known, state in self.words.items() if known.casefold() == folded), None)
        return self.states.get(status) or self.words.get(status)

    def read(self, body: Json, code: int | None = None) -> Reading:
        """Where the job is by *body*, a decoded reply. An unknown status counts as running.

        *code* is the HTTP status of the reply, where that tells by itself.
        """
        word = (self._words_in.get(type(body)) or self._word_in(type(body)))(body) if code is None else str(code)
        said = self._meanings.get(word) if isinstance(word, str) else None
        if said is None:
            said = self._meant_by(word)
        if code is not None or not self._is_corrected:
            return said
        state = self._seen_through(body, self._judged(body, said.state))
        return said if state is said.state else Reading(said.status, state, said.is_known)

    def progress_in(self, body: Json) -> Progress | None:
        """How far the job is by a decoded reply, if that says so."""
        if not self.progress:
            return None
        found = {name: follow(body, path) for name, path in self.progress.items()}
        done, total = _number(found.get("done")), _number(found.get("total"))
        share, percent = _number(found.get("share")), _number(found.get("percent"))
        message = _text(found.get("message"))
        if share is None and percent is not None:
            share = percent / 100
        if share is None and done is not None and total:
            share = done / total
        if all(value is None for value in (done, total, share, message)):
            return None
        return Progress(
            done=done, total=total, share=None if share is None else min(max(share, 0.0), 1.0), message=message
        )

    def error_in(self, body: Json) -> tuple[str | None, str | None]:
        """Code and message of a decoded reply, each `None` if it is not there."""
        return (
            _text(follow(body, self.error_code)) if self.error_code else None,
            _text(follow(body, self.error_message)) if self.error_message else None,
        )

    def retry_after_in(self, body: Json) -> float:
        """Seconds that a decoded reply asks us to wait; 0 for none."""
        return as_pause(follow(body, self.retry_after), unit=self.retry_after_unit) if self.retry_after else 0.0

    def credits_in(self, body: Json) -> float | None:
        """What the job cost by a decoded reply, if that says so."""
        return _number(follow(body, self.credits)) if self.credits else None

    @cached_property
    def _meanings(self) -> dict[str, Reading]:
        """The readings of the words in the spec, made once."""
        return {word: Reading(word, state) for word in self.words if (state := self.state_of(word)) is not None}

    @cached_property
    def _is_corrected(self) -> bool:
        """Whether more than the status tells of the state."""
        return bool(self.ready or self.failed_if or self.failed_with)

    @cached_property
    def _words_in(self) -> dict[type, Callable[[Json], Json]]:
        """What reads the status in bodies of each type; made when it is first needed."""
        return {}

    def _word_in(self, wanted: type) -> Callable[[Json], Json]:
        read: Callable[[Json], Json]
        if not self.status:
            read = _nothing_in
        elif len(self.status) == 1 and self.status[0] in getattr(wanted, "__struct_fields__", ()):
            read = attrgetter(*self.status)
        else:
            read = partial(follow, path=self.status)
        self._words_in[wanted] = read
        return read

    def _meant_by(self, word: Json) -> Reading:
        """The reading of a word that is none of the spec's as it stands there."""
        status = _text(word)
        if status is None:
            return _SILENCE
        state = self.state_of(status)
        return Reading(status, state or State.RUNNING, state is not None)

    def _judged(self, body: Json, state: State) -> State:
        """*state*, corrected by what tells of a failure where the status does not."""
        if not state.has_result:
            return state
        has_failed = bool(self.failed_if) and all(follow(body, path) == value for path, value in self.failed_if)
        return State.FAILED if has_failed or (self.failed_with and follow(body, self.failed_with)) else state

    def _seen_through(self, body: Json, state: State) -> State:
        """*state*, corrected by the readiness test: there is a result when it holds, and not before."""
        if not self.ready or (state.is_final and not state.has_result):
            return state
        is_ready = all(follow(body, path) == value for path, value in self.ready)
        if is_ready:
            return state if state.has_result else State.SUCCEEDED
        return State.RUNNING if state.is_final else state


def _nothing_in(body: Json) -> Json:
    return None


_SILENCE = Reading(None, State.RUNNING, False)


def _text(value: Json) -> str | None:
    """A status or a code as the spec writes it: `true`, not `True`."""
    if isinstance(value, str):
        return str(value)
    return None if value is None else as_text(value)


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None

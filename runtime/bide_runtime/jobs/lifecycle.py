"""Read a poll reply by the tables of the spec. No HTTP, clocks or threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from operator import attrgetter
from typing import Literal

import msgspec

from ..calls.link import Link
from ..calls.pages import Pages
from ..http.long_poll import LongPoll
from ..http.request import Json, as_text, placeholders
from ..http.retry_after import as_pause
from ..models.codec import Path, follow
from ..models.message import code_of, message_of
from .end import End
from .progress import Progress
from .reading import Reading
from .requests.poll_many import PollMany
from .requests.result_at import ResultAt
from .state import State


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The spec's tables for one kind of job.

    `poll`, `result` and `cancel` are paths with `{job_id}` in them, or links.
    """

    poll: str | Link
    poll_method: str = "GET"
    long_poll: LongPoll | None = None
    """How a poll asks the server to hold it, if the provider has long polling."""
    states: Mapping[str, State] = {}
    status: Path = ()
    """The path of the status in a reply; empty: the HTTP status of a poll is the status."""
    codes: Mapping[int, State] = {}
    """The states of HTTP statuses that are a status by themselves."""
    accepts: frozenset[int] = frozenset({200, 202})
    """The other HTTP statuses of a successful poll."""
    ignore_case: bool = False
    """Whether statuses are compared without case."""
    ready: tuple[tuple[Path, Json], ...] = ()
    """The result exists if all these fields have these values, and not before."""
    ends: tuple[End, ...] = ()
    """How a job that is over has ended: the first of these that holds. None holds: as its status says."""
    result: ResultAt | Path = ()
    """Its own address, or where it is in the poll reply; empty: the poll reply is the result."""
    pages: Pages | None = None
    """How a result goes on in pages, of which the poll reply is the first."""
    poll_many: PollMany | None = None
    """An address that polls several jobs, if the provider has one."""
    cancel: tuple[str, str | Link] | None = None
    """Method and path."""
    cancel_over: frozenset[int] = frozenset()
    """The HTTP statuses of a cancellation that mean that the job is over already."""
    values: Mapping[str, tuple[str, ...]] = {}
    """Where replies have the values of other names in paths, queries, headers and bodies, by JSON names."""
    queries: Mapping[Literal["poll", "result", "cancel"], Mapping[str, str]] = {}
    """Query parameters that are added to these requests' links, unless a link has them. They may have `{job_id}` and
    other names in them, as paths may.
    """
    headers: Mapping[Literal["poll", "result", "cancel"], Mapping[str, str]] = {}
    """Further headers of these requests, in the same way."""
    bodies: Mapping[Literal["poll", "result", "cancel"], Mapping[str, str]] = {}
    """The JSON bodies of these requests, in the same way."""
    auth: Mapping[Literal["poll", "result", "cancel"], tuple[str, ...]] = {}
    """The secrets of these requests, by the client's arguments, where they are not the usual ones."""
    timeouts: Mapping[Literal["poll", "result", "cancel"], float] = {}
    """Timeouts of these requests in seconds, where the client's default is too short."""
    error_code: Path = ()
    error_message: Path = ()
    progress: Mapping[Literal["done", "total", "message", "share", "percent"], Path] = {}
    retry_after: Path = ()
    retry_after_unit: float = 1.0
    """Seconds in one unit of `retry_after`."""
    credits: Path = ()

    @cached_property
    def link(self) -> dict[Literal["poll", "result", "cancel"], Link]:
        """The places of the job's links in replies, by role."""
        at: dict[Literal["poll", "result", "cancel"], object] = {
            "poll": self.poll,
            "result": self.result.path if isinstance(self.result, ResultAt) else None,
            "cancel": self.cancel[1] if self.cancel else None,
        }
        return {role: found for role, found in at.items() if isinstance(found, Link)}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in the path, query, headers and body of a poll; without their values no job can be polled."""
        return self._names_of("poll", self.poll)

    @cached_property
    def all_names(self) -> frozenset[str]:
        """The names in all requests of a job."""
        result = self._names_of("result", self.result.path) if isinstance(self.result, ResultAt) else frozenset()
        cancel = self._names_of("cancel", self.cancel[1]) if self.cancel else frozenset()
        return self.names | result | cancel

    @cached_property
    def values_for_result(self) -> frozenset[str]:
        """The values of replies without which the result cannot be requested."""
        at = self.result.path if isinstance(self.result, ResultAt) else ""
        return self._names_of("result", at) & self.values.keys()

    @cached_property
    def needed(self) -> frozenset[Path]:
        """The fields of a poll reply without which a wait cannot go on."""
        return frozenset({self.status, *(path for path, _ in self.ready)} - {()})

    @cached_property
    def facts(self) -> frozenset[Path]:
        """The fields of a poll reply that a wait uses."""
        ends = [path for end in self.ends for path in end.paths]
        error = (self.error_code, self.error_message)
        return self.needed | {*ends, *error, *self.progress.values(), self.retry_after, self.credits} - {()}

    @property
    def header_texts(self) -> list[str]:
        """The further headers of all requests."""
        return [text for headers in self.headers.values() for text in headers.values()]

    def _names_of(self, role: Literal["poll", "result", "cancel"], at: str | Link) -> frozenset[str]:
        texts = [text for more in (self.queries, self.headers, self.bodies) for text in more.get(role, {}).values()]
        texts += [at] if isinstance(at, str) else []
        return frozenset(name for text in texts for name in placeholders(text)) - {"job_id"}

    @property
    def all_states(self) -> dict[str, State]:
        """The state of every status, including HTTP statuses."""
        return {**self.states, **{str(code): state for code, state in self.codes.items()}}

    def state_of(self, status: str) -> State | None:
        """The state of a status, or `None` if the spec does not list it."""
        if self.ignore_case:
            folded = status.casefold()
            return next((state for known, state in self.all_states.items() if known.casefold() == folded), None)
        return self.states.get(status) or self.all_states.get(status)

    def read(self, body: Json, code: int | None = None) -> Reading:
        """The status and state in *body*, a decoded reply. An unknown status counts as running.

        *code* is the HTTP status of the reply, if that is the status of the job.
        """
        if code is None:
            status = (self._status_getters.get(type(body)) or self._new_status_getter(type(body)))(body)
        else:
            status = str(code)
        reading = self._readings.get(status) if isinstance(status, str) else None
        if reading is None:
            reading = self._reading_of(status)
        if code is not None or not self._has_conditions:
            return reading
        state = self._with_ready(body, self._with_end(body, reading))
        return reading if state is reading.state else Reading(reading.status, state, reading.is_known)

    def progress_in(self, body: Json) -> Progress | None:
        """The progress in a decoded reply, if it has any."""
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
        """Code and message of the error in a decoded reply; `None` for each that is missing.

        The error may be a text or an object.
        """
        code = code_of(follow(body, self.error_code)) if self.error_code else None
        message = message_of(follow(body, self.error_message)) if self.error_message else None
        if message is None and len(self.error_message) > 1:
            whole = follow(body, self.error_message[:-1])
            message = message_of(whole) if isinstance(whole, str) else None
        return code, message

    def retry_after_in(self, body: Json) -> float:
        """The retry_after field of a decoded reply in seconds; 0 if it has none."""
        return as_pause(follow(body, self.retry_after), unit=self.retry_after_unit) if self.retry_after else 0.0

    def credits_in(self, body: Json) -> float | None:
        """The cost of the job in a decoded reply, if it has one."""
        return _number(follow(body, self.credits)) if self.credits else None

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        """The readings of the statuses in the spec, made once."""
        found = {status: self.state_of(status) for status in self.all_states}
        return {status: Reading(status, state) for status, state in found.items() if state is not None}

    @cached_property
    def _has_conditions(self) -> bool:
        """Whether the state depends on more than the status."""
        return bool(self.ready or self.ends)

    @cached_property
    def _status_getters(self) -> dict[type, Callable[[Json], Json]]:
        """Functions that return the status in a body, by the type of the body; made on first use."""
        return {}

    def _new_status_getter(self, wanted: type) -> Callable[[Json], Json]:
        getter: Callable[[Json], Json]
        if not self.status:
            getter = _no_status
        elif len(self.status) == 1 and self.status[0] in getattr(wanted, "__struct_fields__", ()):
            getter = attrgetter(*self.status)
        else:
            getter = partial(follow, path=self.status)
        self._status_getters[wanted] = getter
        return getter

    def _reading_of(self, value: Json) -> Reading:
        """The reading of a status that is not in the spec, or differs from it in case or JSON type."""
        status = _text(value)
        if status is None:
            return _WITHOUT_STATUS
        state = self.state_of(status)
        return Reading(status, state or State.RUNNING, state is not None)

    def _with_end(self, body: Json, reading: Reading) -> State:
        """The state, or that of the first of `ends` that holds, if the job is over."""
        if not reading.state.is_final:
            return reading.state
        return next((end.state for end in self.ends if end.holds(body)), reading.state)

    def _with_ready(self, body: Json, state: State) -> State:
        """*state*, corrected by `ready`: there is a result if it holds, and not before."""
        if not self.ready or (state.is_final and not state.has_result):
            return state
        is_ready = all(follow(body, path) == value for path, value in self.ready)
        if is_ready:
            return state if state.has_result else State.SUCCEEDED
        return State.RUNNING if state.is_final else state


def _no_status(body: Json) -> Json:
    return None


_WITHOUT_STATUS = Reading(None, State.RUNNING, False)


def _text(value: Json) -> str | None:
    """A status or a code as text, as the spec writes it: `true`, not `True`."""
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

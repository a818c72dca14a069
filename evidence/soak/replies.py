"""Random replies of a provider, and their meaning by the waiting contract, independent of the runtime."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from random import Random
from typing import Any

from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.state import State
from tests.runtime.fakes import Reply, cut_off, unreachable
from tests.runtime.storms import FAULTS

from evidence.soak.bodies import may_lack_a_status, poll_body, sample

DAY = 86_400.0

RETRY_AFTERS: tuple[tuple[str, float], ...] = (
    ("0", 0.0),
    ("-3", 0.0),
    ("2", 2.0),
    ("0.5", 0.5),
    ("7", 7.0),
    ("45", 45.0),
    ("1e9", DAY),
    ("nan", 0.0),
    ("inf", 0.0),
    ("soon", 0.0),
    ("", 0.0),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
)
"""Values of `Retry-After`, and the least seconds that they mean."""

RETRY_AFTER_FIELDS: tuple[tuple[int, float], ...] = ((0, 0.0), (900, 0.9), (4000, 4.0), (20_000, 20.0))
"""Values of the retry_after field in milliseconds, and in seconds."""

PERMANENT_ERRORS = (400, 401, 402, 403, 409, 410, 418, 422, 201, 204, 206, 301, 302, 304, 501, 505, 528)
"""HTTP statuses of a poll that end a wait."""

NOT_JSON = (b"", b"{", b'{"status": "do', b"<html>Bad gateway</html>", b"\xff\xfe", b"[1,")
MISSHAPEN = (b"null", b"[]", b'"done"', b"7", b"true")


class Meaning(Enum):
    """The meaning of a reply for a wait."""

    GOING = auto()
    UNKNOWN = auto()
    """A status that the spec does not list."""
    FINAL = auto()
    MADE = auto()
    """The job exists."""
    GARBLED = auto()
    """The job exists, but its id cannot be read."""
    GOOD = auto()
    """The result."""
    FAULT = auto()
    BUSY = auto()
    """429: a transient error, and the request was not processed."""
    UNREACHABLE = auto()
    """A transient error, and the request did not arrive."""
    LOST = auto()
    """A transient error, and the request may have arrived."""
    MISSING = auto()
    """404: a transient or permanent error, by the age of the job."""
    NOT_READY = auto()
    GONE = auto()
    REFUSED = auto()
    MISSHAPEN = auto()
    APART = auto()
    """No reply for this job: it must be polled singly."""


TRANSIENT = frozenset({Meaning.FAULT, Meaning.BUSY, Meaning.UNREACHABLE, Meaning.LOST})


@dataclass(frozen=True)
class ScriptedReply:
    """One reply and its meaning."""

    reply: Reply
    meaning: Meaning
    state: State | None = None
    retry_after: float = 0.0
    """The reply's retry_after in seconds, at least; 0 if it is not read."""
    status: str | None = None
    lacks_result: bool = False


@dataclass
class ReplySource:
    """Draws replies for one kind of job, with given shares of faults, slow replies and retry_after."""

    kind: JobKind[Any, Any]
    jitter: Random
    calm: float
    """The share of replies without faults."""
    slow: float
    """The share of slow replies."""
    retry_after_share: float
    """The share of replies with retry_after."""
    _kept: list[ScriptedReply] = field(default_factory=list)

    def poll(self) -> ScriptedReply:
        """A reply to a poll."""
        jitter = self.jitter
        draw = jitter.random()
        if draw < self.calm:
            return self._with_retry_after(self.going())
        if draw < self.calm + (1 - self.calm) * 0.65:
            return self.fault()
        return self._with_retry_after(
            jitter.choice([self.ending, self.ending, self.ending, self._refused, self._misshapen])()
        )

    def going(self) -> ScriptedReply:
        """A poll reply of a job that is not final."""
        jitter, states = self.jitter, self.kind.lifecycle.states
        going = [status for status, state in states.items() if not state.is_final]
        unknown = ["brand-new", "Ⅸ", " done"] + ([None] if may_lack_a_status(self.kind) else [])
        if jitter.random() < 0.15:
            status = jitter.choice(unknown)
            return self._told(status, Meaning.GOING if status is None else Meaning.UNKNOWN)
        ready = self.kind.lifecycle.ready
        if ready and jitter.random() < 0.2:
            done = [status for status, state in states.items() if state.has_result]
            return self._told(jitter.choice(done), Meaning.GOING, ready=False)
        return self._told(jitter.choice(going), Meaning.GOING)

    def ending(self, wanted: State | None = None) -> ScriptedReply:
        """A poll reply of a final job."""
        states = self.kind.lifecycle.states
        done = [status for status, state in states.items() if state.is_final and wanted in (None, state)]
        status = self.jitter.choice(done)
        if self.kind.lifecycle.ignore_case and self.jitter.random() < 0.5:
            return replace(self._told(status.upper(), Meaning.FINAL, states[status]), status=status.upper())
        return self._told(status, Meaning.FINAL, states[status])

    def fault(self) -> ScriptedReply:
        """A transient error."""
        jitter = self.jitter
        match jitter.randrange(6):
            case 0:
                return ScriptedReply(replace(cut_off(), takes=self._takes()), Meaning.LOST)
            case 1:
                return ScriptedReply(replace(unreachable(), takes=self._takes()), Meaning.UNREACHABLE)
            case 2:
                reply = Reply(jitter.choice(NOT_JSON), jitter.choice((200, 202)), takes=self._takes())
                return self._with_retry_after(ScriptedReply(reply, Meaning.FAULT))
            case 3:
                return self._with_retry_after(ScriptedReply(self._error(429), Meaning.BUSY))
            case 4 if self.kind.polling.not_found_grace or jitter.random() < 0.1:
                return self._with_retry_after(ScriptedReply(self._error(404), Meaning.MISSING))
            case _:
                status = jitter.choice(FAULTS)
                return self._with_retry_after(
                    ScriptedReply(self._error(status), Meaning.BUSY if status == 429 else Meaning.FAULT)
                )

    def result(self) -> ScriptedReply:
        """A reply at the result's own address."""
        at, jitter = self.kind.lifecycle.result, self.jitter
        assert isinstance(at, ResultAt)
        draw = jitter.random()
        if draw < 0.35:
            return self.good()
        if draw < 0.6 and at.not_ready:
            return self._with_retry_after(
                ScriptedReply(self._error(jitter.choice(sorted(at.not_ready))), Meaning.NOT_READY)
            )
        if draw < 0.85:
            scripted = self.fault()
            return self.good() if scripted.meaning is Meaning.MISSING else scripted
        if draw < 0.9 and at.gone:
            return ScriptedReply(self._error(jitter.choice(sorted(at.gone))), Meaning.GONE)
        if draw < 0.95:
            others = {400, 401, 402, 403, 418, 422, 302, 501} - at.not_ready - at.gone
            return ScriptedReply(self._error(jitter.choice(sorted(others))), Meaning.REFUSED)
        return self._misshapen()

    def good(self) -> ScriptedReply:
        """The result."""
        return ScriptedReply(Reply(sample(self.kind.result, self.jitter), takes=self._takes()), Meaning.GOOD)

    def submit(self, job_id: str) -> ScriptedReply:
        """A reply to a submit."""
        jitter = self.jitter
        draw = jitter.random()
        if draw < 0.6 + 0.3 * self.calm:
            return self._with_retry_after(self.made(job_id))
        if draw < 0.97:
            match jitter.randrange(6):
                case 0:
                    return ScriptedReply(replace(cut_off(), takes=self._takes()), Meaning.LOST)
                case 1:
                    reply = jitter.choice([unreachable(), self._error(jitter.choice((521, 523, 525, 526, 530, 599)))])
                    return ScriptedReply(replace(reply, takes=self._takes()), Meaning.UNREACHABLE)
                case 2:
                    return self._with_retry_after(ScriptedReply(self._error(429), Meaning.BUSY))
                case 3:
                    return self._with_retry_after(
                        ScriptedReply(self._error(jitter.choice((502, 504, 520, 522, 524, 527, 598))), Meaning.LOST)
                    )
                case 4:
                    bad = (*NOT_JSON, *MISSHAPEN, b'{"id": null}', b'{"id": ""}', b'{"id": ".."}', b'{"id": true}')
                    return ScriptedReply(Reply(jitter.choice(bad), 202, takes=self._takes()), Meaning.GARBLED)
                case _:
                    return self._with_retry_after(
                        ScriptedReply(self._error(jitter.choice((408, 425, 500, 503, 529))), Meaning.FAULT)
                    )
        return ScriptedReply(self._error(jitter.choice((400, 401, 402, 403, 404, 409, 422, 418, 501))), Meaning.REFUSED)

    def made(self, job_id: str) -> ScriptedReply:
        """A submit reply with a job, which may be final already."""
        ready = self.kind.lifecycle.ready
        if not ready and self.jitter.random() < 0.08:
            scripted = self.ending()
            assert isinstance(scripted.reply.body, dict)
            return replace(
                scripted,
                reply=replace(scripted.reply, body={**scripted.reply.body, "id": job_id}, status=202),
                meaning=Meaning.MADE,
            )
        going = [status for status, state in self.kind.lifecycle.states.items() if not state.is_final]
        body = {"id": job_id, "status": self.jitter.choice([*going, "brand-new", None])}
        return ScriptedReply(Reply(body, 202, takes=self._takes()), Meaning.MADE)

    def cancel(self) -> ScriptedReply:
        """A reply to a cancel."""
        draw = self.jitter.random()
        if draw < 0.5:
            return ScriptedReply(Reply({}, 200, takes=self._takes()), Meaning.GOOD)
        return (
            ScriptedReply(self._error(self.jitter.choice((404, 409))), Meaning.REFUSED) if draw < 0.7 else self.fault()
        )

    def _told(
        self, status: str | None, meaning: Meaning, state: State | None = None, *, ready: bool | None = None
    ) -> ScriptedReply:
        lifecycle = self.kind.lifecycle
        is_ready = ready if ready is not None else state is not None and state.has_result
        number, seconds = self.jitter.choice(RETRY_AFTER_FIELDS) if lifecycle.retry_after else (None, 0.0)
        body = poll_body(self.kind, status, self.jitter, ready=is_ready, retry_after=number)
        reply = Reply(body, self.jitter.choice((200, 200, 202)), takes=self._takes())
        return ScriptedReply(reply, meaning, state, retry_after=seconds, status=status)

    def _refused(self) -> ScriptedReply:
        return ScriptedReply(self._error(self.jitter.choice(PERMANENT_ERRORS)), Meaning.REFUSED)

    def _misshapen(self) -> ScriptedReply:
        return ScriptedReply(Reply(self.jitter.choice(MISSHAPEN), 200, takes=self._takes()), Meaning.MISSHAPEN)

    def _error(self, status: int) -> Reply:
        body = self.jitter.choice([{"error": {"code": "c", "message": "says no"}}, b"<html>", b"", {"status": "done"}])
        return Reply(body, status, takes=self._takes())

    def _with_retry_after(self, scripted: ScriptedReply) -> ScriptedReply:
        if self.jitter.random() >= self.retry_after_share:
            return scripted
        text, seconds = self.jitter.choice(RETRY_AFTERS)
        reply = replace(scripted.reply, headers={"retry-after": text})
        return replace(scripted, reply=reply, retry_after=max(scripted.retry_after, seconds))

    def _takes(self) -> float:
        draw = self.jitter.random()
        if draw < self.slow:
            return round(self.jitter.uniform(0, 40), 3)
        return round(self.jitter.uniform(0, 2), 3) if draw < 0.5 else 0.0

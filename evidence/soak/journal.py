"""The provider of a script: returns the replies that were drawn for each job, and records all requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bide_runtime.calls.link import Link
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.requests.result_at import ResultAt
from tests.runtime.fakes import Reply, Sent

from evidence.soak.clocks import Jumps, jumped
from evidence.soak.replies import Meaning, ScriptedReply


@dataclass(frozen=True)
class JobReplies:
    """All replies of one job. The last reply of each kind is repeated."""

    submit: tuple[ScriptedReply, ...]
    polls: tuple[ScriptedReply, ...]
    results: tuple[ScriptedReply, ...]
    cancels: tuple[ScriptedReply, ...]


@dataclass(frozen=True)
class Event:
    """One request for one job, and its outcome."""

    at: float
    """Seconds since the start of the script."""
    ended: float
    about: str
    """`submit`, `poll`, `result` or `cancel`."""
    job: str
    scripted: ScriptedReply
    timeout: float
    jump: float
    """The seconds by which the time of day had jumped when the request ended."""
    key: str | None = None
    is_shared: bool = False
    """Whether it is a poll of several jobs."""

    def __str__(self) -> str:
        scripted = self.scripted
        what = scripted.reply.lost or f"{scripted.reply.status} {scripted.reply.body!r}"[:100]
        retry_after = f" retry_after {scripted.retry_after:g}" if scripted.retry_after else ""
        many = " (with others)" if self.is_shared else ""
        return (
            f"{self.at:9.3f} +{self.ended - self.at:<6.3f} {self.about:6} {self.job:4} {scripted.meaning.name:9} "
            f"within {self.timeout:.3f}{retry_after}{many}: {what}"
        )


@dataclass
class Journal:
    """A server with replies for each job; jobs are told apart by the submitted `u<number>`."""

    kind: JobKind[Any, Any]
    job_replies: list[JobReplies]
    together: tuple[ScriptedReply, ...] = ()
    """The replies to polls of several jobs, in order and repeatedly; `Meaning.GOOD`: a list of jobs."""
    jumps: Jumps = ()
    events: list[Event] = field(default_factory=list)
    requests: list[tuple[float, str, float]] = field(default_factory=list)
    made: dict[str, set[str]] = field(default_factory=dict)
    """The submits that created a job, by job: the idempotency key, or a number."""
    on_request: Callable[[int], None] = lambda number: None  # replaced by the player
    is_happy: bool = False
    """Whether all replies from now on are the happy ones."""
    happy: JobReplies | None = None
    _given: dict[tuple[str, str], int] = field(default_factory=dict)

    def __call__(self, sent: Sent) -> Reply:
        self.requests.append((sent.at, sent.line, sent.timeout))
        self.on_request(len(self.requests))
        lifecycle = self.kind.lifecycle
        path = sent.path.removeprefix("/v2")
        many = lifecycle.poll_many
        if many is not None and path == many.path:
            return self._together(sent)
        if sent.request.method == "POST" and path == "/jobs":
            return self._submit(sent)
        if lifecycle.cancel is not None and (job := _id_in(lifecycle.cancel[1], path)):
            return self._give(sent, "cancel", job)
        if isinstance(lifecycle.result, ResultAt) and (job := _id_in(lifecycle.result.path, path)):
            return self._give(sent, "result", job)
        job = _id_in(lifecycle.poll, path)
        assert job is not None, f"{sent.line} is no address of this provider"
        return self._give(sent, "poll", job)

    def of(self, job: str, *about: str) -> list[Event]:
        """The events of one job, in order."""
        return [event for event in self.events if event.job == job and (not about or event.about in about)]

    def _submit(self, sent: Sent) -> Reply:
        job = "j" + str(sent.json["url"])[1:]
        key = sent.request.headers.get("idempotency-key")
        scripted = self._next("submit", job)
        if scripted.meaning in (Meaning.MADE, Meaning.LOST, Meaning.GARBLED):
            made = self.made.setdefault(job, set())
            made.add(key or str(len(made)))
        return self._note(sent, "submit", job, scripted, key=key)

    def _give(self, sent: Sent, about: str, job: str) -> Reply:
        return self._note(sent, about, job, self._next(about, job))

    def _next(self, about: str, job: str) -> ScriptedReply:
        replies = self.job_replies[int(job[1:])]
        if self.is_happy and self.happy is not None:
            replies = self.happy
        scripted_replies = {
            "submit": replies.submit,
            "poll": replies.polls,
            "result": replies.results,
            "cancel": replies.cancels,
        }[about]
        given = self._given.get((about, job), 0)
        self._given[about, job] = given + 1
        return scripted_replies[min(given, len(scripted_replies) - 1)]

    def _note(self, sent: Sent, about: str, job: str, scripted: ScriptedReply, *, key: str | None = None) -> Reply:
        if scripted.reply.takes >= sent.timeout:
            # The engine times out first.
            scripted = ScriptedReply(Reply(takes=scripted.reply.takes), Meaning.LOST)
        ended = sent.at + min(scripted.reply.takes, sent.timeout)
        self.events.append(Event(sent.at, ended, about, job, scripted, sent.timeout, jumped(self.jumps, ended), key))
        return scripted.reply

    def _together(self, sent: Sent) -> Reply:
        many = self.kind.lifecycle.poll_many
        assert many is not None
        if many.ids_in == "body":
            ids = sent.json[many.ids]
        else:
            ids = parse_qs(urlsplit(sent.request.url).query)[many.ids][0].split(",")
        assert len(ids) <= many.max_ids, "too many ids in one request"
        assert len(set(ids)) == len(ids), "one id twice in one request"
        number = self._given.get(("together", ""), 0)
        self._given["together", ""] = number + 1
        scripted = self.together[number % len(self.together)]
        takes = scripted.reply.takes
        found: dict[str, ScriptedReply] = {}
        if takes >= sent.timeout:
            found = dict.fromkeys(ids, ScriptedReply(Reply(takes=takes), Meaning.LOST))
        elif scripted.meaning is not Meaning.GOOD:
            found = dict.fromkeys(ids, scripted)
        else:
            found = {job: self._part(job) for job in ids}
            items = [
                {**one.reply.body, **({"about": {"id": job}} if many.ids_in == "body" else {"id": job})}
                for job, one in found.items()
                if isinstance(one.reply.body, dict) and one.meaning is not Meaning.MISSING
            ]
            body = {"data": {"jobs": items}} if many.list else items
            scripted = ScriptedReply(
                Reply(body, 200, scripted.reply.headers, takes), Meaning.GOOD, retry_after=scripted.retry_after
            )
        ended = sent.at + min(takes, sent.timeout)
        for job, one in found.items():
            if one.meaning is Meaning.MISSING:
                # A list may be out of date: the job is polled singly.
                one = ScriptedReply(one.reply, Meaning.APART, retry_after=scripted.retry_after)
            self.events.append(
                Event(
                    sent.at,
                    ended,
                    "poll",
                    job,
                    ScriptedReply(
                        one.reply, one.meaning, one.state, max(one.retry_after, scripted.retry_after), one.status
                    ),
                    sent.timeout,
                    jumped(self.jumps, ended),
                    is_shared=True,
                )
            )
        return scripted.reply

    def _part(self, job: str) -> ScriptedReply:
        """The reply for one job in a list: that of its next poll, if it can be in a list."""
        scripted = self._next("poll", job)
        while scripted.meaning not in (Meaning.GOING, Meaning.UNKNOWN, Meaning.FINAL, Meaning.MISSING):
            scripted = self._next("poll", job)
        # A list has no headers for each job, but retry_after in the body counts.
        asked = scripted.reply.body.get("retry_after_ms") if isinstance(scripted.reply.body, dict) else None
        return ScriptedReply(scripted.reply, scripted.meaning, scripted.state, (asked or 0) / 1000, scripted.status)


def _id_in(template: str | Link, path: str) -> str | None:
    assert isinstance(template, str), "no kind of the soak has links"
    before, after = template.split("{job_id}")
    found = re.fullmatch(re.escape(before) + r"([^/]+)" + re.escape(after), path)
    return found[1] if found else None

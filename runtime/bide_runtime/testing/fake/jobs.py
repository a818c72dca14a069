"""One kind of job of a fake provider: created by a submit, and advanced only by time."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from math import inf
from types import NoneType
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from ...calls.link import Link
from ...calls.pages import Pages
from ...calls.provider import Provider
from ...http.request import Json, as_text
from ...jobs.kind import JobKind
from ...jobs.requests.result_at import ResultAt
from ...jobs.requests.submit_at import IdAt
from ...jobs.state import State
from ...models.codec import follow
from ...waiting.links import Role
from ...waiting.submits.job_id import argument_of, is_outside_body
from .addresses import JSON, Address, Route
from .bodies import attributes, has, made_up, nulls, placed, put, takes
from .clock import VirtualTime
from .long_poll import answered_at, asked_for
from .paging import asked_page, page_of
from .plans import FakeJob, Plan, is_shown_otherwise, timeline_to
from .replies import error_reply
from .transport import Reply, Sent

R = TypeVar("R")


PAGE_PATH = "/links/page/{job_id}"
"""The path of pages of a fake provider that have addresses."""


def link_path(kind: JobKind[Any, Any], role: Role) -> str:
    """The path of a link of a fake provider. Links at one place in a reply are one address, if their methods differ.

    A link that has the id of the job in it ends as the template of the id says.
    """
    lifecycle, id_at = kind.lifecycle, kind.submit.job_id
    methods = {
        "poll": lifecycle.poll_method,
        "result": lifecycle.result.method if isinstance(lifecycle.result, ResultAt) else "",
        "cancel": lifecycle.cancel[0] if lifecycle.cancel else "",
    }
    here = lifecycle.link[role]
    if here.path:
        return here.path
    shared = (other for other, at in lifecycle.link.items() if at.is_where(here) and methods[other] != methods[role])
    end = id_at.template if isinstance(id_at, Link) and here.is_where(id_at) else ""
    return f"/links/{next(shared, role) if role == 'cancel' else role}/{(end or '{job_id}').removeprefix('/')}"


def put_link(at: Link, text: str, body: Json, headers: dict[str, str], wanted: Any) -> None:
    """Put *text* into a reply, whose body has the type *wanted*, at the place of a link."""
    if at.header:
        headers[at.header.lower()] = text
    elif isinstance(body, dict) and not put(body, wanted, attributes(wanted, at.field), text):
        body |= placed(body, at.field, text)


class FakeJobs(Generic[R]):
    """One kind of job. Each call of `succeeds`, `fails`, ... plans the next job; the last plan is repeated."""

    def __init__(
        self,
        provider: Provider,
        time: VirtualTime,
        kind: JobKind[Any, R],
        route: Route,
    ) -> None:
        self.kind = kind
        self.route = route
        self.submit = Address("submit")
        self.poll = Address("poll")
        self.result = Address("result")
        self.cancel = Address("cancel")
        self.find = Address("find")
        self.jobs: list[FakeJob] = []
        """The jobs that exist, in the order of their submits."""
        self._by_id: dict[str, FakeJob] = {}
        self._numbers = count(1)
        self._provider = provider
        self._time = time
        self.base = ""
        """The path of the base URL, for links."""
        self._keys: dict[str, FakeJob] = {}
        self._plans: deque[Plan] = deque()
        self._plan: Plan | None = None
        """The plan of the last job."""

    # --- plans of the next jobs -----------------------------------------------------------------------------------

    def succeeds(self, result: R | None = None, *, after: float | None = None) -> None:
        """Let a job succeed *after* this many seconds. Without a *result*, a placeholder is used."""
        self._ends(State.SUCCEEDED, after, result)

    def succeeds_in_part(self, result: R | None = None, *, after: float | None = None) -> None:
        """Let a job end as `partial`."""
        self._ends(State.PARTIAL, after, result)

    def fails(
        self,
        reason: str | None = None,
        *,
        code: str | None = None,
        after: float | None = None,
        result: object = None,
    ) -> None:
        """Let a job fail with an error message and a code; *result* is its result, if failed jobs can have one.

        Warns of a reason or a code that no client will read, because the spec does not say where it is.
        """
        said, coded = "no luck" if reason is None else reason, "fake_failure" if code is None else code
        self._ends(State.FAILED, after, result, reason=said, code=coded)
        self._warn_of_untold({"message": reason, "code": code})

    def gets_cancelled(self, *, after: float | None = None) -> None:
        """Let a job be cancelled by someone else."""
        self._ends(State.CANCELLED, after)

    def expires(self, *, after: float | None = None) -> None:
        """Let a job end as `expired`."""
        self._ends(State.EXPIRED, after)

    def stalls(self) -> None:
        """Let a job never finish."""
        self._ends(None, None)

    def follows(self, *plans: Plan) -> None:
        """Let the next jobs follow these plans."""
        self._plans.extend(plans)

    def exists(self, job_id: str) -> FakeJob:
        """Add a job that another client submitted; it follows the next plan."""
        return self._made(None, job_id)

    def found(self, job_id: str) -> FakeJob | None:
        """The job with this id, if it exists."""
        return self._by_id.get(job_id)

    def listed(self, path: str, named: Mapping[str, str]) -> list[FakeJob]:
        """The jobs that the list at *path* has, the newest first, if its address has these values in it."""
        at = self.kind.submit.find
        if at is None or at.path != path:
            return []
        # Another client's jobs, which `exists` adds, have no submit that is known.
        made = [job for job in reversed(self.jobs) if job.began > -inf]
        made = [job for job in made if self._time.now - job.began >= job.plan.visible_after]
        return [job for job in made if all(job.arguments.get(name) == value for name, value in named.items())]

    def named(self, arguments: Mapping[str, str]) -> FakeJob | None:
        """The job with these values in its addresses, if it exists."""
        jobs = [self.found(arguments["job_id"])] if "job_id" in arguments else self.jobs
        for job in jobs:
            if job is not None and all(job.values.get(name, value) == value for name, value in arguments.items()):
                return job
        return None

    def forget(self, before: float) -> None:
        """Drop the jobs that were over before this time."""
        self.jobs = [job for job in self.jobs if job.over_at >= before]
        self._by_id = {job.id: job for job in reversed(self.jobs)}
        self._keys = {key: job for key, job in self._keys.items() if job.over_at >= before}

    def _ends(
        self,
        state: State | None,
        after: float | None,
        result: object = None,
        reason: str = "no luck",
        code: str = "fake_failure",
    ) -> None:
        lifecycle, at = self.kind.lifecycle, self.kind.lifecycle.result
        is_failed = state is State.FAILED and isinstance(at, ResultAt) and bool(at.failed)
        is_failed = is_failed and not (
            State.FAILED in lifecycle.all_states.values() or is_shown_otherwise(lifecycle, State.FAILED)
        )
        state = State.SUCCEEDED if is_failed else state
        timeline = timeline_to(lifecycle, state, self._usual_time if after is None else after)
        ends_as = state if state is not None and is_shown_otherwise(lifecycle, state) else None
        found = msgspec.UNSET if result is None else result
        self._plans.append(Plan(timeline, found, code=code, reason=reason, ends_as=ends_as, is_failed=is_failed))

    def _warn_of_untold(self, given: dict[str, str | None]) -> None:
        """Warn if replies about a job that fails by the last plan have no place for what is *given* of its error."""
        lifecycle, plan = self.kind.lifecycle, self._plans[-1]
        if plan.is_failed or plan.timeline.last in map(str, lifecycle.codes):
            return  # the reply is one of the provider's errors
        for what, place in {"message": lifecycle.error_message, "code": lifecycle.error_code}.items():
            if given[what] is not None and (place == lifecycle.status or not has(self.kind.snapshot, place)):
                warnings.warn(
                    f"no client will read the {what} {given[what]!r} of {self.kind.name} jobs: its spec has no place"
                    f" for it in `error` of the lifecycle",
                    stacklevel=3,
                )

    @property
    def _usual_time(self) -> float:
        polling = self.kind.polling
        return polling.typical[0] if polling.typical is not None else 2 * polling.interval[0]

    # --- replies --------------------------------------------------------------------------------------------------

    def key_of(self, sent: Sent) -> str | None:
        """The idempotency key of a submit."""
        at = self.kind.submit
        if at.idempotency_query is not None:
            return dict(sent.query).get(at.idempotency_query)
        if at.idempotency_field is not None:
            found = sent.json.get(at.idempotency_field) if isinstance(sent.json, dict) else None
            return found if isinstance(found, str) else None
        return sent.request.headers.get((at.idempotency_header or "").lower())

    def submitted(self, sent: Sent, *, route: Route | None = None, job_id: IdAt | None = None) -> Reply:
        """Create a job, or find the one that was created with the same idempotency key.

        *route* and *job_id* are those of an operation that returns a job.
        """
        key, id_at = sent.key, self.kind.submit.job_id if job_id is None else job_id
        job = self._keys.get(key) if key is not None else None
        retention = self.kind.submit.key_retention
        if job is not None and retention is not None and self._time.now > job.began + retention:
            job = None
        if job is not None and job.body != sent.json:
            return error_reply(self._provider, 409, "conflict", "this key was used for another job")
        if job is None:
            given, argument = self._arguments(sent, route or self.route), argument_of(id_at)
            job = self._made(sent.json, None, given.get(argument, "") if argument else "")
            job.values |= {name: given[name] for name in self._needed if name in given}
            if (at := self.kind.submit.find) is not None:
                job.reference = given.get(at.argument) or sent.request.headers.get(at.argument.lower())
                job.arguments = given
        if key is not None:
            self._keys[key] = job
        sent.job_ids = (job.id,)
        now, lifecycle = self._time.now, self.kind.lifecycle
        body: Json
        headers = dict(JSON)
        if self.kind.submit.reply is self.kind.snapshot and lifecycle.status:
            (body, headers), told = self._shown(job, now), {job.id: job.state(now)}
        else:
            body = made_up(self.kind.submit.reply)
            told = {job.id: job.state(now, is_shown_ready=not lifecycle.ready)} if self._has_status else {}
            put(body, self.kind.submit.reply, lifecycle.status, job.status(now))
        if isinstance(id_at, Link) and not id_at.argument:
            text = id_at.template.replace("{job_id}", quote(job.id, safe="")) or job.id
            put_link(id_at, text, body, headers, self.kind.submit.reply)
        elif not isinstance(id_at, Link):
            put(body, self.kind.submit.reply, id_at, job.id)
        self._put_links(job, body, headers, now, is_submit=True)
        self._put_values(job, body, self.kind.submit.reply)
        is_snapshot = self.kind.submit.reply is self.kind.snapshot and bool(lifecycle.status)
        retry_after = self._retry_after(job, now) if is_snapshot else 0.0
        is_needed = not is_outside_body(self.kind, id_at)
        return Reply(
            body, 202, headers, told=told, retry_after=retry_after, is_last_word=is_snapshot, is_needed=is_needed
        )

    def held(self, sent: Sent, job: FakeJob) -> Reply:
        """The reply to a poll that may be held until the job changes."""
        came = self._time.now
        at = answered_at(job, came, asked_for(self.kind.lifecycle.long_poll, sent))
        return replace(self.polled(job, at), takes=at - came)

    def webhook(self, job_id: str) -> bytes:
        """The body of a webhook that tells of this job as it is now."""
        job, at = self._by_id[job_id], self.kind.webhook
        assert at is not None
        body, _ = self._told(job, self._time.now)
        for name in reversed(at.snapshot):
            body = {name: body}
        holder = body
        for name in at.job_id[:-1]:
            holder = holder.setdefault(name, {})
        holder[at.job_id[-1]] = job_id
        return msgspec.json.encode(body)

    def polled(self, job: FakeJob, at: float | None = None) -> Reply:
        """The reply to a poll, now or *at* another time."""
        now, accepts = self._time.now if at is None else at, self.kind.lifecycle.accepts
        job.polls += 1
        if now - job.began < job.plan.visible_after:
            may_be_new = now - job.began <= self.kind.polling.not_found_grace
            return replace(self.not_found(job.id), is_expected=may_be_new)
        state = job.state(now)
        job.is_told = job.is_told or state.has_result
        code = next((code for code in self.kind.lifecycle.codes if str(code) == job.status(now)), None)
        if code is not None and state.is_final and not state.has_result:
            reply = error_reply(self._provider, code, job.plan.code, job.plan.reason)
            return replace(reply, told={job.id: state}, is_expected=True, is_read=False)
        status = code or (202 if 202 in accepts and not state.is_final else 200 if 200 in accepts else min(accepts))
        body, headers = self._told(job, now)
        return Reply(
            body,
            status,
            headers,
            told={job.id: state},
            retry_after=self._retry_after(job, now),
            is_read=(code is None or state.is_final) and not self._is_silent,
            is_any=code is not None and self.kind.result is Any,
            is_expected=code is not None,
        )

    def is_result_due(self, job: FakeJob) -> bool:
        """Whether a request to an address of polls and results is for the result: a poll has shown the job as done."""
        at = self.kind.lifecycle.result
        polled = (self.kind.lifecycle.poll_method, self.kind.lifecycle.poll)
        is_shared = isinstance(at, ResultAt) and isinstance(at.path, str) and (at.method, at.path) == polled
        return is_shared and job.is_told

    def fetched(self, sent: Sent, job: FakeJob) -> Reply:
        """The reply at the result's own address."""
        at = self.kind.lifecycle.result
        assert isinstance(at, ResultAt)
        if job.plan.is_gone and job.is_ready(self._time.now):
            reply = error_reply(self._provider, min(at.gone), "gone", "the result is no longer kept")
            return replace(reply, is_expected=True)
        if not job.is_ready(self._time.now):
            reply = error_reply(self._provider, min(at.not_ready), "not_ready", "the result is not there yet")
            return replace(reply, is_expected=True)
        if job.plan.is_failed:
            reply = error_reply(self._provider, min(at.failed), job.plan.code, job.plan.reason)
            return replace(reply, told={job.id: State.FAILED}, is_expected=True)
        job.results += 1
        if at.pages is None:
            return Reply(job.result(), 200, JSON)
        return Reply(*self._page(at.pages, job, job.result(), sent))

    def is_page(self, sent: Sent) -> bool:
        """Whether a request to the address of polls is for a further page of a result."""
        pages = self.kind.lifecycle.pages
        return pages is not None and bool(asked_page(pages, sent))

    def page_of(self, sent: Sent, job: FakeJob) -> Reply:
        """The reply at the address of a page."""
        at = self.kind.lifecycle.result
        if isinstance(at, ResultAt):
            return self.fetched(sent, job)
        assert self.kind.lifecycle.pages is not None
        job.results += 1
        return Reply(*self._page(self.kind.lifecycle.pages, job, job.snapshot(self._time.now), sent))

    def _told(self, job: FakeJob, now: float) -> tuple[Json, dict[str, str]]:
        """The body and the headers of a poll reply, with the links and the values that later requests need."""
        lifecycle = self.kind.lifecycle
        body, headers = self._shown(job, now)
        self._put_links(job, body, headers, now)
        is_early = not (job.state(now).has_result or lifecycle.names)
        self._put_values(
            job, body, self.kind.snapshot, without=lifecycle.values_for_result if is_early else frozenset()
        )
        return body, headers

    def _shown(self, job: FakeJob, now: float) -> tuple[Json, dict[str, str]]:
        """The body and the headers of a poll reply, which may be the first page of the result."""
        body, headers, pages = job.snapshot(now), dict(JSON), self.kind.lifecycle.pages
        if pages is None or not job.state(now).has_result:
            return body, headers
        body, _, headers = self._page(pages, job, body, None)
        return body, headers

    def _page(self, pages: Pages, job: FakeJob, body: Json, sent: Sent | None) -> tuple[Json, int, dict[str, str]]:
        """Body, HTTP status and headers of the requested page of a result; without *sent*, of the first page."""
        address = f"{self.base}{PAGE_PATH.replace('{job_id}', quote(job.id, safe=''))}?"
        return page_of(pages, self.kind.result, body, sent, base=self.base, address=address)

    def cancelled(self, job: FakeJob) -> Reply:
        """Cancel a job unless it is over."""
        job.cancel(self._time.now)
        return Reply({}, 200, JSON)

    def with_nulls(self, address: Address, reply: Callable[[], Reply]) -> Reply:
        """A reply of this address, with null in each absent field that may be null."""
        proper = reply()
        wanted: Any = {self.poll: self.kind.snapshot, self.result: self.kind.result}.get(address)
        is_json = wanted is not None and proper.status < 300
        return replace(proper, body=nulls(wanted, proper.body)) if is_json else proper

    def not_found(self, job_id: str) -> Reply:
        return error_reply(self._provider, 404, "not_found", f"there is no job {job_id!r}")

    def _put_links(
        self, job: FakeJob, body: Json, headers: dict[str, str], now: float, *, is_submit: bool = False
    ) -> None:
        """Put the links of a job into a reply."""
        lifecycle, state = self.kind.lifecycle, job.state(now)
        for role, at in lifecycle.link.items():
            is_next_poll = role == "result" and at.is_where(lifecycle.poll) and (is_submit or not state.has_result)
            is_id = is_submit and role != "poll" and at.is_where(self.kind.submit.job_id)
            if not (is_next_poll or is_id) and (is_submit or role != "poll" or not state.is_final):
                path = link_path(self.kind, role).replace("{job_id}", quote(job.id, safe=""))
                put_link(
                    at, self.base + path, body, headers, self.kind.submit.reply if is_submit else self.kind.snapshot
                )

    def _arguments(self, sent: Sent, route: Route) -> dict[str, str]:
        """The arguments of a submit, by name: of two with one name, that in the address."""
        return {
            **_texts_in(sent.json),
            **dict(sent.query),
            **(route.arguments(sent, sent.path.removeprefix(self.base)) or {}),
        }

    @property
    def _needed(self) -> frozenset[str]:
        """The arguments of a submit that the addresses of its job have in them."""
        return self.kind.lifecycle.all_names - self.kind.lifecycle.values.keys()

    def _put_values(self, job: FakeJob, body: Json, wanted: Any, *, without: frozenset[str] = frozenset()) -> None:
        """Put the values that later requests need into a reply of the type *wanted*."""
        for name, place in self.kind.lifecycle.values.items():
            if name not in without and put(body, wanted, attributes(wanted, place), f"{place[-1]}-of-{job.id}"):
                job.values[name] = as_text(follow(body, place))

    @property
    def _is_silent(self) -> bool:
        """Whether the body of a poll reply is never read: only its HTTP status and headers matter."""
        return self.kind.snapshot is NoneType and self.kind.lifecycle.result != ()

    @property
    def _has_status(self) -> bool:
        """Whether the submit reply has the job's status."""
        return has(self.kind.submit.reply, self.kind.lifecycle.status)

    def _retry_after(self, job: FakeJob, now: float) -> float:
        """The retry_after field of a reply about a job, in seconds; 0 for none."""
        is_over = job.state(now).is_final
        return 0.0 if is_over or not has(self.kind.snapshot, self.kind.lifecycle.retry_after) else job.plan.retry_after

    def _takes_id(self, job_id: str) -> bool:
        """Whether the submit reply can hold this id."""
        at = self.kind.submit.job_id
        return isinstance(at, Link) or not at or takes(self.kind.submit.reply, at, job_id)

    def _made(self, body: Json, job_id: str | None, argument: str = "") -> FakeJob:
        """A new job. *job_id* is that of a job of another client, and *argument* one that the submit has."""
        if not self._plans and self._plan is None:
            self.succeeds()
        self._plan = plan = self._plans.popleft() if self._plans else self._plan
        assert plan is not None
        number = str(next(self._numbers))
        usual = f"{self.kind.name}-{number}"
        found = job_id or argument or plan.id or (usual if self._takes_id(usual) else number)
        job = FakeJob(found, self.kind, plan, self._time.now if job_id is None else -inf, body)
        self.jobs.append(job)
        if argument or job.id not in self._by_id:
            self._by_id[job.id] = job
        return job


def _texts_in(body: Json) -> dict[str, str]:
    """The texts and numbers in the body of a submit, by name, also those inside of objects: of two, the outer one."""
    if not isinstance(body, dict):
        return {}
    found = {name: text for value in body.values() for name, text in _texts_in(value).items()}
    return found | {name: as_text(value) for name, value in body.items() if isinstance(value, str | int)}

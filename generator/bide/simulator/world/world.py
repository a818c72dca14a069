"""The simulated server without sockets: a request and the time go in, an answer comes out.

Times are seconds of the server, from 0, which may be faster than real time.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from bide_runtime.testing.faults import UNKNOWN_STATUS, Fault, FaultKind

from bide.ir import FindAt, IdAt, Job, Json, Lifecycle, Operation, Place, PollMany, Provider
from bide.simulator.bodies import links, paging, stream
from bide.simulator.bodies.bodies import FAILED, Bodies
from bide.simulator.bodies.catalog import Catalog, enveloped, opened
from bide.simulator.bodies.pointer import put
from bide.simulator.bodies.refusal import Refused, refusal
from bide.simulator.journal.journal import Entry, Journal
from bide.simulator.journal.masking import Masking
from bide.simulator.life import long_poll
from bide.simulator.life.answer import Answer, Asked, damaged, of_json
from bide.simulator.life.job import SimulatedJob, problem_of
from bide.simulator.life.orders import Orders
from bide.simulator.life.scenario import REQUESTS, Outcome, Scenario, ScenarioError, from_mapping
from bide.simulator.life.script import Script
from bide.simulator.life.tries import SCENARIO_HEADER, Tries
from bide.simulator.life.view import JobView, of_job, of_request
from bide.simulator.life.written import fault_text, file_of
from bide.simulator.world import arguments, filling, keys, many
from bide.simulator.world.arguments import Arguments
from bide.simulator.world.gate import Gate
from bide.simulator.world.registry import Registry
from bide.simulator.world.routes import Matched, Role, Route, Routes
from bide.simulator.world.tokens import Tokens

_SLACK = 0.02
"""Wall-clock seconds by which a poll may be too early: the time that requests take to arrive varies."""

_SIMULATED_FAULT = "The simulator was told to fail this request."


@dataclass(frozen=True, slots=True)
class Visit:
    """One accepted request, with its time and its id."""

    asked: Asked
    now: float
    request_id: str
    arguments: Arguments
    is_counted: bool = False
    """Whether it is a held poll, which was counted when it arrived."""


@dataclass(slots=True)
class _SeenIn:
    """What a request was for, for the journal."""

    role: str = ""
    of: str = ""
    jobs: list[SimulatedJob] = field(default_factory=list)
    fault: Fault | None = None

    def note_route(self, route: Route) -> None:
        self.role, self.of = route.role.value, route.of.name


class World:
    """One provider's server. The same requests at the same times with the same seed have the same answers."""

    def __init__(
        self,
        provider: Provider,
        *,
        seed: int = 0,
        speed: float = 1.0,
        script: Script | None = None,
        key: str | None = None,
        journal: Journal | None = None,
    ) -> None:
        script = (script or Script()).of(provider.name)
        jobs, operations = {job.name: job for job in provider.jobs}, {each.name for each in provider.operations}
        script.check(jobs, operations)
        self._provider = provider
        self._seed = seed
        self._speed = speed
        self._slack = _SLACK * speed
        self._tokens = Tokens(provider, key)
        self._gate = Gate(provider, key, self._tokens)
        self._routes = Routes(provider)
        self._catalog = Catalog(provider)
        self._bodies = Bodies(provider, speed=speed)
        self._key = key
        self._script = script
        self.orders = Orders(jobs, operations)
        """What the next jobs are to do."""
        self._tries = Tries(script, seed, self.orders)
        self.journal = journal
        self._masking = Masking(provider)
        self._seen_in = _SeenIn()
        self._registry = Registry(self._bodies, seed)
        self._paths: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()

    def holds(self, asked: Asked, now: float) -> long_poll.HeldPoll | None:
        """Hold a request that arrived at *now*, if it is a long poll; `None` if it is to be handled at once.

        Requests with a fault are not held. Call `handle` when the hold is over.
        """
        matched = self._matched(asked)
        if matched is None or not any(route.role is Role.POLL for route in matched.routes):
            return None
        try:
            admitted = self._gate.admit(asked, _auth(matched), now)
            route, given = self._chosen(matched, admitted)
            job = self._registry.find(given.sent, [each.of.name for each in matched.routes])
        except Refused:
            return None
        seconds = long_poll.wanted(job.spec.lifecycle.long_poll, admitted)
        if route.role is not Role.POLL or not seconds or job.has_fault("poll") or job.early(now) > self._slack:
            return None
        held = long_poll.HeldPoll(job, now, now + seconds)
        if held.is_over(now):
            return None
        job.note_poll(now, slack=self._slack)
        return held

    def handle(self, asked: Asked, now: float, *, was_held: bool = False) -> Answer:
        """The answer to a request that arrived at *now*, or was held until *now*."""
        request_id = f"req_{self._paths.total() + 1:06d}"
        matched = self._matched(asked)
        self._seen_in = _SeenIn()
        template = matched.routes[0].endpoint.path if matched and matched.routes else asked.path
        self._paths[f"{asked.method} {template}"] += 1
        try:
            if self._tokens.are_asked_for(asked):
                answer = self._tokens.issue(asked, now)
            else:
                admitted = self._gate.admit(asked, _auth(matched), now)
                answer = self._serve(admitted, matched, now, request_id, was_held=was_held)
        except Refused as refused:
            answer = refusal(self._provider, refused, request_id)
        except ScenarioError as error:
            answer = refusal(self._provider, Refused(400, f"header.X-Bide-Scenario: {error}"), request_id)
        self._statuses[answer.status] += 1
        if self._provider.request_id_header:
            answer = replace(answer, headers={**answer.headers, self._provider.request_id_header.lower(): request_id})
        if self.journal is not None:
            self._note(self.journal, asked, answer, now)
        return answer

    def submit(self, job: str, given: Mapping[str, Json], now: float, *, scenario: str = "") -> Answer:
        """Submit a job as a client would, with arguments by their names. Raises `KeyError` for an unknown kind."""
        spec = {each.name: each for each in self._provider.jobs}[job]
        key = self._key or "simulated"
        secrets = {each.argument: key for each in self._provider.auth}
        if self._provider.oauth is not None:
            granted = self._tokens.grant(now)
            secrets |= {each.argument: granted for each in self._provider.auth if each.scheme == "oauth"}
        asked = filling.request(self._provider, self._catalog, spec.submit, given, secrets)
        if scenario:
            asked = replace(asked, headers={**asked.headers, SCENARIO_HEADER: scenario})
        return self.handle(asked, now)

    def forms(self) -> list[dict[str, Json]]:
        """The kinds of job, with the inputs of a form and the ways in which each may end."""
        return [
            {
                "job": job.name,
                "description": job.description,
                "inputs": filling.inputs(self._catalog, job.submit),
                "outcomes": [each.value for each in Outcome if not problem_of(job, Scenario(outcome=each))],
            }
            for job in self._provider.jobs
        ]

    def disturb(self, job_id: str, kind: str, fault: str) -> None:
        """Give the next request of this kind about a job a fault, as a scenario has it. Raises `ScenarioError`."""
        if kind not in REQUESTS:
            raise ScenarioError(f"request is {kind!r}, expected one of {', '.join(REQUESTS)}")
        job = self._registry.get(job_id)
        if job is None:
            raise ScenarioError(f"there is no job {job_id!r}")
        [planned] = from_mapping({kind: fault}).faults.get(kind, (None,))[:1]
        done = job.requests[kind]
        script = list(job.scenario.faults.get(kind, ()))
        script += [None] * (done - len(script))
        script[done : done + 1] = [planned]
        job.scenario = replace(job.scenario, faults={**job.scenario.faults, kind: tuple(script)})
        if job.nth:
            self.orders.note("job", job.spec.name, job.nth, job.scenario)
        if self.journal is not None:
            self.journal.note_jobs([job])

    def scenarios(self) -> str:
        """A scenario file by which the same jobs do the same again, from the start."""
        return file_of(self.orders.followed, self._script)

    def set_speed(self, speed: float) -> None:
        """From now on the provider's time passes at this speed; the caller's clock does it."""
        self._speed = speed
        self._slack = _SLACK * speed
        self._bodies.set_speed(speed)

    def _note(self, journal: Journal, asked: Asked, answer: Answer, now: float) -> None:
        seen = self._seen_in
        path, sent, answered = self._masking.masked(asked, answer)
        late = answer.retry_date
        journal.note(
            Entry(
                number=journal.count + 1,
                at=now,
                role=seen.role,
                of=seen.of,
                jobs=tuple(job.id for job in seen.jobs),
                method=asked.method,
                path=path,
                status=answer.status,
                ending=answer.ending,
                delay=answer.delay,
                fault="" if seen.fault is None else fault_text(seen.fault),
                retry_after=answer.headers.get("retry-after", "" if late is None else f"a date {late:g} s ahead"),
                lanes=journal.note_jobs(seen.jobs),
                sent=sent,
                answered=answered,
            )
        )

    def _matched(self, asked: Asked) -> Matched | None:
        """The routes of a request, by its method, its path and the type of its body."""
        matched = self._routes.find(asked.method, asked.path)
        return None if matched is None else matched.for_body(asked.headers.get("content-type", ""))

    def report(self, now: float) -> dict[str, Json]:
        """The jobs and the counts of requests so far."""
        return {
            "provider": self._provider.name,
            "requests": self._paths.total(),
            "requests_by_path": dict(sorted(self._paths.items())),
            "replies_by_status": {str(status): count for status, count in sorted(self._statuses.items())},
            "jobs": self._registry.report(now),
        }

    def _serve(self, asked: Asked, matched: Matched | None, now: float, request_id: str, *, was_held: bool) -> Answer:
        if matched is None:
            raise Refused(404, f"there is nothing at {asked.path}")
        if not matched.routes:
            raise Refused(405, f"{asked.path} does not take {asked.method}")
        self._seen_in.note_route(matched.routes[0])
        route, given = self._chosen(matched, asked)
        self._seen_in.note_route(route)
        visit = Visit(asked, now, request_id, given, was_held)
        match route.of:
            case Job(find=FindAt() as find) if route.role is Role.FIND:
                return self._list(find, [each.of.name for each in matched.routes if each.role is Role.FIND], visit)
            case Job() as spec:
                return self._submit(spec, visit)
            case Operation() as operation:
                return self._call(operation, visit)
            case Lifecycle(poll_many=PollMany() as address) if route.role is Role.POLL_MANY:
                lifecycles = [each.of.name for each in matched.routes if each.role is Role.POLL_MANY]
                return self._poll_many(address, lifecycles, visit)
        job = self._registry.find(given.sent, [each.of.name for each in matched.routes])
        self._seen_in.jobs = [job]
        match route.role:
            case Role.POLL if self._asks_for_page(job, visit.asked):
                return self._page(job, visit)
            case Role.POLL:
                return self._poll(job, visit)
            case Role.RESULT:
                return self._result(job, visit)
            case _:
                return self._cancel(job, visit)

    def _chosen(self, matched: Matched, asked: Asked) -> tuple[Route, Arguments]:
        """The endpoint of several at one path: the one whose constants the request has."""
        candidates = [(route, self._read(route, asked, matched.path(route))) for route in matched.routes]
        route, given = min(candidates, key=lambda pair: (len(pair[1].strange), len(pair[1].problems)))
        if given.strange and len(candidates) > 1:
            path = next(iter(given.strange))
            known = {json.dumps(other.strange[path]): None for _, other in candidates if path in other.strange}
            raise Refused(400, f"{path} is not one of {', '.join(known)}")
        if given.problems:
            raise Refused(400, "; ".join(given.problems))
        return route, given

    def _read(self, route: Route, asked: Asked, path: dict[str, str]) -> Arguments:
        asked = self._gate.without_constants(route.endpoint, asked)
        if route.role is Role.SUBMIT and isinstance(route.of, Job):
            asked = keys.without_key(route.of, asked)
        if route.role is Role.POLL_MANY and isinstance(route.of, Lifecycle) and route.of.poll_many:
            return many.read(route.of.poll_many, asked)
        if route.role is Role.POLL and isinstance(route.of, Lifecycle):
            asked = long_poll.without(route.of.long_poll, asked)
        if route.role in (Role.RESULT, Role.POLL) and isinstance(route.of, Lifecycle):
            asked = paging.without_page(route.of.result.pages, asked)
        if route.role is Role.FIND and isinstance(route.of, Job) and route.of.find:
            asked = paging.without_page(route.of.find.pages, asked)
        return arguments.read(self._catalog, route.endpoint, asked, path)

    # --- submits and operations ---

    def _submit(self, spec: Job, visit: Visit) -> Answer:
        key = keys.key_of(spec, visit.asked)
        scenario, fault, nth = self._tries.next(
            "job", spec.name, visit.asked, key=key, idempotent=spec.submit.idempotent
        )
        return self._begin(spec, scenario, fault, visit, key=key, status=202, id_at=spec.job_id, nth=nth)

    def _call(self, operation: Operation, visit: Visit) -> Answer:
        scenario, fault, _ = self._tries.next(
            "operation", operation.name, visit.asked, key=None, idempotent=operation.endpoint.idempotent
        )
        at_once = next((reply for reply in operation.replies if reply.job is None), None)
        later = next((reply for reply in operation.replies if reply.job is not None), None)
        if later and (scenario.answers_with_job or not at_once):
            spec = next(job for job in self._provider.jobs if job.name == later.job)
            return self._begin(spec, scenario, fault, visit, key=None, status=later.status or 202, id_at=later.job_id)
        if scenario.answers_with_job:
            raise ScenarioError(f"operation {operation.name} never returns a job")
        view = of_request(visit.now, visit.arguments.sent, visit.request_id)
        if operation.stream:
            seed = f"{self._seed}:{operation.name}:{visit.request_id}"
            answer = stream.events(operation.stream, self._bodies, view, scenario, fault, seed)
        elif scenario.outcome is Outcome.FAIL:
            raise Refused(500, _SIMULATED_FAULT)
        elif at_once is None or at_once.type is None:
            answer = Answer(status=204 if at_once is None or at_once.status is None else at_once.status)
        else:
            answer = of_json(self._bodies.reply(at_once.type, view, endpoint=operation.endpoint), at_once.status or 200)
        return self._damaged(answer, fault, visit)

    def _begin(
        self,
        spec: Job,
        scenario: Scenario,
        fault: Fault | None,
        visit: Visit,
        *,
        key: str | None,
        status: int,
        id_at: IdAt,
        nth: int = 0,
    ) -> Answer:
        """Create a job, or find the one with this key, and return the submit reply."""
        job = self._registry.made_before(spec, key, visit.asked.body, visit.now)
        if fault is not None and not fault.reaches:
            return self._damaged(of_json({}, status), fault, visit)
        if job is None:
            job = self._registry.make(spec, scenario, visit.arguments.sent, visit.now, id_at=id_at)
            job.nth = nth
            self._registry.remember(job, key, visit.asked.body, visit.now)
        self._seen_in.jobs = [job]
        view = self._seen(job, visit, status=_shown_status(fault))
        body = self._bodies.submit_reply(view, id_at=id_at)
        return self._damaged(of_json(body, status, links.headers(view, id_at=id_at)), fault, visit)

    # --- jobs ---

    def _poll(self, job: SimulatedJob, visit: Visit) -> Answer:
        if not visit.is_counted:
            self._note_polls([job], visit)
        result = job.spec.lifecycle.result
        if not result.endpoint and job.is_gone(visit.now):
            raise Refused(next(iter(result.gone), 404), f"job {job.id} is no longer kept")
        fault = job.next_fault("poll")
        view = self._seen(job, visit, status=_shown_status(fault), has_nulls=_is(fault, FaultKind.NULLS))
        codes = job.spec.lifecycle.codes
        code = int(view.status) if view.status in map(str, codes) else None
        if code is not None and view.state.is_final and not view.state.has_result:
            return self._damaged(self._ended(job, view, code), fault, visit)
        status = code or (200 if view.state.is_final else job.scenario.poll_status)
        body, headers = self._bodies.poll_reply(view), links.headers(view)
        if view.state.has_result and not result.endpoint:
            body, more = self._paged(job, body, visit.asked)
            headers |= more
        return self._damaged(of_json(body, status, headers), fault, visit)

    def _asks_for_page(self, job: SimulatedJob, asked: Asked) -> bool:
        """Whether a request to the address of polls is for a further page of the result."""
        result = job.spec.lifecycle.result
        return result.endpoint is None and paging.asks_for_page(result.pages, asked)

    def _seen(self, job: SimulatedJob, visit: Visit, *, status: str | None = None, has_nulls: bool = False) -> JobView:
        """The view of the job for this request."""
        view = of_job(job, visit.now, visit.request_id, status=status, has_nulls=has_nulls)
        found = links.addresses(self._provider, job.spec, job.id, visit.asked)
        return replace(view, addresses=found) if found else view

    def _ended(self, job: SimulatedJob, view: JobView, code: int) -> Answer:
        """The reply for a job that ended without a result, if the HTTP status is the job's status."""
        said = f"job {job.id} has ended: {view.state.value}"
        return refusal(self._provider, Refused(code, said), view.request_id)

    def _poll_many(self, address: PollMany, lifecycles: list[str], visit: Visit) -> Answer:
        """The reply with all known jobs. The first fault in a job's script applies to the whole reply."""
        jobs = self._registry.known(visit.arguments.sent[address.ids], lifecycles)
        self._seen_in.jobs = jobs
        self._note_polls(jobs, visit)
        items: list[Json] = []
        spoilt: Fault | None = None
        for job in jobs:
            fault = job.next_fault("poll") if spoilt is None else None
            if fault is not None and fault.kind not in (FaultKind.UNKNOWN_STATUS, FaultKind.NULLS):
                spoilt, fault = fault, None
            if not job.spec.lifecycle.result.endpoint and job.is_gone(visit.now):
                continue
            has_nulls = _is(fault, FaultKind.NULLS)
            view = self._seen(job, visit, status=_shown_status(fault), has_nulls=has_nulls)
            item = self._bodies.snapshot(view)
            put(item, address.job_id, job.id)
            items.append(item)
        body: dict[str, Json] = {}
        if address.list:
            put(body, address.list, items)
        return self._damaged(of_json(body if address.list else items), spoilt, visit)

    def _list(self, find: FindAt, kinds: list[str], visit: Visit) -> Answer:
        """The reply with the jobs of these kinds whose submits had the arguments in the address."""
        named = {name: visit.arguments.sent[name] for name in find.endpoint.names}
        type_ = self._catalog.item_at(find.returns, find.list)
        items = [self._bodies.item(self._seen(job, visit), type_, find) for job in self._registry.listed(kinds, named)]
        model = self._catalog.model(find.returns)
        body: Json = items
        if model is not None:
            view = of_request(visit.now, visit.arguments.sent, visit.request_id)
            body = opened(model, self._bodies.reply(find.returns, view))
            put(body, find.list, items)
        headers: dict[str, str] = {}
        if find.pages is not None:
            kept = [(name, text) for place, name, text in find.endpoint.constants if place is Place.QUERY]
            given = [pair for pair in visit.asked.query if pair[0] in dict(kept)]
            path = f"{visit.asked.path}?{urlencode(given)}" if given else visit.asked.path
            body, headers = paging.page_of(self._catalog, model, body, find.pages, visit.asked, path, least=0)
        return of_json(enveloped(model, body) if model else body, headers=headers)

    def _note_polls(self, jobs: list[SimulatedJob], visit: Visit) -> None:
        """Count a poll of each job. Raises `Refused` if one is too early."""
        early = [(job.note_poll(visit.now, slack=self._slack), job) for job in jobs]
        for seconds, job in early:
            if seconds > 0:
                wait = max(1, math.ceil(seconds / self._speed))
                said = f"job {job.id} was polled less than {job.spec.polling.min_interval:g} s ago"
                raise Refused(429, said, headers={"retry-after": str(wait)})

    def _result(self, job: SimulatedJob, visit: Visit) -> Answer:
        job.result_fetches += 1
        fault = job.next_fault("result")
        result = job.spec.lifecycle.result
        if job.is_gone(visit.now):
            raise Refused(next(iter(result.gone), 404), f"the result of job {job.id} is no longer kept")
        if not job.is_ready(visit.now):
            raise Refused(next(iter(result.not_ready), 409), f"the result of job {job.id} is not ready")
        if job.fails:
            raise Refused(next(iter(result.failed)), FAILED)
        view = self._seen(job, visit, has_nulls=_is(fault, FaultKind.NULLS))
        body, headers = self._paged(job, self._bodies.result(view), visit.asked)
        return self._damaged(of_json(body, headers=headers), fault, visit)

    def _paged(self, job: SimulatedJob, body: Json, asked: Asked) -> tuple[Json, dict[str, str]]:
        """The requested page of a result, and its headers; *body* itself if the result has no pages."""
        result, model = job.spec.lifecycle.result, self._catalog.model(job.spec.result)
        if result.pages is None:
            return body, {}
        poll = self._routes.prefix + job.spec.lifecycle.poll.path.replace("{job_id}", quote(job.id, safe=""))
        path = asked.path if result.endpoint or asked.method == job.spec.lifecycle.poll.method else poll
        inside = opened(model, body) if model else body
        page, headers = paging.page_of(self._catalog, model, inside, result.pages, asked, path)
        return enveloped(model, page) if inside is not body else page, headers

    def _page(self, job: SimulatedJob, visit: Visit) -> Answer:
        """A further page of a result, of which the poll reply was the first."""
        job.result_fetches += 1
        fault = job.next_fault("result")
        view = self._seen(job, visit, has_nulls=_is(fault, FaultKind.NULLS))
        if not view.state.has_result:
            raise Refused(409, f"the result of job {job.id} is not ready")
        body, headers = self._paged(job, self._bodies.poll_reply(view), visit.asked)
        return self._damaged(of_json(body, headers=headers), fault, visit)

    def _cancel(self, job: SimulatedJob, visit: Visit) -> Answer:
        job.cancels += 1
        fault = job.next_fault("cancel")
        status = 200 if job.state(visit.now).is_final else 202
        if fault is None or fault.reaches:
            job.cancel(visit.now)
        returns = job.spec.lifecycle.cancel.returns if job.spec.lifecycle.cancel else None
        view = self._seen(job, visit)
        return self._damaged(of_json(self._bodies.cancel_reply(view, returns), status), fault, visit)

    def _damaged(self, answer: Answer, fault: Fault | None, visit: Visit) -> Answer:
        if fault is None:
            return answer
        self._seen_in.fault = fault
        error = refusal(self._provider, Refused(fault.status or 200, _SIMULATED_FAULT), visit.request_id)
        return damaged(answer, fault, error)


def _shown_status(fault: Fault | None) -> str | None:
    """The status in place of the job's own, for the fault `unknown_status`."""
    return UNKNOWN_STATUS if _is(fault, FaultKind.UNKNOWN_STATUS) else None


def _is(fault: Fault | None, kind: FaultKind) -> bool:
    return fault is not None and fault.kind is kind


def _auth(matched: Matched | None) -> tuple[str, ...] | None:
    """The secrets that a request needs; `None`: the usual ones."""
    if matched is None or not matched.routes:
        return None
    of = matched.routes[0]
    poll = of.of.poll if isinstance(of.of, Lifecycle) and of.role is Role.POLL_MANY else of.endpoint
    return poll.auth

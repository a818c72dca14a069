"""Verify a recording against a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bide import ir
from bide.importer.recording.exchanges import Exchange
from bide.ir import Json
from bide.verifier.findings import Finding, Kind
from bide.verifier.routes import Role, Route, Routes
from bide.verifier.values import Comparison, Misfit, unknown_status

_SLACK = 0.05
"""How much sooner a poll may come, in seconds: clocks of browsers are coarse."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What does not fit."""

    findings: list[Finding]
    compared: int
    """The number of exchanges that belong to the spec."""
    others: int
    noun: str = "exchange"
    """What was compared."""


@dataclass(slots=True)
class _Poll:
    """The last poll of one job."""

    status: str
    began: float
    is_final: bool


def verify(provider: ir.Provider, exchanges: list[Exchange], counts: Sequence[int] = ()) -> Verdict:
    """Compare the replies of a recording with a spec.

    With *counts*, each exchange stands for so many that are alike, and they are in no order; then they may be the same.
    """
    return _Verification(provider).verdict(exchanges, counts)


class _Verification:
    def __init__(self, provider: ir.Provider) -> None:
        self._provider = provider
        self._routes = Routes(provider)
        self._comparison = Comparison(provider)
        self._polls: dict[str, _Poll] = {}
        self._submitted: ir.Job | ir.Operation | None = None
        """The kind of job that was submitted last."""
        self._polled: dict[str, float] = {}
        """When a job was polled last, whatever the reply was."""

    def verdict(self, exchanges: list[Exchange], counts: Sequence[int]) -> Verdict:
        origin = self._origin(exchanges)
        found: dict[object, Finding] = {}
        compared = 0
        for number, exchange in enumerate(exchanges):
            routes = self._routes.find(exchange) if exchange.origin == origin else []
            if not routes:
                continue
            compared += 1
            route, misfits = self._best(routes, exchange)
            self._routes.learn(route, exchange)
            misfits += [] if counts else self._of_time(route, exchange)
            seen: set[object] = set()
            for each in misfits:
                example = f"{exchange.method.upper()} {exchange.path}{f' at {each.at}' if each.at else ''}"
                finding = Finding(
                    kind=each.kind, path=each.path, message=each.message, example=example, change=each.change
                )
                if finding.identity in seen:
                    continue
                seen.add(finding.identity)
                known = found.get(finding.identity)
                before = known.count if known else 0
                count = max(before, counts[number]) if counts else before + 1
                found[finding.identity] = replace(known or finding, count=count)
        noun = "shape" if counts else "exchange"
        return Verdict(list(found.values()), compared, len(exchanges) - compared, noun)

    def _origin(self, exchanges: list[Exchange]) -> str:
        """That of the spec, if the recording has it; else the one with most requests that the spec knows."""
        host = urlsplit(self._provider.base_url).netloc
        counts = Counter(each.origin for each in exchanges if self._routes.find(each))
        own = [each for each in counts if urlsplit(each).netloc == host]
        return own[0] if own else next((each for each, _ in counts.most_common(1)), "")

    def _best(self, routes: list[Route], exchange: Exchange) -> tuple[Route, list[Misfit]]:
        """The route that fits best, if jobs share an address."""
        tried = [(route, list(self._of_reply(route, exchange))) for route in routes]
        best = min(
            tried,
            key=lambda each: (
                not _sends(each[0], exchange),
                sum(one.weight for one in each[1]),
                each[0].of is not self._submitted,
            ),
        )
        if best[0].role is Role.SUBMIT:
            self._submitted = best[0].of
        return best

    def _of_reply(self, route: Route, exchange: Exchange) -> Iterator[Misfit]:
        job, owner = route.of, _owner(route)
        if not self._has_meaning(route, exchange):
            yield Misfit(Kind.HTTP, owner, f"{_shown(route)} answered HTTP {exchange.status}, which has no meaning", "")
        if exchange.status >= 400:
            yield from self._of_error(exchange)
            return
        type_ = self._type(route, exchange.status)
        if type_ is None or type_ in (ir.Scalar(ir.Kind.BYTES), ir.Scalar(ir.Kind.STRING)) or exchange.status == 204:
            return
        if not exchange.has_json:
            yield Misfit(Kind.NOT_JSON, owner, f"{_shown(route)} answered no JSON", "")
            return
        body = self._comparison.opened(type_, exchange.said)
        state = None
        if route.role is Role.POLL and isinstance(job, ir.Job):
            status = _status(job.lifecycle, exchange, body)
            state = _state(job.lifecycle, status, exchange, body)
            if status is not None and _known(job.lifecycle, status) is None:
                at = "$." + ".".join(job.lifecycle.status) if job.lifecycle.status else ""
                yield unknown_status(job.lifecycle, status, at)
        found = list(self._comparison.misfits(type_, body, owner, state))
        yield from found
        known = {each.at for each in found}
        if route.role is Role.SUBMIT and isinstance(job, ir.Job):
            yield from _of_id(job, exchange, body, known)
        if route.role is Role.POLL and isinstance(job, ir.Job) and state is not None and _is_result(job, state):
            opened = self._comparison.opened(job.result, exchange.said)
            result = self._comparison.misfits(job.result, opened, ("jobs", job.name, "result"))
            # the snapshot says which fields there are, and each fault is said once
            yield from (each for each in result if each.kind is not Kind.UNKNOWN_FIELD and each.at not in known)

    def _type(self, route: Route, status: int) -> ir.Type | None:
        """The type of a reply."""
        of = route.of
        if isinstance(of, ir.Operation):
            exact = [reply for reply in of.replies if reply.status == status]
            reply = next(iter(exact or [reply for reply in of.replies if reply.status is None]), None)
            if reply is None or of.stream is not None:
                return None
            job = next((each for each in self._provider.jobs if each.name == reply.job), None)
            return reply.type if job is None else ir.Named(job.reply) if job.reply else None
        match route.role:
            case Role.SUBMIT:
                return ir.Named(of.reply) if of.reply else None
            case Role.POLL:
                return ir.Named(of.snapshot) if of.snapshot else None
            case Role.RESULT:
                return of.result
            case _:
                return of.lifecycle.cancel.returns if of.lifecycle.cancel else None

    def _has_meaning(self, route: Route, exchange: Exchange) -> bool:
        """Whether the spec, or HTTP, says what a status means here."""
        status, of = exchange.status, route.of
        if isinstance(of, ir.Operation):
            named = {reply.status for reply in of.replies}
            return status >= 400 or not named or None in named or status in named
        lifecycle = of.lifecycle
        match route.role:
            case Role.POLL:
                return status >= 400 or status in (200, *lifecycle.accepts, *lifecycle.codes)
            case Role.RESULT:
                at = lifecycle.result
                named_here = (*at.not_ready, *at.gone, *at.failed)
                return status in named_here or status not in (202, 204, 404, 409, 410, 425)
            case Role.CANCEL:
                over = lifecycle.cancel.over if lifecycle.cancel else ()
                return status in over or status not in (404, 409, 410)
            case _:
                return True

    def _of_error(self, exchange: Exchange) -> Iterator[Misfit]:
        """An error whose message the spec cannot find."""
        shapes = self._provider.errors
        if not exchange.has_json or not shapes:
            return
        if not any(
            _at(exchange.said, pointer) for shape in shapes for pointer in (shape.code, shape.message) if pointer
        ):
            yield Misfit(Kind.HTTP, ("errors",), f"the body of HTTP {exchange.status} is none of the error shapes", "$")

    def _of_time(self, route: Route, exchange: Exchange) -> list[Misfit]:
        """What does not fit the polls before this one."""
        job = route.of
        if route.role is not Role.POLL or not isinstance(job, ir.Job):
            return []
        lifecycle, found = job.lifecycle, list[Misfit]()
        before = self._polled.get(exchange.path)
        self._polled[exchange.path] = exchange.began
        if exchange.status >= 400:
            least = job.polling.min_interval
            if exchange.status == 429 and before is not None and exchange.began - before >= least - _SLACK:
                path = ("lifecycles", lifecycle.name, "polling")
                says = f"a poll of {lifecycle.name} got HTTP 429, although it kept to the min_interval of {least:g} s"
                found.append(Misfit(Kind.TOO_CLOSE, path, says, ""))
            return found
        body = self._comparison.opened(job.snapshot, exchange.said)
        status = _status(lifecycle, exchange, body)
        state = _state(lifecycle, status, exchange, body)
        last = self._polls.get(exchange.path)
        if last is not None:
            least = job.polling.min_interval
            if not last.is_final and 0 < least and exchange.began - last.began < least - _SLACK:
                path = ("lifecycles", lifecycle.name, "polling")
                says = f"polls of {lifecycle.name} came sooner than its min_interval of {least:g} s"
                found.append(Misfit(Kind.TOO_CLOSE, path, says, ""))
            if status is not None and status != last.status and not _may_follow(lifecycle, last.status, status):
                path = ("lifecycles", lifecycle.name, "transitions")
                says = f'"{last.status}" was followed by "{status}", and no declared transition leads there'
                found.append(Misfit(Kind.TRANSITION, path, says, "$." + ".".join(lifecycle.status)))
        if status is not None:
            self._polls[exchange.path] = _Poll(status, exchange.began, state is not None and state.is_final)
        return found


def _of_id(job: ir.Job, exchange: Exchange, body: Json, known: set[str]) -> Iterator[Misfit]:
    """The id of a job that a reply to its submit lacks, if that is not known yet."""
    field = job.job_id.field
    at = "$." + ".".join(field)
    if field and at not in known and _at(body, field) is None and _at(exchange.said, field) is None:
        says = f"the reply to the submit of {job.name} has no job id"
        yield Misfit(Kind.MISSING_FIELD, ("jobs", job.name, "submit", "job_id"), says, at)


def _is_result(job: ir.Job, state: ir.State) -> bool:
    """Whether a poll in a state is, as a whole, a result of a type of its own."""
    at = job.lifecycle.result
    is_whole = at.endpoint is None and not at.field and at.pages is None
    is_other = job.snapshot is not None and job.result != ir.Named(job.snapshot)
    return state.has_result and is_whole and is_other


def _sends(route: Route, exchange: Exchange) -> bool:
    """Whether a body has the constants of an endpoint."""
    body = route.endpoint.body
    if body is None or not isinstance(exchange.sent, dict):
        return True
    by_name = {each.field.name: each.field.wire for each in route.endpoint.parameters}
    constants = [each for each in body.fields if each.value is None]
    return all(exchange.sent.get(by_name.get(each.name, each.name), each.const) == each.const for each in constants)


def _owner(route: Route) -> tuple[str, ...]:
    of = route.of
    if isinstance(of, ir.Operation):
        return ("operations", of.name)
    return ("jobs", of.name) if route.role is Role.SUBMIT else ("lifecycles", of.lifecycle.name, str(route.role))


def _shown(route: Route) -> str:
    return f"the {route.role} of {route.of.name}"


def _at(value: Json, pointer: Iterable[str]) -> Json:
    for step in pointer:
        if isinstance(value, list) and ir.INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _status(lifecycle: ir.Lifecycle, exchange: Exchange, body: Json) -> str | None:
    """The status in a reply as text of the spec; `None` if it has none."""
    if not lifecycle.status or exchange.status in lifecycle.codes:
        return str(exchange.status)
    value = _at(body, lifecycle.status)
    if value is None:
        value = _at(exchange.said, lifecycle.status)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None and {"true", "false"} >= lifecycle.states.keys():
        return "false"
    return str(value) if isinstance(value, str | int) else None


def _known(lifecycle: ir.Lifecycle, status: str) -> ir.State | None:
    if lifecycle.ignore_case:
        return next((state for word, state in lifecycle.states.items() if word.lower() == status.lower()), None)
    return lifecycle.states.get(status)


def _state(lifecycle: ir.Lifecycle, status: str | None, exchange: Exchange, body: Json) -> ir.State | None:
    state = _known(lifecycle, status) if status is not None else None
    if state is None or not state.is_final:
        return state
    for end in lifecycle.ends:
        holds = _at(body, end.present) if end.present else all(_at(body, at) == value for at, value in end.values)
        if holds:
            return end.state
    return state


def _may_follow(lifecycle: ir.Lifecycle, first: str, then: str) -> bool:
    """Whether a status may be seen after another; polls do not see all that are between."""
    seen, waiting = {first}, [first]
    while waiting:
        status = waiting.pop()
        state = _known(lifecycle, status)
        if status not in lifecycle.transitions:
            if state is None or not state.is_final:
                return True  # any may follow
            continue
        waiting += [each for each in lifecycle.transitions[status] if each not in seen]
        seen |= set(lifecycle.transitions[status])
    return then in seen or _known(lifecycle, then) is None

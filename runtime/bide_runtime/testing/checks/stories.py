"""Stories for generated tests: the plan of a job, the faults of its requests, and the options of the wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Any

from hypothesis import strategies as st

from ...jobs.state import State
from ...waiting.policies.policy import Policy
from ..fake.jobs import FakeJobs
from ..fake.plans import Plan
from ..fake.provider import FakeProvider
from ..faults import Fault, cut_short, error, lost, nulls, slow, unreachable, web_page, wrong_shape
from ..timeline import Timeline
from .calls import Mode, Told, play
from .requests import Call
from .values import TOMORROW

Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A kind of job, as the spec describes it."""

    name: str
    """The name of the namespace, below the client."""
    submit: Call
    states: Mapping[str, str]
    """The state of each status."""
    transitions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The statuses that may follow each status, if the spec lists them."""
    poll: str
    """The path."""
    is_polled_by_id: bool = True
    """Whether the path has the id, instead of being a link."""
    min_interval: float
    interval: tuple[float, float]
    timeout: float
    longest_hold: float = 0.0
    """For how many seconds the server holds a poll at most."""
    not_found_grace: float = 0.0
    result: str = ""
    """The path, if the result has an address of its own."""
    cancel: tuple[str, str] | None = None
    """Method and path."""
    idempotency_key: str = ""
    """The header."""
    is_found: bool = False
    """Whether its reference is in a list, by which it is found."""
    codes: Sequence[int] = ()
    """The HTTP statuses that are a status of the job."""
    failed: Sequence[int] = ()
    """The HTTP statuses of its result that mean that it failed."""
    is_open: bool = True
    """Whether the status is an open enum."""
    has_id_in_body: bool = True
    """Whether the submit reply has the job's id in its body."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the address of a poll needs beside the id, with a value for each."""
    has_retry_after: bool = False
    """Whether replies have a `retry_after` field."""
    has_reason: bool = False
    """Whether replies have a field for the error message of a failed job."""

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.name)  # in Hypothesis' reports

    def of(self, client: Any) -> Any:
        """The namespace of a client."""
        return getattr(client, self.name)

    def in_fake(self, fake: FakeProvider[Any, Any]) -> FakeJobs[Any]:
        """These jobs of a fake provider."""
        return next(jobs for jobs in fake.kinds if jobs.kind.name == self.name)

    def knows(self, state: str) -> bool:
        """Whether a status means this state."""
        return state in self.states.values()

    def is_broken_by(self, fault: Fault) -> bool:
        """Whether a request with this fault fails: an HTTP status may be an answer, and a body may mean nothing."""
        return not self.codes if fault.is_in_body else fault.status not in (*self.codes, *self.failed)

    def plan(self, *states: str, after: float | None = None, **details: Any) -> Plan:
        """A job that goes through these states or unknown statuses; each but the last takes *after* seconds."""
        words = {state: status for status, state in reversed(list(self.states.items()))}
        statuses = [words.get(state, state) for state in states]
        seconds = self.interval[0] if after is None else after
        return Plan(Timeline.lasting(*((status, seconds) for status in statuses)), **details)

    def lasting(self, seconds: float) -> float:
        """*seconds*, but at most 100 maximum intervals, so that no test polls thousands of times."""
        return min(seconds, max(100 * self.interval[1], 10.0))

    @property
    def has_id_in_one_part(self) -> bool:
        """Whether the id is one part of the path, which may not span several."""
        return self.is_polled_by_id and "{+job_id}" not in self.poll

    @property
    def going(self) -> str:
        """A state that is not final."""
        return next(state for state in ("running", "pending", TOMORROW) if self.knows(state) or state == TOMORROW)

    @property
    def finals(self) -> list[str]:
        """The final statuses."""
        return [status for status, state in self.states.items() if State(state).is_final]


@dataclass(frozen=True)
class Steady:
    """A policy with a constant delay, which need not be sensible."""

    seconds: float

    def delay(self, *, polls: int, age: float, jitter: float) -> float:
        return self.seconds


@dataclass(frozen=True, kw_only=True)
class Story:
    """One job's plan, the faults of its requests, and the options of the wait for it."""

    plan: Plan
    submits: Sequence[Fault | None] = ()
    polls: Sequence[Fault | None] = ()
    results: Sequence[Fault | None] = ()
    timeout: float | None = 60.0
    policy: Policy | None = None
    max_retries: int = 3
    jitter: float = 0.0
    drift: float = 1.0

    def prepare(self, fake: FakeProvider[Any, Any], jobs: FakeJobs[Any]) -> None:
        """Apply the plan and the faults to the next job."""
        fake.time.drift = self.drift
        fake.jitter = lambda: self.jitter
        jobs.follows(self.plan)
        jobs.submit.inject(*self.submits)
        jobs.poll.inject(*self.polls)
        jobs.result.inject(*self.results)

    def told(self, new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode, arguments: Any) -> Told:
        """Run the job of this story; returns the trace of the call."""
        fake = new_fake()
        self.prepare(fake, job.in_fake(fake))

        def run(client: Any, told: Told) -> Any:
            return job.of(client).run(
                **arguments, timeout=self.timeout, policy=self.policy, on_update=told.updates.append
            )

        return play(fake, mode, run, timeout=self.timeout, max_retries=self.max_retries)


_RETRY_AFTERS = st.none() | st.floats(0, 20).map(lambda retry_after: round(retry_after, 1)) | st.just(5000.0)


@cache
def transient_errors() -> Strategy:
    """Faults that cause transient errors."""
    errors = st.builds(
        error,
        st.sampled_from([408, 425, 429, 429, 500, 502, 503, 504]),
        retry_after=_RETRY_AFTERS,
        as_date=st.booleans(),
    )
    return st.one_of(
        errors,
        st.builds(lost, reaches=st.booleans()),
        st.builds(unreachable),
        st.floats(0.01, 40).map(slow),
        st.sampled_from([cut_short(), web_page()]),
    )


@cache
def refusals() -> Strategy:
    """Faults that cause errors which are not transient."""
    return st.sampled_from([400, 401, 402, 403, 410, 418, 422]).map(error) | st.just(wrong_shape())


@cache
def faults(*, at_most: int = 6) -> Strategy:
    """Faults for consecutive requests: often none, often a transient error, sometimes another error."""
    nothing = st.sampled_from([None, None, None, nulls()])
    return st.lists(st.one_of(nothing, nothing, transient_errors(), transient_errors(), refusals()), max_size=at_most)


@cache
@st.composite
def timelines(draw: st.DrawFn, job: Job) -> Timeline:
    """Statuses in an order that the spec allows, or in any order and with statuses that the spec does not list."""
    is_legal = draw(st.sampled_from([True, True, False]))
    lasts = st.floats(0, job.lasting(300.0) / 10).map(lambda seconds: round(seconds, 2)) | st.just(0.0)
    status = draw(st.sampled_from(list(job.states)))
    walk: list[tuple[str, float]] = []
    for _ in range(draw(st.integers(0, 4))):
        if is_legal and status in job.finals:
            break
        walk.append((status, draw(lasts)))
        followers = (
            job.transitions.get(status, list(job.states)) if is_legal else [*job.states, *[TOMORROW] * job.is_open]
        )
        status = draw(st.sampled_from(sorted(followers)))
    return Timeline.lasting(*walk, (status, inf))


@cache
@st.composite
def plans(draw: st.DrawFn, job: Job) -> Plan:
    """Any plan of a job."""
    grace = job.not_found_grace
    return Plan(
        draw(timelines(job)),
        late=draw(st.sampled_from([0.0, 0.0, 3.0, 20.0])),
        is_gone=draw(st.sampled_from([False, False, True])),
        visible_after=draw(st.sampled_from([0.0, 0.0, grace / 2, 2 * grace])),
        retry_after=draw(st.sampled_from([0.0, 1.5, 12.0])) if job.has_retry_after else 0.0,
    )


@cache
@st.composite
def stories(draw: st.DrawFn, job: Job) -> Story:
    """Any story of one job of this kind."""
    return Story(
        plan=draw(plans(job)),
        submits=draw(faults(at_most=3)),
        polls=[None if one is not None and one.status in job.codes else one for one in draw(faults())],
        results=[None if one is not None and one.status in job.failed else one for one in draw(faults(at_most=3))],
        timeout=draw(st.floats(0.5, 120).map(lambda seconds: round(seconds, 2))),
        policy=draw(st.none() | st.sampled_from([Steady(0.0), Steady(1.0), Steady(25.0), Steady(1e9)])),
        max_retries=draw(st.integers(0, 4)),
        jitter=draw(st.floats(0, 1, exclude_max=True)),
        drift=draw(st.sampled_from([1.0, 1.0, 0.3])),
    )

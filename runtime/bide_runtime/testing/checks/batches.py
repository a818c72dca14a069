"""Batches for generated tests: many jobs with their faults, and the promises that hold for every batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ...errors.client import ClientError
from ...jobs.errors import JobCancelled, JobExpired, JobFailed, JobTimeout, SubmitUncertain
from ...jobs.state import State
from ...waiting.deadline import SAME_TIME
from ..fake.plans import Plan
from ..fake.promises import broken_promises
from ..fake.provider import FakeProvider
from ..faults import Fault
from .calls import Mode, Told, play
from .stories import Job, faults, plans

Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The jobs of a batch, their faults, and the options of the batch."""

    plans: Sequence[Plan]
    """One for each job, in the order of the submits."""
    submits: Sequence[Fault | None] = ()
    polls: Sequence[Fault | None] = ()
    results: Sequence[Fault | None] = ()
    max_in_flight: int = 10
    in_order: bool = False
    timeout: float | None = 3600.0

    def prepare(self, fake: FakeProvider[Any, Any], job: Job) -> None:
        """Apply the plans and faults to the next jobs of *fake*."""
        jobs = job.in_fake(fake)
        jobs.follows(*self.plans)
        jobs.submit.inject(*self.submits)
        jobs.poll.inject(*self.polls)
        jobs.result.inject(*self.results)

    def told(self, new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode) -> ToldOfMany:
        """Run all jobs as one batch; returns its trace."""
        fake = new_fake()
        self.prepare(fake, job)
        counts: list[Any] = []

        def run(client: Any, _: Told) -> Any:
            return job.of(client).run_many(
                iter(job.submit.inputs(len(self.plans))),
                max_in_flight=self.max_in_flight,
                in_order=self.in_order,
                timeout=self.timeout,
                on_update=counts.append,
            )

        return ToldOfMany(play(fake, mode, run), self, job, counts)


@dataclass
class ToldOfMany:
    """The trace of a batch."""

    told: Told
    crowd: Crowd
    job: Job
    counts: list[Any] = field(default_factory=list)

    @property
    def fake(self) -> FakeProvider[Any, Any]:
        return self.told.fake

    @property
    def outcomes(self) -> list[Any]:
        """The outcomes, in the order in which the batch yielded them."""
        assert isinstance(self.told.outcome, list), self.told.outcome
        return self.told.outcome

    @property
    def trace(self) -> tuple[object, ...]:
        """The part of the trace that must be the same for blocking and asyncio clients."""
        ended = {outcome.index: type(outcome.error).__name__ for outcome in self.outcomes}
        return ended, sorted((round(sent.at, 6), sent.line) for sent in self.told.requests)


@cache
@st.composite
def crowds(draw: st.DrawFn, job: Job) -> Crowd:
    """Any batch of jobs of this kind."""
    return Crowd(
        plans=draw(st.lists(plans(job), min_size=1, max_size=8)),
        submits=draw(faults()),
        polls=[None if one is not None and one.status in job.codes else one for one in draw(faults(at_most=12))],
        results=draw(faults()),
        max_in_flight=draw(st.integers(1, 6)),
        in_order=draw(st.booleans()),
        timeout=draw(st.floats(2, job.lasting(200.0)).map(lambda seconds: round(seconds, 2))),
    )


# --- promises that hold for every batch -------------------------------------------------------------------------------


def one_outcome_each(many: ToldOfMany) -> Iterator[str]:
    """Every input has one outcome, with `in_order` in the order of inputs; one failed job does not end the batch."""
    indices = [outcome.index for outcome in many.outcomes]
    if sorted(indices) != list(range(len(many.crowd.plans))):
        yield f"the outcomes are of the inputs {indices}"
    if many.crowd.in_order and indices != sorted(indices):
        yield f"the outcomes come in the order {indices}"


def max_in_flight_kept(many: ToldOfMany) -> Iterator[str]:
    """At most `max_in_flight` jobs run at a time."""
    for counts in many.counts:
        if counts.taken - counts.ended > many.crowd.max_in_flight + 1:
            yield f"{counts.taken - counts.ended} jobs run at a time"


def each_paid_once(many: ToldOfMany) -> Iterator[str]:
    """W11: there are no more jobs than inputs; a submit that may have arrived is sent again only with the same key."""
    made, wanted = len(many.job.in_fake(many.fake).jobs), len(many.crowd.plans)
    if made > wanted:
        yield f"{made} jobs were made for {wanted} inputs"
    submits = [sent for sent in many.told.requests if sent.role == "submit"]
    uncertain = sum(isinstance(outcome.error, SubmitUncertain) for outcome in many.outcomes)
    if not many.job.idempotency_key and uncertain != sum(map(many.told.may_have_arrived, submits)):
        yield f"{uncertain} outcomes are uncertain, and not {sum(map(many.told.may_have_arrived, submits))}"
    if many.job.idempotency_key and len({sent.key for sent in submits}) > wanted:
        yield "an input was submitted with two keys"


def each_in_time(many: ToldOfMany) -> Iterator[str]:
    """W1: no request for a job is sent after its own deadline, which starts at its submit."""
    begun = {sent.job_ids[0]: sent.at for sent in many.told.requests if sent.role == "submit" and sent.job_ids}
    for sent in many.told.requests:
        for job_id in sent.job_ids if sent.role != "submit" else ():
            if many.crowd.timeout is not None and sent.at > begun[job_id] + many.crowd.timeout + SAME_TIME:
                yield f"{sent} comes after the deadline of {job_id}"


def each_outcome_matches_provider(many: ToldOfMany) -> Iterator[str]:
    """W2, W13: each outcome matches the last state that the provider sent, and no two outcomes share a job."""
    last: dict[str, State] = {}
    for sent in many.told.requests:
        last |= sent.reply.told if sent.reply is not None else {}
    jobs = Counter(many.fake.id_of(outcome.job.id) for outcome in many.outcomes if outcome.job is not None)
    yield from (f"{number} outcomes are of {job_id}" for job_id, number in jobs.items() if number > 1)
    for outcome in many.outcomes:
        job_id = many.fake.id_of(outcome.job.id) if outcome.job is not None else ""
        state = last.get(job_id, State.PENDING)
        allowed = next((said for kind, said in _ALLOWED_STATES.items() if isinstance(outcome.error, kind)), State)
        if state not in allowed:
            yield f"{job_id} ended with {outcome.error!r}, but the last state that the provider sent is {state.value}"


_ALLOWED_STATES: Mapping[type[Any], Iterable[State]] = {
    type(None): (State.SUCCEEDED, State.PARTIAL),
    JobFailed: (State.FAILED,),
    JobCancelled: (State.CANCELLED,),
    JobExpired: (State.EXPIRED, State.SUCCEEDED, State.PARTIAL),
    JobTimeout: (State.PENDING, State.RUNNING, State.SUCCEEDED, State.PARTIAL),
}
"""The states, one of which the provider must have sent last, by the error of the outcome; `None` is a result."""


OF_A_BATCH = (one_outcome_each, max_in_flight_kept, each_paid_once, each_in_time, each_outcome_matches_provider)


def broken_by_many(many: ToldOfMany) -> list[str]:
    """Descriptions of all promises that the batch broke."""
    if isinstance(many.told.outcome, ClientError):
        return [f"the batch raised {many.told.outcome!r}"]
    of_the_batch = [f"{promise.__name__}: {what}" for promise in OF_A_BATCH for what in promise(many)]
    left = [f"left behind: {what}" for what in many.told.left_behind]
    return of_the_batch + left + broken_promises(many.fake.trace, one_handle=True)

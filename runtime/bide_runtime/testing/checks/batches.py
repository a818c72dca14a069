"""Batches for generated tests: many jobs at once and what befalls them, and the promises that hold for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
    """Many jobs, and all that happens to them."""

    plans: Sequence[Plan]
    """Of the jobs, in the order in which they are made."""
    submits: Sequence[Fault | None] = ()
    polls: Sequence[Fault | None] = ()
    results: Sequence[Fault | None] = ()
    max_in_flight: int = 10
    in_order: bool = False
    timeout: float | None = 3600.0

    def prepare(self, fake: FakeProvider[Any, Any], job: Job) -> None:
        """Let it happen to the next jobs."""
        jobs = job.in_fake(fake)
        jobs.follows(*self.plans)
        jobs.submit.inject(*self.submits)
        jobs.poll.inject(*self.polls)
        jobs.result.inject(*self.results)

    def told(self, new_fake: Callable[[], FakeProvider[Any, Any]], job: Job, mode: Mode) -> ToldOfMany:
        """Run all of them as one batch."""
        fake = new_fake()
        self.prepare(fake, job)
        tallies: list[Any] = []

        def run(client: Any, _: Told) -> Any:
            return job.of(client).run_many(
                (job.submit.usual for _ in self.plans),
                max_in_flight=self.max_in_flight,
                in_order=self.in_order,
                timeout=self.timeout,
                on_update=tallies.append,
            )

        return ToldOfMany(play(fake, mode, run), self, job, tallies)


@dataclass
class ToldOfMany:
    """What came of a batch."""

    told: Told
    crowd: Crowd
    job: Job
    tallies: list[Any] = field(default_factory=list)

    @property
    def fake(self) -> FakeProvider[Any, Any]:
        return self.told.fake

    @property
    def outcomes(self) -> list[Any]:
        """How each job ended, in the order in which that was handed out."""
        assert isinstance(self.told.outcome, list), self.told.outcome
        return self.told.outcome

    @property
    def trace(self) -> tuple[object, ...]:
        """All that the two kinds of client must have in common."""
        ended = {outcome.index: type(outcome.error).__name__ for outcome in self.outcomes}
        return ended, sorted((round(sent.at, 6), sent.line) for sent in self.told.requests)


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


# --- what holds for every batch ---------------------------------------------------------------------------------------


def one_outcome_each(many: ToldOfMany) -> Iterator[str]:
    """Every input has one outcome, in the order of inputs if that was asked for; one bad job ends no batch."""
    indices = [outcome.index for outcome in many.outcomes]
    if sorted(indices) != list(range(len(many.crowd.plans))):
        yield f"the outcomes are of the inputs {indices}"
    if many.crowd.in_order and indices != sorted(indices):
        yield f"the outcomes come in the order {indices}"


def room_kept(many: ToldOfMany) -> Iterator[str]:
    """No more jobs run at a time than were allowed."""
    for counts in many.tallies:
        if counts.taken - counts.ended > many.crowd.max_in_flight + 1:
            yield f"{counts.taken - counts.ended} jobs run at a time"


def each_paid_once(many: ToldOfMany) -> Iterator[str]:
    """W11: there are no more jobs than inputs, and a submit that may have arrived is sent again with its key only."""
    made, wanted = len(many.job.in_fake(many.fake).jobs), len(many.crowd.plans)
    if made > wanted:
        yield f"{made} jobs were made for {wanted} inputs"
    submits = [sent for sent in many.told.requests if sent.role == "submit"]
    uncertain = sum(isinstance(outcome.error, SubmitUncertain) for outcome in many.outcomes)
    if not many.job.idempotency_key and uncertain != sum(map(many.told.may_have_arrived, submits)):
        yield f"{uncertain} outcomes are uncertain, and not {sum(map(many.told.may_have_arrived, submits))}"
    if many.job.idempotency_key and len({sent.key for sent in submits}) > wanted:
        yield "an input was submitted with two keys"


def each_in_its_time(many: ToldOfMany) -> Iterator[str]:
    """W1: no job is asked about after its own deadline, which begins when it is submitted."""
    begun = {sent.job_ids[0]: sent.at for sent in many.told.requests if sent.role == "submit" and sent.job_ids}
    for sent in many.told.requests:
        for job_id in sent.job_ids if sent.role != "submit" else ():
            if many.crowd.timeout is not None and sent.at > begun[job_id] + many.crowd.timeout + SAME_TIME:
                yield f"{sent} comes after the deadline of {job_id}"


def each_as_told(many: ToldOfMany) -> Iterator[str]:
    """W2, W13: each job ends as the provider says that it did, and is nobody else's."""
    last: dict[str, State] = {}
    for sent in many.told.requests:
        last |= sent.reply.told if sent.reply is not None else {}
    jobs = Counter(many.fake.id_of(outcome.job.id) for outcome in many.outcomes if outcome.job is not None)
    yield from (f"{number} outcomes are of {job_id}" for job_id, number in jobs.items() if number > 1)
    for outcome in many.outcomes:
        job_id = many.fake.id_of(outcome.job.id) if outcome.job is not None else ""
        state = last.get(job_id, State.PENDING)
        allowed = next((said for kind, said in _MAY_SAY.items() if isinstance(outcome.error, kind)), State)
        if state not in allowed:
            yield f"{job_id} came to {outcome.error!r}, although the provider says {state.value}"


_MAY_SAY: Mapping[type[Any], Iterable[State]] = {
    type(None): (State.SUCCEEDED, State.PARTIAL),
    JobFailed: (State.FAILED,),
    JobCancelled: (State.CANCELLED,),
    JobExpired: (State.EXPIRED, State.SUCCEEDED, State.PARTIAL),
    JobTimeout: (State.PENDING, State.RUNNING, State.SUCCEEDED, State.PARTIAL),
}
"""What the provider must have said last of a job that came to this error; `None` is a result."""


OF_A_BATCH = (one_outcome_each, room_kept, each_paid_once, each_in_its_time, each_as_told)


def broken_by_many(many: ToldOfMany) -> list[str]:
    """Every promise that the batch has broken, in words."""
    if isinstance(many.told.outcome, ClientError):
        return [f"the batch came to {many.told.outcome!r}"]
    of_the_batch = [f"{promise.__name__}: {what}" for promise in OF_A_BATCH for what in promise(many)]
    left = [f"left behind: {what}" for what in many.told.left_behind]
    return of_the_batch + left + broken_promises(many.fake.trace, one_handle=True)

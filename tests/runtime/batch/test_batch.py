"""Batches: bounded concurrency, fairness, and no lost job, in virtual time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from bide_runtime.batch.counts import Counts
from bide_runtime.clients.batches.async_job_batch import AsyncJobBatch
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import ClientClosed, ClientError, ConfigurationError, InvalidArgument
from bide_runtime.errors.transport import ReplyTooLarge
from bide_runtime.http.errors import NotFound, PaymentRequired
from bide_runtime.jobs.errors import JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.jobs.state import State
from bide_runtime.testing import FakeClock as VirtualClock
from bide_runtime.waiting.policy import Fixed
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.acme import APART, KEY, PART, Acme, AsyncAcme, Page, kind
from tests.runtime.fakes import AsyncFakeTransport, FakeTransport, LoopClock, Reply, Sent, TimedTransport, cut_off
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import BROKEN, DONE, MODES, RUNNING, TICKET, Mode, World, error, report, served


class Factory:
    """A provider that numbers its jobs; each has its own duration and ending."""

    def __init__(self, lasts: Callable[[int], float], ending: Callable[[int], Reply] = lambda number: DONE) -> None:
        self._lasts = lasts
        self._ending = ending
        self._numbers = count()
        self.submitted: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.most = 0

    def __call__(self, sent: Sent) -> Reply:
        if sent.request.method == "POST":
            job_id = f"j{next(self._numbers)}"
            self.submitted[job_id] = sent.at
            self.most = max(self.most, len(self.submitted) - len(self.ended))
            return Reply({"id": job_id, "status": "queued"}, takes=0.1)
        job_id = sent.path.rpartition("/")[2]
        number = int(job_id[1:])
        if sent.at < self.submitted[job_id] + self._lasts(number):
            return report("running", takes=0.1)
        self.ended[job_id] = sent.at
        return self._ending(number)


class Many:
    """An asyncio client in the virtual time of a loop."""

    def __init__(self, server: Callable[[Sent], Reply]) -> None:
        self.clock = LoopClock()
        self.transport = AsyncFakeTransport(server, self.clock)

    def run(self, main: Callable[[AsyncAcme], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            async with AsyncAcme(KEY, transport=self.transport, clock=self.clock) as client:
                return await main(client)

        return self.clock.run(whole())

    def all(self, inputs: Any, of: Any = PART, **more: Any) -> list[Any]:
        """The outcomes of one batch."""

        async def main(client: AsyncAcme) -> list[Any]:
            return [outcome async for outcome in client.jobs(of).run_many(inputs, **more)]

        outcomes: list[Any] = self.run(main)
        return outcomes

    @property
    def now(self) -> float:
        return self.clock.now()


def urls(number: int) -> list[dict[str, str]]:
    return [{"url": f"u{index}"} for index in range(number)]


@given(
    lasts=st.lists(st.floats(0, 30), min_size=1, max_size=25),
    room=st.integers(1, 8),
    in_order=st.booleans(),
    failing=st.sets(st.integers(0, 24)),
)
@settings(rule, max_examples=40)
def test_every_input_has_one_outcome(lasts: list[float], room: int, in_order: bool, failing: set[int]) -> None:
    """Each input has exactly one outcome, with its index, and at most `max_in_flight` jobs run."""
    factory = Factory(lambda number: lasts[number], lambda number: BROKEN if number in failing else DONE)
    many = Many(factory)

    outcomes = many.all(urls(len(lasts)), max_in_flight=room, in_order=in_order)

    assert sorted(outcome.index for outcome in outcomes) == list(range(len(lasts)))
    assert all(outcome.input == {"url": f"u{outcome.index}"} for outcome in outcomes)
    assert not in_order or [outcome.index for outcome in outcomes] == list(range(len(lasts)))
    assert factory.most <= room
    for outcome in outcomes:
        assert outcome.job is not None
        assert outcome.is_ok != (int(outcome.job.id[1:]) in failing)


@given(storms(), st.integers(1, 5), st.booleans())
@settings(rule, max_examples=30)
def test_no_replies_lose_an_outcome(storm: Storm, room: int, in_order: bool) -> None:
    """Whatever the server replies, a batch ends with one outcome for each input, each by the deadline of its job.

    The time of a job starts at the slot of its submit: time for which a 429 closes the bucket does not count.
    """
    submits: list[tuple[float, int]] = []

    def server(sent: Sent) -> Reply:
        reply = storm.server(sent)
        if sent.request.method == "POST":
            submits.append((sent.at, reply.status))
        return reply

    storm.begin()
    many = Many(server)

    outcomes = many.all(
        urls(3),
        of=kind("part", Page, result=("page",), polling=storm.of.polling),
        timeout=storm.timeout,
        max_in_flight=room,
        in_order=in_order,
        policy=storm.policy,
    )

    assert 3 == len(outcomes)
    kept_out = sum(after - before for (before, status), (after, _) in pairwise(submits) if status == 429)
    assert many.now <= 3 * storm.timeout + kept_out + 1e-3
    for outcome in outcomes:
        assert outcome.is_ok or isinstance(outcome.error, ClientError)
        if outcome.job is not None and outcome.error is not None:
            assert (outcome.job.id or None) == outcome.error.job_id


def test_inputs_are_read_lazily() -> None:
    """No more inputs are read than `max_in_flight` allows, so an iterable may be endless or expensive."""
    taken = 0

    def inputs() -> Iterator[dict[str, str]]:
        nonlocal taken
        for taken in count(1):
            yield {"url": f"u{taken}"}

    many = Many(Factory(lambda number: 1.0))

    async def main(client: AsyncAcme) -> None:
        async with client.jobs(PART).run_many(inputs(), max_in_flight=3) as batch:
            for _ in range(5):
                await anext(batch)

    many.run(main)

    assert 5 <= taken <= 8


def test_jobs_run_side_by_side() -> None:
    """20 jobs of 10 s each take little more than 10 s."""
    many = Many(Factory(lambda number: 10.0))

    many.all(urls(20), max_in_flight=20)

    assert many.now < 20


def test_a_waiting_job_has_no_task() -> None:
    """W16: a job that only waits for its next poll needs no task."""
    many = Many(Factory(lambda number: 100.0))
    most = 0

    async def main(client: AsyncAcme) -> int:
        nonlocal most
        number = 0
        batch = client.jobs(PART).run_many(urls(1000), max_in_flight=1000, timeout=300, policy=Fixed(50))

        async def count_tasks() -> None:
            nonlocal most
            for _ in range(90):
                await asyncio.sleep(1.01)
                most = max(most, len(asyncio.all_tasks()))

        counting = asyncio.ensure_future(count_tasks())
        async for outcome in batch:
            assert outcome.is_ok
            number += 1
        await counting
        return number

    assert 1000 == many.run(main)
    assert most < 1000


ERRORS: dict[str, tuple[Reply, type[ClientError]]] = {
    "refused": (error(402), PaymentRequired),
    "lost": (cut_off(), SubmitUncertain),
    "too large": (Reply(lost=ReplyTooLarge("too large")), SubmitUncertain),
}


@pytest.mark.parametrize(("reply", "kind"), ERRORS.values(), ids=ERRORS)
def test_a_failed_submit_ends_only_its_own_entry(reply: Reply, kind: type[ClientError]) -> None:
    """An input that the provider refuses is one outcome, without a job."""
    factory = Factory(lambda number: 3.0)
    answers = iter([None, reply, None])

    def server(sent: Sent) -> Reply:
        return (next(answers) or factory(sent)) if sent.request.method == "POST" else factory(sent)

    outcomes = Many(server).all(urls(3), in_order=True)

    assert [True, False, True] == [outcome.is_ok for outcome in outcomes]
    assert outcomes[1].job is None
    assert isinstance(outcomes[1].error, kind)
    with pytest.raises(kind):
        _ = outcomes[1].result


POLL_ERRORS: dict[str, tuple[Reply, type[ClientError]]] = {
    "gone": (error(404), NotFound),
    "too large": (Reply(lost=ReplyTooLarge("too large")), ReplyTooLarge),
    "failed": (BROKEN, JobFailed),
    "endless": (RUNNING, JobTimeout),
}


@pytest.mark.parametrize(("reply", "kind"), POLL_ERRORS.values(), ids=POLL_ERRORS)
def test_a_failed_job_ends_only_its_own_entry(reply: Reply, kind: type[ClientError]) -> None:
    """A job that fails does not affect other jobs; its outcome has the handle and the error."""
    outcomes = Many(Factory(lambda number: 3.0, lambda number: reply if number == 1 else DONE)).all(
        urls(3), max_in_flight=1
    )

    assert [True, False, True] == [outcome.is_ok for outcome in outcomes]
    assert isinstance(outcomes[1].error, kind)
    assert "j1" == outcomes[1].error.job_id == outcomes[1].job.id
    assert outcomes[1].job.token == outcomes[1].error.token
    assert "hello" == outcomes[2].result.text


@pytest.mark.parametrize("bad", [{"link": "u"}, {}, {"url": 7}, {"url": None}])
def test_invalid_arguments_are_an_outcome(bad: dict[str, Any]) -> None:
    """An input with invalid arguments does not end the batch."""
    outcomes = Many(Factory(lambda number: 1.0)).all([{"url": "a"}, bad, {"url": "b"}], in_order=True)

    assert [True, False, True] == [outcome.is_ok for outcome in outcomes]
    assert isinstance(outcomes[1].error, InvalidArgument)


def test_the_timeout_is_for_each_job() -> None:
    """W1: the timeout of a job starts at its submit, not at the start of the batch."""
    many = Many(Factory(lambda number: 8.0))

    outcomes = many.all(urls(5), max_in_flight=1, timeout=12)

    assert all(outcome.is_ok for outcome in outcomes)
    assert many.now > 40


def test_a_deadline_in_a_batch_is_kept() -> None:
    """W1: every job of a batch ends by its deadline, however many jobs there are."""
    factory = Factory(lambda number: 1e9)
    many = Many(factory)

    outcomes = many.all(urls(50), max_in_flight=50, timeout=20)

    assert all(isinstance(outcome.error, JobTimeout) for outcome in outcomes)
    assert many.now <= 20 + 1e-3


def test_each_job_of_a_batch_keeps_its_min_interval() -> None:
    """W3: in a batch, two polls of one job are at least min_interval apart."""
    many = Many(Factory(lambda number: 20.0))

    many.all(urls(10), max_in_flight=10, policy=Fixed(0.01))
    polls: dict[str, list[float]] = {}
    for sent in many.transport.requests:
        if sent.request.method == "GET":
            polls.setdefault(sent.path, []).append(sent.at)

    assert 10 == len(polls)
    assert all(after - before >= 1 - 1e-6 for times in polls.values() for before, after in pairwise(times))


@pytest.mark.parametrize("room", [0, -1])
def test_max_in_flight_must_be_positive(room: int) -> None:
    """`max_in_flight` below 1 is refused: the batch would never start a job."""
    with pytest.raises(InvalidArgument, match="max_in_flight"):
        Many(Factory(lambda number: 1.0)).all(urls(2), max_in_flight=room)


def test_the_counts_add_up() -> None:
    """The counts of each update are consistent, and the last update counts every job."""
    seen: list[Counts] = []
    many = Many(Factory(lambda number: number + 1.0, lambda number: BROKEN if number == 2 else DONE))

    many.all(urls(5), max_in_flight=2, on_update=seen.append)

    for counts in seen:
        assert counts.ended == counts.succeeded + counts.failed <= counts.taken <= counts.total == 5  # type: ignore[operator]  # known
        assert sum(counts.states.values()) <= counts.taken
    last = seen[-1]
    assert (5, 4, 1) == (last.taken, last.succeeded, last.failed)
    assert {State.SUCCEEDED: 4, State.FAILED: 1} == last.states
    assert 0 == last.time_left
    assert last.elapsed == pytest.approx(many.now, abs=0.2)


def test_an_update_of_a_batch_may_be_awaited() -> None:
    """`on_update` may be a coroutine function."""
    seen: list[int] = []

    async def note(counts: Counts) -> None:
        await asyncio.sleep(0)
        seen.append(counts.ended)

    Many(Factory(lambda number: 1.0)).all(urls(2), on_update=note)

    assert 2 == seen[-1]


def test_slow_async_inputs_do_not_delay_running_jobs() -> None:
    """While the next input of an async iterable is awaited, running jobs continue."""
    factory = Factory(lambda number: 5.0)
    many = Many(factory)

    async def inputs() -> AsyncIterator[dict[str, str]]:
        for number in range(3):
            yield {"url": f"u{number}"}
            await asyncio.sleep(20)

    outcomes = many.all(inputs())

    assert [0, 1, 2] == [outcome.index for outcome in outcomes]
    assert all(
        after - before < 10 for before, after in zip(factory.submitted.values(), factory.ended.values(), strict=True)
    )


def test_leaving_early_leaves_no_job_without_a_handle() -> None:
    """After leaving a batch early, `running` has the jobs that were not returned, and no request is in flight."""
    factory = Factory(lambda number: 3.0 * (number + 1))
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        async with client.jobs(PART).run_many(urls(10), max_in_flight=4) as batch:
            first = await anext(batch)
        assert first.job is not None
        sent = len(many.transport.requests)
        await asyncio.sleep(100)
        assert sent == len(many.transport.requests)
        assert {asyncio.current_task()} == asyncio.all_tasks()
        return [first.job.id, *(job.id for job in batch.running)]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)


def test_leaving_during_submits_leaves_no_job_without_a_handle() -> None:
    """A submit that is in flight when the batch is closed still gets its handle."""
    factory = Factory(lambda number: 1000.0)
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        batch = client.jobs(PART).run_many(urls(10), max_in_flight=4)
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(0.05)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        await batch.close()
        assert {asyncio.current_task()} == asyncio.all_tasks()
        return [job.id for job in batch.running]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)
    assert 4 == len(factory.submitted)


def test_a_cancelled_batch_can_continue_or_be_closed() -> None:
    """W12, W16: cancelling one step of the iteration loses nothing; the next step continues."""
    many = Many(Factory(lambda number: 10.0))

    async def main(client: AsyncAcme) -> list[Any]:
        batch = client.jobs(PART).run_many(urls(3))
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.9):
                    await anext(batch)
        return [outcome async for outcome in batch]

    outcomes = many.run(main)

    assert [True] * 3 == [outcome.is_ok for outcome in outcomes]


def test_an_error_of_the_inputs_is_raised_unchanged() -> None:
    """An exception of the user's iterable is raised unchanged, and the existing jobs are not lost."""
    factory = Factory(lambda number: 5.0)
    many = Many(factory)

    def inputs() -> Iterator[dict[str, str]]:
        yield {"url": "a"}
        yield {"url": "b"}
        raise LookupError("no more")

    async def main(client: AsyncAcme) -> list[str]:
        seen = []
        async with client.jobs(PART).run_many(inputs(), max_in_flight=2) as batch:
            try:
                async for outcome in batch:
                    assert outcome.job is not None
                    seen.append(outcome.job.id)
            except LookupError as error:
                seen.append(str(error))
        return seen + [job.id for job in batch.running]

    known = many.run(main)

    assert sorted([*factory.submitted, "no more"]) == sorted(known)


def test_a_batch_writes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """At INFO, as single waits do."""
    caplog.set_level("INFO")

    async def main(client: AsyncAcme) -> None:
        async for _ in client.jobs(PART).run_many(urls(2)):
            pass

    Many(Factory(lambda number: 5.0)).run(main)

    assert 2 == sum("submitted (part)" in message for message in caplog.messages)


def test_closing_the_client_ends_a_batch() -> None:
    """W12: closing the client during a batch raises `ClientClosed`, and `running` has the handles."""
    factory = Factory(lambda number: 50.0)
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[str]:
        batch = client.jobs(PART).run_many(urls(3))
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(5)
        await client.close()
        with pytest.raises(ClientClosed, match=r"`running` has their handles$"):
            await step
        with pytest.raises(StopAsyncIteration):
            await anext(batch)
        return [job.id for job in batch.running]

    known = many.run(main)

    assert sorted(factory.submitted) == sorted(known)
    assert many.now < 6


def test_closing_the_client_during_submits_reports_uncertain_jobs() -> None:
    """W11, W12: an interrupted submit has no handle, but is listed in `uncertain`."""
    many = Many(lambda sent: Reply({"id": "j1", "status": "queued"}, 202, takes=2.0))

    async def main(client: AsyncAcme) -> AsyncJobBatch[Any, Any, Any]:
        batch = client.jobs(PART).run_many(urls(3))
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(1)
        await client.close()
        with pytest.raises(ClientClosed, match="3 submits that may have made a job") as caught:
            await step
        assert caught.value.may_have_arrived
        return batch

    batch = many.run(main)

    assert [] == batch.running
    assert [0, 1, 2] == sorted(outcome.index for outcome in batch.uncertain)
    assert all(isinstance(outcome.error, SubmitUncertain) for outcome in batch.uncertain)


@pytest.mark.parametrize("in_order", [False, True])
def test_a_lost_submit_that_was_not_returned_is_uncertain(in_order: bool) -> None:
    """W11, W12: after leaving early, `uncertain` lists submits without a reply."""
    many = Many(
        lambda sent: cut_off() if sent.json == {"url": "u1"} else RUNNING if sent.line.startswith("GET") else TICKET
    )

    async def main(client: AsyncAcme) -> list[int]:
        async with client.jobs(PART).run_many(urls(3), in_order=in_order, on_update=_leave) as batch:
            with pytest.raises(ZeroDivisionError):
                await anext(batch)
        return [outcome.index for outcome in batch.uncertain]

    assert [1] == many.run(main)


def _leave(counts: Counts) -> None:
    if counts.ended:
        raise ZeroDivisionError


def test_wait_many_takes_existing_jobs() -> None:
    """`wait_many` takes handles, and each outcome's input is its handle."""
    factory = Factory(lambda number: 3.0 * (3 - number))
    many = Many(factory)

    async def main(client: AsyncAcme) -> list[Any]:
        jobs = [await client.jobs(PART).submit(url=f"u{number}") for number in range(3)]
        outcomes = [outcome async for outcome in client.jobs(PART).wait_many(jobs)]
        assert all(outcome.input is jobs[outcome.index] for outcome in outcomes)
        return outcomes

    outcomes = many.run(main)

    assert [2, 1, 0] == [outcome.index for outcome in outcomes]
    assert ["hello"] * 3 == [outcome.result.text for outcome in outcomes]


# --- blocking -------------------------------------------------------------------------------------


def test_a_blocking_batch_returns_every_outcome() -> None:
    """The blocking form iterates with `for`; with `in_order`, in the order of the inputs."""
    world = World("sync", Factory(lambda number: 5.0 - number, lambda number: BROKEN if number == 1 else DONE))
    world.clock.grace = 0.02

    outcomes = list(world.jobs(PART).run_many(urls(4), max_in_flight=4, in_order=True))

    assert [0, 1, 2, 3] == [outcome.index for outcome in outcomes]
    assert 3 == sum(outcome.is_ok for outcome in outcomes)


def test_blocking_jobs_run_side_by_side_on_a_few_threads() -> None:
    """W16: slow requests overlap on at most 8 threads, however many jobs there are."""
    factory = Factory(lambda number: 2.0)
    clock = SystemClock(speed=20)
    most = 0
    lock = threading.Lock()

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            nonlocal most
            time.sleep(0.005)
            with lock:
                most = max(most, sum(thread.name.startswith("bide") for thread in threading.enumerate()))
                return self.take(request, timeout).response()

    client = Acme(KEY, transport=Slow(factory, clock), clock=clock)
    outcomes = list(client.jobs(PART).run_many(urls(40), max_in_flight=40))

    assert 40 == sum(outcome.is_ok for outcome in outcomes)
    assert 2 <= most <= 8
    assert not any(thread.name.startswith("bide") and thread.is_alive() for thread in _after_a_moment())


def _after_a_moment() -> list[threading.Thread]:
    time.sleep(0.05)
    return threading.enumerate()


def test_leaving_a_blocking_batch_early_leaves_no_job_without_a_handle() -> None:
    """The `with` block closes the batch, and `running` has the remaining jobs."""
    factory = Factory(lambda number: 3.0 * (number + 1))
    world = World("sync", factory)
    world.clock.grace = 0.02

    with world.jobs(PART).run_many(urls(6), max_in_flight=3) as batch:
        first = next(batch)
    ids = [first.job.id, *(job.id for job in batch.running)]

    assert sorted(factory.submitted) == sorted(ids)
    with pytest.raises(StopIteration):
        next(batch)


def test_a_lost_submit_of_a_blocking_batch_is_uncertain() -> None:
    """W11: after leaving a blocking batch early, `uncertain` lists submits without a reply."""
    world = World("sync", lambda sent: cut_off())

    with world.jobs(PART).run_many(urls(2), on_update=_leave) as batch, pytest.raises(ZeroDivisionError):
        next(batch)

    assert 1 <= len(world.sent) == len(batch.uncertain)


def test_an_error_of_a_blocking_callback_loses_no_outcome() -> None:
    """After `on_update` raised, the iteration continues where it was."""
    calls = count()

    def callback(counts: Counts) -> None:
        if next(calls) == 2:
            raise LookupError("mine")

    world = World("sync", served(submit=[Reply({"id": "j1"}), Reply({"id": "j2"})], polls=[RUNNING, RUNNING, DONE]))
    world.clock.grace = 0.02
    batch = world.jobs(PART).run_many(urls(2), max_in_flight=1, on_update=callback)
    with pytest.raises(LookupError):
        list(batch)

    assert [0, 1] == [outcome.index for outcome in batch]


def test_an_outcome_returns_its_result_or_raises_its_error() -> None:
    """`result` raises the error that `run` would have raised."""
    good, bad = Many(Factory(lambda number: 1.0, lambda number: BROKEN if number else DONE)).all(urls(2), in_order=True)

    assert "hello" == good.result.text
    assert good.error is None
    with pytest.raises(JobFailed, match="disk is full"):
        _ = bad.result


@pytest.mark.parametrize("when", [0.05, 1.0, 2.05])
def test_a_cancelled_loop_over_a_batch_leaks_no_task(when: float) -> None:
    """W16: after a task with an `async for` is cancelled and the client closed, no request is in flight."""
    many = Many(Factory(lambda number: 50.0))

    async def slowly() -> AsyncIterator[dict[str, str]]:
        for one in urls(3):
            yield one
        await asyncio.sleep(1000)

    async def main(client: AsyncAcme) -> None:
        async def loop() -> None:
            async for _ in client.jobs(PART).run_many(slowly(), policy=Fixed(2)):
                pass

        task = asyncio.ensure_future(loop())
        await asyncio.sleep(when)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    many.run(main)

    # Requests in flight were cancelled.
    assert many.now == pytest.approx(when)


def test_a_blocking_batch_with_slow_requests_keeps_each_deadline() -> None:
    """W1: time spent waiting for a thread counts, and no request is sent after its deadline."""
    clock = SystemClock(speed=20)

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            reply = self.take(request, timeout)
            time.sleep(min(reply.takes, timeout) / 20)
            if reply.lost is not None:
                raise reply.lost
            return reply.response()

    def server(sent: Sent) -> Reply:
        return (
            Reply({"id": f"j{next(numbers)}"}, takes=4) if sent.request.method == "POST" else report("running", takes=4)
        )

    numbers = count()
    transport = Slow(server, clock)
    client = Acme(KEY, transport=transport, clock=clock)
    began = clock.now()
    outcomes = list(client.jobs(PART).run_many(urls(30), max_in_flight=30, timeout=10))

    assert 30 == len(outcomes)
    # Real time on a busy machine: without the rule it is 23 s.
    assert max(sent.at + sent.timeout for sent in transport.requests) <= 10 + 6
    assert clock.now() - began <= 10 + 8


@pytest.mark.parametrize("mode", MODES)
def test_every_poll_of_a_batch_is_an_update(mode: Mode) -> None:
    """`on_update` is called after every poll and every outcome."""
    seen: list[int] = []
    server = served(submit=[Reply({"id": "j1"})], polls=[RUNNING, RUNNING, DONE])
    if mode == "sync":
        world = World(mode, server)
        world.clock.grace = 0.02
        assert list(world.jobs(PART).run_many(urls(1), on_update=lambda counts: seen.append(counts.ended)))
    else:
        Many(server).all(urls(1), on_update=lambda counts: seen.append(counts.ended))

    assert [0, 0, 0, 1] == seen


@pytest.mark.parametrize(("policy", "pauses"), [(Fixed(3.0), [3.0, 3.0]), (None, [2.0, 2.5])])
@pytest.mark.parametrize("mode", MODES)
def test_wait_many_polls_by_the_policy(mode: Mode, policy: Fixed | None, pauses: list[float]) -> None:
    """`wait_many` takes a policy, and has the same default as `wait`."""
    server = served(polls=[RUNNING, RUNNING, DONE])
    if mode == "sync":
        world = World(mode, server)
        world.clock.grace = 0.02
        [outcome] = world.jobs(PART).wait_many([world.job(PART)], policy=policy)
        sent = world.sent
    else:
        many = Many(server)

        async def main(client: AsyncAcme) -> Any:
            jobs = client.jobs(PART)
            return [outcome async for outcome in jobs.wait_many([jobs.attach("j1")], policy=policy)]

        [outcome] = many.run(main)
        sent = many.transport.requests

    assert outcome.is_ok
    assert all(
        pause <= after.at - before.at <= pause * 1.1
        for pause, (before, after) in zip(pauses, pairwise(sent), strict=True)
    )


def test_the_error_of_a_closed_client_points_to_running() -> None:
    """The error names `running`."""
    world = World("sync", served(submit=[Reply({"id": "j1"})], polls=[RUNNING]))
    world.clock.grace = 0.02
    batch = world.jobs(PART).run_many(urls(1))
    world.client.close()

    with pytest.raises(ClientClosed, match=r"`running` has their handles$"):
        next(batch)
    with pytest.raises(StopIteration):
        next(batch)


def test_counts_without_elapsed_time_have_no_rate() -> None:
    """Without elapsed time there is no rate and no estimate."""
    counts = Counts(taken=2, total=4, states={}, succeeded=1, failed=1, elapsed=0.0)

    assert 0.0 == counts.rate
    assert counts.time_left is None


@pytest.mark.parametrize("mode", MODES)
def test_an_unexpected_error_of_the_transport_ends_its_job(mode: Mode) -> None:
    """An unexpected exception of the user's transport is the cause of one of ours, and the batch does not hang."""

    def server(sent: Sent) -> Reply:
        raise LookupError("broken")

    def outcomes() -> list[Any]:
        if mode == "async":
            return Many(server).all(urls(1))
        world = World(mode, server)
        world.clock.grace = 0.02
        return list(world.jobs(PART).run_many(urls(1)))

    (outcome,) = outcomes()
    with pytest.raises(SubmitUncertain, match="the HTTP engine raised LookupError: broken") as caught:
        outcome.result()

    assert isinstance(caught.value.__cause__, ConfigurationError)
    assert isinstance(caught.value.__cause__.__cause__, LookupError)


def test_a_blocking_batch_does_not_spin_while_it_waits_for_replies() -> None:
    """A batch that waits for replies uses no processor time."""
    asked = count()

    class Counting(SystemClock):
        def now(self) -> float:
            next(asked)
            return super().now()

    class Slow(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            time.sleep(0.02)
            return self.take(request, timeout).response()

    clock = Counting()
    transport = Slow(served(submit=[Reply({"id": "j1"})], polls=[DONE]), clock)
    client = Acme(KEY, transport=transport, clock=clock)
    assert list(client.jobs(PART).run_many(urls(1), policy=Fixed(0.01)))

    assert next(asked) < 200


def test_leaving_a_batch_releases_the_fetch_of_a_result() -> None:
    """A cancelled wait whose result was not ready does not block other waits for the same job."""
    many = Many(served(polls=[DONE], result=[error(409), Reply({"text": "hello"})]))

    async def main(client: AsyncAcme) -> str:
        jobs = client.cancellable(APART)
        job = jobs.attach("j1")
        batch = jobs.wait_many([job])
        step = asyncio.ensure_future(anext(batch))
        await asyncio.sleep(0.5)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        await batch.close()
        page: Page = await job.wait(timeout=20)
        return page.text

    assert "hello" == many.run(main)


def test_an_exception_of_a_sending_thread_leaves_the_batch() -> None:
    """One that is no `Exception`, such as `SystemExit`, is raised where the batch is read."""

    class Broken(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            raise SystemExit(7)

    clock = SystemClock()
    client = Acme(KEY, transport=Broken(served(), clock), clock=clock)
    with pytest.raises(SystemExit):
        list(client.jobs(PART).run_many(urls(1)))


def test_a_clock_may_send_the_requests_of_a_batch() -> None:
    """That of virtual time sends them without threads."""

    class Alone(FakeTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            assert threading.current_thread() is threading.main_thread()
            return super().send(request, timeout=timeout)

    clock = VirtualClock()
    client = Acme(KEY, transport=Alone(served(submit=[TICKET], polls=[DONE]), clock), clock=clock)

    assert ["hello"] * 3 == [outcome.value.text for outcome in client.jobs(PART).run_many(urls(3)) if outcome.value]

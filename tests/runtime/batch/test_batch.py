"""Batches: bounded concurrency, fairness, and no lost job, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from bide_runtime.batch.batch import Batch, Dispatch, Ended, Entry, Idle, Write
from bide_runtime.batch.coalesce import Coalescer
from bide_runtime.batch.counts import Counts
from bide_runtime.errors.client import ClientError, ConfigurationError, InvalidArgument
from bide_runtime.errors.transport import ReplyTooLarge
from bide_runtime.http.errors import NotFound, PaymentRequired
from bide_runtime.http.request import Request
from bide_runtime.jobs.errors import JobFailed, JobTimeout, SubmitUncertain
from bide_runtime.jobs.state import State
from bide_runtime.waiting.flow import Commit, Flow, Log, Received, Send, Sleep
from bide_runtime.waiting.policies.policy import Fixed
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.acme import PART, AsyncAcme, Page, kind
from tests.runtime.batch.factory import Factory, Many, urls
from tests.runtime.fakes import Reply, Sent, cut_off
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import BROKEN, DONE, MODES, RUNNING, Mode, World, error, served


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


def test_a_batch_writes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """At INFO, as single waits do."""
    caplog.set_level("INFO")

    async def main(client: AsyncAcme) -> None:
        async for _ in client.jobs(PART).run_many(urls(2)):
            pass

    Many(Factory(lambda number: 5.0)).run(main)

    assert 2 == sum("submitted (part)" in message for message in caplog.messages)


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


def test_an_outcome_returns_its_result_or_raises_its_error() -> None:
    """`result` raises the error that `run` would have raised."""
    good, bad = Many(Factory(lambda number: 1.0, lambda number: BROKEN if number else DONE)).all(urls(2), in_order=True)

    assert "hello" == good.result.text
    assert good.error is None
    with pytest.raises(JobFailed, match="disk is full"):
        _ = bad.result


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


@given(
    extras=st.lists(st.lists(st.sampled_from(["log", "commit"]), max_size=3), min_size=2, max_size=4),
    logs=st.booleans(),
    at_once=st.integers(1, 4),
    is_quick=st.booleans(),
)
@settings(rule)
def test_the_driver_does_not_change_the_order(
    extras: list[list[str]], logs: bool, at_once: int, is_quick: bool
) -> None:
    """W15: jobs send in the order of their last replies.

    Whether messages are logged, what is written down, and how many replies the driver takes at once make no difference.
    """

    def flow(extra: list[str]) -> Flow[None]:
        for until in (2.0, 4.0):
            yield Send(Request(method="GET", url="https://api.acme.example/", headers={}), 1.0)
            for each in extra:
                yield Log(30, "noted") if each == "log" else Commit()
            yield Sleep(until)

    batch: Batch[None, None] = Batch(
        len(extras),
        total=None,
        in_order=False,
        coalescer=Coalescer(World("sync", served()).client._session),
        logs_at=lambda level: logs,
        now=0.0,
    )
    for index, extra in enumerate(extras):
        batch.add(Entry(index, None, flow(extra)))
    now, ended, sent, arrived = 0.0, 0, list[int](), list[Any]()
    while ended < len(extras):
        step = batch.next(now)
        match step:
            case Dispatch(requester=Entry() as entry):
                sent.append(entry.index)
                arrived.append(entry)
            case Write():
                batch.note_written(now)
            case Sleep(until) if not arrived:
                now = until
            case Ended():
                ended += 1
        if is_quick or isinstance(step, Idle | Sleep):
            for requester in arrived[:at_once]:
                batch.receive(requester, Received(now))
            arrived = arrived[at_once:]

    assert [*range(len(extras))] * 2 == sent

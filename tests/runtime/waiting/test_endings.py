"""W13: how a job ends for its user."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.jobs.errors import (
    JobCancelled,
    JobError,
    JobExpired,
    JobFailed,
    JobTimeout,
)
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State
from bide_runtime.waiting.policies.policy import Fixed

from tests.runtime.acme import APART, KEY, OTHER, PART, WHOLE, AsyncAcme, Page, Report, kind
from tests.runtime.fakes import (
    AsyncFakeTransport,
    LoopClock,
    Reply,
    Sent,
    unreachable,
)
from tests.runtime.world import (
    BROKEN,
    DONE,
    HALF,
    LOST,
    PAGE,
    QUEUED,
    RUNNING,
    STOPPED,
    World,
    error,
    report,
    served,
)

Make = Callable[..., World]


@pytest.mark.parametrize(
    ("of", "text"), [(PART, "page"), (OTHER, "text"), (WHOLE, "page")], ids=lambda value: str(value)
)
def test_a_job_that_is_done_returns_its_result(world: Make, of: Any, text: str) -> None:
    """W13: the result is the reply, a part of it, or the reply decoded as another model."""
    w = world(served(polls=[QUEUED, RUNNING, DONE]))

    result = w.do(w.job(of).wait())

    assert "hello" == (result.page.text if of is WHOLE else result.text)


@pytest.mark.parametrize("of", [PART, OTHER, APART, WHOLE], ids=lambda of: str(of.name))
def test_a_failed_job_raises_code_and_message(world: Make, of: Any) -> None:
    """W13: `JobFailed` has the provider's code and message."""
    w = world(served(polls=[RUNNING, BROKEN], result=[PAGE]))
    job = w.job(of)

    with pytest.raises(JobFailed, match=r"\[E7\]: the disk is full \(job j1\)") as caught:
        w.do(job.wait())

    assert ("E7", "the disk is full") == (caught.value.code, caught.value.reason)
    assert caught.value.snapshot is not None
    assert "broken" == caught.value.snapshot.status
    assert job.token == caught.value.token
    assert State.FAILED is job.state
    assert 2 == len(w.sent)


@pytest.mark.parametrize("trouble", [None, {}, {"code": None, "message": None}])
def test_a_job_may_fail_without_a_reason(world: Make, trouble: Any) -> None:
    """W13: without a message of the provider, the error says so."""
    w = world(served(polls=[report("broken", error=trouble)]))

    with pytest.raises(JobFailed, match="gives no reason") as caught:
        w.do(w.job(PART).wait())

    assert (None, None) == (caught.value.code, caught.value.reason)


FAILING = [
    (kind("whole", Report, failed_result=Report), BROKEN, "broken"),
    (kind("other", Page, failed_result=Page), report("broken", text="hel"), "hel"),
    (kind("part", Page, failed_result=Page, result=("page",)), report("broken", page={"text": "hel"}), "hel"),
    (kind("none", Page, failed_result=Page), BROKEN, None),
    (kind("gone", Page, failed_result=Page, result=("page",)), BROKEN, None),
]


@pytest.mark.parametrize(("of", "reply", "brings"), FAILING, ids=lambda of: getattr(of, "name", ""))
def test_a_failed_job_may_have_a_result(world: Make, of: Any, reply: Reply, brings: str | None) -> None:
    """W13: the exception has the partial result, if any; an unreadable one does not hide the failure."""
    w = world(served(polls=[reply]))

    with pytest.raises(JobFailed) as caught:
        w.do(w.job(of).wait())

    found = caught.value.result
    assert brings == (getattr(found, "text", None) or getattr(found, "status", None))


@pytest.mark.parametrize(("reply", "kind"), [(STOPPED, JobCancelled), (LOST, JobExpired)])
def test_the_other_endings_have_exceptions_of_their_own(world: Make, reply: Reply, kind: type[Exception]) -> None:
    """W13: a cancelled or expired job does not raise `JobFailed`."""
    w = world(served(polls=[reply]))

    with pytest.raises(kind) as caught:
        w.do(w.job(PART).wait())

    assert kind is type(caught.value)


@pytest.mark.parametrize("of", [PART, OTHER, APART], ids=lambda of: str(of.name))
def test_a_partial_job_returns_its_result(world: Make, of: Any) -> None:
    """W13: handle, updates and log have the state `partial`."""
    seen: list[Update[Any]] = []
    w = world(served(polls=[RUNNING, HALF], result=[Reply({"text": "hel"})]))
    job = w.job(of)

    result = w.do(job.wait(on_update=seen.append))

    assert "hel" == result.text
    assert State.PARTIAL is job.state
    assert State.PARTIAL is seen[-1].state
    assert job.is_done


def test_a_snapshot_has_all_data_of_the_reply(world: Make) -> None:
    """W13: progress, cost, the typed body and the raw reply."""
    w = world(served(polls=[report("running", done=3, total=4, cost=2.5, headers={"x-a": "b"})]))

    snapshot = w.do(w.job(PART).poll())

    assert ("j1", "running", State.RUNNING, 2.5) == (snapshot.job_id, snapshot.status, snapshot.state, snapshot.credits)
    assert (3, 4, 0.75) == (snapshot.progress.done, snapshot.progress.total, snapshot.progress.share)
    assert 4 == snapshot.body.total
    assert "b" == snapshot.reply.headers["x-a"]
    assert b'"cost"' in snapshot.reply.body


def test_updates_iterate_over_polls(world: Make) -> None:
    """W13: `updates()` yields one update for each poll and ends with the job; `result()` returns the result."""
    w = world(served(polls=[QUEUED, error(503), RUNNING, DONE], result=[PAGE]))
    job = w.job(APART)

    seen = w.all(job.updates())

    assert ["queued", "queued", "running", "done"] == [update.status for update in seen]
    assert 4 == len(w.sent)
    assert "hello" == w.do(job.result()).text


def test_updates_end_at_the_deadline(world: Make) -> None:
    """W1, W13: an iteration over updates has a deadline too."""
    w = world(served(polls=[RUNNING]))

    with pytest.raises(JobTimeout):
        w.all(w.job(PART).updates(timeout=10))

    assert w.elapsed <= 10


def test_two_waits_of_one_handle_poll_no_final_job() -> None:
    """W2: after one wait received a final state, another wait with the same handle does not poll."""
    clock = LoopClock()

    def server(sent: Sent) -> Reply:
        return DONE if 3 < sent.at < 5 else error(404) if sent.at >= 5 else RUNNING

    transport = AsyncFakeTransport(server, clock)

    seen: list[str | None] = []

    async def main() -> tuple[Page, Page]:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")
            slow = job.wait(timeout=60, policy=Fixed(5), on_update=lambda update: seen.append(update.status))
            return await asyncio.gather(job.wait(timeout=60, policy=Fixed(1.6)), slow)

    assert ["hello", "hello"] == [page.text for page in clock.run(main())]
    assert max(sent.at for sent in transport.requests) < 5
    assert "done" == seen[-1], "the other wait is told how the job ended"


def test_a_late_reply_does_not_change_a_final_state(caplog: pytest.LogCaptureFixture) -> None:
    """W2: a slow poll that was sent before the job ended changes nothing."""
    clock = LoopClock()

    def server(sent: Sent) -> Reply:
        return report("running", takes=4) if sent.at < 0.5 else DONE

    transport = AsyncFakeTransport(server, clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")
            with caplog.at_level(logging.DEBUG):
                slow = asyncio.ensure_future(job.poll())
                await asyncio.sleep(1)
                assert "hello" == (await job.wait()).text
                await slow
            assert State.SUCCEEDED is job.state
            assert "done" == job.status

    clock.run(main())


def test_a_status_may_be_written_in_any_case(world: Make) -> None:
    """W9, W13: if the spec says `ignore_case`, SHOUTING is a known status."""
    w = world(served(polls=[report("RUNNING"), report("Done", page={"text": "x"})]))

    assert "x" == w.do(w.job(kind("loud", Page, result=("page",), ignore_case=True)).wait()).text


@pytest.mark.parametrize("said", ["broken", "done"])
def test_a_job_that_ended_at_its_submit_is_polled_until_a_reply_arrives(world: Make, said: str) -> None:
    """W6: a transient error of the first poll does not end the wait, although the submit had a final status."""
    replies = {"broken": BROKEN, "done": DONE}
    w = world(served(submit=[Reply({"id": "j1", "status": said}, 202)], polls=[unreachable(), replies[said]]))
    job = w.do(w.jobs(PART).submit(url="u"))

    with contextlib.suppress(JobFailed):
        w.do(job.wait(timeout=30))

    assert 2 == len(w.polls)
    assert said == job.snapshot.status


@pytest.mark.parametrize(("said", "kind"), [("broken", JobFailed), ("stopped", JobCancelled), ("lost", JobExpired)])
def test_a_final_status_of_the_submit_is_raised_without_a_reason(world: Make, said: str, kind: type[Exception]) -> None:
    """W13: if the submit had a final status and no poll succeeds in time, the error has no reason."""
    w = world(served(submit=[Reply({"id": "j1", "status": said}, 202)], polls=[unreachable()]))
    job = w.do(w.jobs(PART).submit(url="u"))

    with pytest.raises(kind) as caught:
        w.do(job.wait(timeout=5))

    assert kind is type(caught.value)
    assert "gives no reason" not in str(caught.value)
    assert w.elapsed <= 5


def test_the_end_of_a_job_is_logged(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """At INFO, each end of a job is logged."""
    caplog.set_level("INFO")
    w = world(served(polls=[HALF]))

    w.do(w.job(PART).wait())

    assert "job j1: partial" in caplog.messages


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        ("broken", JobFailed, r"the job failed \[E7\]: out of luck"),
        ("stopped", JobCancelled, r"the job was cancelled \[E7\]: out of luck"),
        ("lost", JobExpired, r"the job expired: the provider says 'lost' \[E7\]: out of luck"),
    ],
)
def test_every_final_error_has_code_and_reason(world: Make, status: str, kind: type[JobError], message: str) -> None:
    """W13: and its status, for every ending."""
    w = world(served(polls=[report(status, error={"code": "E7", "message": "out of luck"})]))

    with pytest.raises(kind, match=message) as caught:
        w.do(w.job(PART).wait())

    assert (status, "E7", "out of luck") == (caught.value.status, caught.value.code, caught.value.reason)

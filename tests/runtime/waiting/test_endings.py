"""W12, W13, W14: how a job ends for its user, and the state after a wait ends early."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from bide_runtime.clients.clock import SystemClock
from bide_runtime.errors.client import ClientClosed
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.errors import Conflict, NotFound, PermissionDenied
from bide_runtime.jobs.errors import (
    JobCancelled,
    JobError,
    JobExpired,
    JobFailed,
    JobNotDone,
    JobTimeout,
    SubmitUncertain,
)
from bide_runtime.jobs.result_at import ResultAt
from bide_runtime.jobs.snapshot import Update
from bide_runtime.jobs.state import State
from bide_runtime.waiting.policy import Fixed
from msgspec.structs import replace

from tests.runtime.acme import APART, KEY, OTHER, PART, WHOLE, Acme, AsyncAcme, Page, Report, kind
from tests.runtime.fakes import (
    AsyncFakeTransport,
    FakeClock,
    FakeTransport,
    LoopClock,
    Reply,
    Sent,
    TimedTransport,
    cut_off,
    unreachable,
)
from tests.runtime.world import (
    BROKEN,
    DONE,
    HALF,
    HTML,
    LOST,
    PAGE,
    QUEUED,
    RUNNING,
    STOPPED,
    TICKET,
    World,
    error,
    report,
    served,
)

Make = Callable[..., World]

# --- W13 ------------------------------------------------------------------------------------------


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


def test_a_result_may_be_bytes(world: Make) -> None:
    """W14: bytes at the result's own address are returned unchanged, for any media type."""
    w = world(served(polls=[DONE], result=[error(503), Reply(b"\x89PNG not json")]))
    of = kind("bytes", bytes, result=ResultAt(path="/jobs/{job_id}/result"))

    assert b"\x89PNG not json" == w.do(w.job(of).wait())
    assert ["application/json", "*/*", "*/*"] == [sent.request.headers["accept"] for sent in w.sent]


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


def test_a_missing_result_is_an_error(world: Make) -> None:
    """W13: a final reply without its result raises `DecodeError` instead of returning `None`."""
    w = world(served(polls=[report("done")]))

    with pytest.raises(DecodeError, match=r"missing at \$\.page") as caught:
        w.do(w.job(PART).wait())

    assert "$.page" == caught.value.path
    assert "j1" == caught.value.job_id


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


# --- W14 ------------------------------------------------------------------------------------------


def test_a_result_at_its_own_address_is_fetched_once(world: Make) -> None:
    """W14: after the job is ready, and then never again."""
    w = world(served(polls=[QUEUED, RUNNING, report("done", ready=False), DONE], result=[PAGE, error(500)]))
    job = w.job(APART)

    first = w.do(job.wait())

    assert first is w.do(job.wait())
    assert first is w.do(job.result())
    assert ["GET /v2/jobs/j1"] * 4 + ["GET /v2/jobs/j1/result"] == w.lines


def test_ready_takes_precedence_over_the_status(world: Make) -> None:
    """W14: a result that is ready is fetched, whatever the status is."""
    w = world(served(polls=[report("running", ready=True)], result=[PAGE]))
    job = w.job(APART)

    assert "hello" == w.do(job.wait()).text
    assert State.SUCCEEDED is job.state


def test_a_failed_job_need_not_be_ready(world: Make) -> None:
    """W14: a job that will never be ready is not waited for."""
    w = world(served(polls=[report("broken", ready=False)]))

    with pytest.raises(JobFailed):
        w.do(w.job(APART).wait())


def test_not_ready_continues_the_wait(world: Make) -> None:
    """W14: a result that is not ready is requested again, with the policy's delays."""
    w = world(served(polls=[DONE], result=[*[error(409)] * 8, PAGE]))

    assert "hello" == w.do(w.job(APART).wait(policy=Fixed(3))).text
    fetches = [sent.at for sent in w.sent if sent.path.endswith("result")]

    assert [3.0 * number for number in range(9)] == pytest.approx(fetches)
    assert 1 == len(w.polls)


def test_retry_after_counts_at_the_results_address(world: Make) -> None:
    """W4, W14: as it does for polls."""
    w = world(served(polls=[DONE], result=[error(409, retry_after="12"), PAGE]))

    w.do(w.job(APART).wait(policy=Fixed(3)))

    assert 12 == pytest.approx(w.elapsed)


def test_not_ready_until_the_deadline_is_a_timeout(world: Make) -> None:
    """W14: a result that never becomes ready ends the wait at its deadline."""
    w = world(served(polls=[DONE], result=[error(409)]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(APART).wait(timeout=20))

    assert 15 <= w.elapsed <= 20
    assert isinstance(caught.value.transient_error, Conflict)


@pytest.mark.parametrize("status", [404, 410])
def test_a_result_that_is_gone_has_expired(world: Make, status: int) -> None:
    """W14: a job that is done, with a result that is no longer kept, raises `JobExpired`."""
    w = world(served(polls=[DONE], result=[error(status)]))

    with pytest.raises(JobExpired) as caught:
        w.do(w.job(APART).wait(timeout=None))

    assert "j1" == caught.value.job_id
    assert caught.value.__cause__ is not None
    assert 2 == len(w.sent)


def test_the_result_of_a_running_job_is_refused(world: Make) -> None:
    """W14: `result()` polls once, and raises `JobNotDone`."""
    w = world(served(polls=[RUNNING, DONE], result=[PAGE]))
    job = w.job(APART)

    with pytest.raises(JobNotDone, match="'running'") as caught:
        w.do(job.result())

    assert "j1" == caught.value.job_id
    assert "hello" == w.do(job.result()).text


def test_a_failed_fetch_can_be_repeated(world: Make) -> None:
    """W14: after a fetch that raised, the user can fetch again without another poll."""
    w = world(served(polls=[DONE], result=[error(403), PAGE]))
    job = w.job(APART)
    with pytest.raises(Exception, match="403"):
        w.do(job.wait())

    assert "hello" == w.do(job.wait()).text
    assert 1 == len(w.polls)


def test_requests_of_a_job_have_the_timeouts_of_the_spec(world: Make) -> None:
    """Polls, results and cancelling may have longer timeouts than other requests."""
    patient = kind(
        "patient",
        Page,
        result=ResultAt(path="/jobs/{job_id}/result"),
        cancel=("POST", "/jobs/{job_id}/cancel"),
        timeouts={"poll": 40.0, "result": 50.0, "cancel": 60.0},
    )
    w = world(served(polls=[RUNNING, DONE], result=[PAGE], cancel=[Reply({})]), timeout=11)
    job = w.job(patient)
    w.do(job.cancel())
    w.do(job.wait())
    w.do(w.job(APART).cancel())

    assert [60, 40, 40, 50, 11] == [sent.timeout for sent in w.sent]


# --- W12 ------------------------------------------------------------------------------------------


def test_a_timeout_does_not_cancel_the_job(world: Make) -> None:
    """W12: nothing is sent to the provider at the deadline, and the handle can be used again."""
    w = world(served(polls=[*[RUNNING] * 6, DONE], result=[PAGE], cancel=[Reply({})]))
    job = w.job(APART)
    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=5))

    assert not any("cancel" in line for line in w.lines)
    assert not job.is_done
    assert "hello" == w.do(job.wait()).text


def test_cancel_on_timeout_cancels_the_job(world: Make) -> None:
    """W12: once, at the deadline, and `JobTimeout` is still raised."""
    w = world(served(polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert "POST /v2/jobs/j1/cancel" == w.lines[-1]
    assert 1 == sum("cancel" in line for line in w.lines)
    assert "j1" == caught.value.job_id


def test_cancel_on_timeout_of_run(world: Make) -> None:
    """W12: the same for `run`."""
    w = world(served(submit=[TICKET], polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout):
        w.do(w.jobs(APART).run(url="u", timeout=5, cancel_on_timeout=True))

    assert "POST /v2/jobs/j1/cancel" == w.lines[-1]


@pytest.mark.parametrize(
    "answer", [cut_off(), error(500), error(404), Reply(b"", 200, takes=100)], ids=["cut", "500", "404", "slow"]
)
def test_a_failed_cancel_does_not_hide_the_timeout(world: Make, answer: Reply) -> None:
    """W12: `JobTimeout` is still raised, soon, and says that cancelling failed."""
    w = world(served(polls=[RUNNING], cancel=[answer]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert w.elapsed <= 10.001
    assert "cancelling it failed" in str(caught.value)
    assert caught.value.advice in str(caught.value)


def test_a_job_that_is_done_is_not_cancelled(world: Make) -> None:
    """W12: if only the result is late, nothing is cancelled."""
    w = world(served(polls=[DONE], result=[error(409)], cancel=[Reply({})]))

    with pytest.raises(JobTimeout):
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert not any("cancel" in line for line in w.lines)


def test_cancel_is_retried(world: Make) -> None:
    """W12: cancelling is idempotent."""
    w = world(served(polls=[STOPPED], cancel=[error(503), cut_off(), Reply({}, 202)]))
    job = w.job(APART)

    w.do(job.cancel())

    assert ["POST /v2/jobs/j1/cancel"] * 3 == w.lines
    with pytest.raises(JobCancelled):
        w.do(job.wait())


def test_a_refused_cancel_has_the_job(world: Make) -> None:
    """W12: an error of `cancel` has the job."""
    w = world(served(cancel=[error(404)]))

    with pytest.raises(NotFound) as caught:
        w.do(w.job(APART).cancel())

    assert "j1" == caught.value.job_id


def test_ctrl_c_leaves_the_handle_usable() -> None:
    """W12: an interrupt during a sleep or a request is raised, and the wait can be repeated."""

    class Interrupted(FakeClock):
        def sleep(self, seconds: float, wakeup: Event) -> None:
            super().sleep(seconds, wakeup)
            if len(self.naps) == 2:
                raise KeyboardInterrupt

    clock = Interrupted()
    transport = FakeTransport(lambda sent: DONE if sent.at > 20 else RUNNING, clock)
    job = Acme(KEY, transport=transport, clock=clock).jobs(PART).attach("j1")
    with pytest.raises(KeyboardInterrupt):
        job.wait(timeout=60)

    assert "hello" == job.wait(timeout=60).text


@pytest.mark.parametrize("when", [0.05, 1.5, 3.05])
def test_a_cancelled_task_leaves_the_handle_usable(when: float) -> None:
    """W12, W16: cancelling the waiting task takes effect at once, leaks nothing, and sends nothing."""
    clock = LoopClock()
    transport = AsyncFakeTransport(
        lambda sent: report("done" if sent.at > 5 else "running", page={"text": "x"}, takes=0.1), clock
    )

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")
            task = asyncio.ensure_future(job.wait(timeout=60, policy=Fixed(3)))
            await asyncio.sleep(when)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert when == pytest.approx(clock.now())
            assert {asyncio.current_task()} == asyncio.all_tasks()
            assert "x" == (await job.wait(timeout=60)).text

    clock.run(main())

    assert all("GET" == sent.request.method for sent in transport.requests)


def test_asyncio_timeout_ends_a_wait() -> None:
    """W12, W16: `asyncio.timeout` around a wait ends it in time."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(polls=[RUNNING]), clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(7):
                    await client.jobs(PART).attach("j1").wait(timeout=None)

    clock.run(main())

    assert 7 == pytest.approx(clock.now())


def test_closing_the_client_ends_a_wait() -> None:
    """W12: the wait raises `ClientClosed` at once, with the job."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(polls=[RUNNING]), clock)

    async def main() -> None:
        client = AsyncAcme(KEY, transport=transport, clock=clock)
        task = asyncio.ensure_future(client.jobs(PART).attach("j1").wait(timeout=None, policy=Fixed(100)))
        await asyncio.sleep(5)
        await client.close()
        with pytest.raises(ClientClosed) as caught:
            await task
        assert "j1" == caught.value.job_id
        assert 5 == pytest.approx(clock.now())

    clock.run(main())


def test_closing_a_blocking_client_ends_a_wait_in_another_thread() -> None:
    """W12, W16: the same between threads: the sleep ends at once."""
    clock = SystemClock()
    polled = Event()

    class Real(TimedTransport):
        def send(self, request: Any, *, timeout: float) -> Any:
            polled.set()
            return RUNNING.response()

    client = Acme(KEY, transport=Real(served(), clock), clock=clock)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.jobs(PART).attach("j1").wait, timeout=None, policy=Fixed(3600))
        assert polled.wait(5)
        client.close()
        error = waiting.exception(timeout=5)

    assert isinstance(error, ClientClosed)
    assert "j1" == error.job_id


def test_two_waits_of_one_handle_poll_no_final_job() -> None:
    """W2: after one wait received a final state, another wait with the same handle does not poll."""
    clock = LoopClock()

    def server(sent: Sent) -> Reply:
        return DONE if 3 < sent.at < 5 else error(404) if sent.at >= 5 else RUNNING

    transport = AsyncFakeTransport(server, clock)

    async def main() -> tuple[Page, Page]:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(PART).attach("j1")
            return await asyncio.gather(job.wait(timeout=60, policy=Fixed(1.6)), job.wait(timeout=60, policy=Fixed(5)))

    assert ["hello", "hello"] == [page.text for page in clock.run(main())]
    assert max(sent.at for sent in transport.requests) < 5


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


def test_html_in_place_of_a_result_is_a_transient_error(world: Make) -> None:
    """W6, W14: even with a 200."""
    w = world(served(polls=[DONE], result=[HTML, PAGE]))

    assert "hello" == w.do(w.job(APART).wait()).text


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


def test_a_timeout_that_cancelled_the_job_says_so(world: Make) -> None:
    """W12: the advice of a cancelled job is not to wait again."""
    w = world(served(polls=[RUNNING], cancel=[Reply({})]))

    with pytest.raises(JobTimeout, match="The provider was asked to cancel it") as caught:
        w.do(w.job(APART).wait(timeout=5, cancel_on_timeout=True))

    assert "wait() again" not in str(caught.value)


def test_two_waits_of_one_handle_fetch_one_result() -> None:
    """W14: the second wait sleeps while the first fetches the result, and then has it."""
    clock = LoopClock()
    transport = AsyncFakeTransport(
        served(polls=[DONE], result=[Reply({"text": "hello"}, takes=1.0), Reply({"text": "again"})]), clock
    )

    async def main() -> tuple[Page, Page]:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(APART).attach("j1")
            return await asyncio.gather(job.wait(timeout=60), job.wait(timeout=60))

    assert ["hello", "hello"] == [page.text for page in clock.run(main())]
    assert clock.now() <= 1.2
    assert 1 == sum(sent.path.endswith("/result") for sent in transport.requests)


def test_a_wait_checks_ever_less_often_for_the_fetch_of_another() -> None:
    """W10: a result that takes an hour costs its second waiter some hundred checks."""

    class Counting(LoopClock):
        sleeps = 0

        async def sleep(self, seconds: float, wakeup: asyncio.Event) -> None:  # type: ignore[override]  # it is awaited
            self.sleeps += 1
            await super().sleep(seconds, wakeup)

    clock = Counting()
    late = error(409, retry_after="3600")
    transport = AsyncFakeTransport(served(polls=[DONE], result=[late, PAGE]), clock)

    async def main() -> list[Page]:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            job = client.jobs(APART).attach("j1")
            return await asyncio.gather(job.wait(timeout=7200), job.wait(timeout=7200))

    assert ["hello", "hello"] == [page.text for page in clock.run(main())]
    assert clock.now() <= 3600 + 10
    assert clock.sleeps < 1000


def test_the_end_of_a_job_is_logged(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """At INFO, each end of a job is logged."""
    caplog.set_level("INFO")
    w = world(served(polls=[HALF]))

    w.do(w.job(PART).wait())

    assert "job j1: partial" in caplog.messages


def test_the_error_of_a_missing_result_has_its_path(world: Make) -> None:
    """From the root of the reply."""
    w = world(served(polls=[DONE]))

    with pytest.raises(DecodeError, match=r"\$\.page\.links") as caught:
        w.do(w.job(kind("deep", Page, result=("page", "links"))).wait())

    assert "$.page.links" == caught.value.path


def test_closing_the_client_between_two_attempts_of_a_submit_is_uncertain() -> None:
    """W11: the first attempt was lost and may have arrived, so the job may exist."""
    clock = LoopClock()
    transport = AsyncFakeTransport(lambda sent: cut_off(), clock)

    async def main() -> None:
        async with AsyncAcme(KEY, transport=transport, clock=clock) as client:
            submitting = asyncio.ensure_future(client.cancellable(APART).submit(url="u"))
            await asyncio.sleep(0.1)
            await client.close()
            with pytest.raises(SubmitUncertain) as caught:
                await submitting
        assert caught.value.idempotency_key is not None

    clock.run(main())

    assert 1 == len(transport.requests)


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


AT = APART.lifecycle.result
assert isinstance(AT, ResultAt)
BY_STATUS = replace(
    APART,
    lifecycle=replace(
        APART.lifecycle,
        result=replace(AT, not_ready=frozenset({202, 404}), gone=frozenset({410}), failed=frozenset({422})),
    ),
)
READY = report("done", ready=True)
NO_PLAN = {"error": {"code": "plan", "message": "no such plan"}}


def test_a_result_is_not_ready_by_any_status_of_the_spec(world: Make) -> None:
    """W14: also by a 2xx, whose body is not the result."""
    w = world(served(polls=[READY], result=[Reply({"text": "soon"}, 202), error(404), PAGE]))

    assert "hello" == w.do(w.job(BY_STATUS).wait()).text
    assert 3 == sum(sent.path.endswith("/result") for sent in w.sent)


def test_the_results_address_may_report_a_failure(world: Make) -> None:
    """W13: by its HTTP status, with the provider's code and reason."""
    w = world(served(polls=[READY], result=[Reply(NO_PLAN, 422)]))

    with pytest.raises(JobFailed, match=r"the job failed \[plan\]: no such plan") as caught:
        w.do(w.job(BY_STATUS).wait())

    assert ("plan", "no such plan", "done") == (caught.value.code, caught.value.reason, caught.value.status)


def test_a_result_that_is_gone_has_code_and_reason(world: Make) -> None:
    """W14: those of the provider, if there are any."""
    w = world(served(polls=[READY], result=[Reply(NO_PLAN, 410)]))

    with pytest.raises(JobExpired, match="no longer keeps its result") as caught:
        w.do(w.job(BY_STATUS).wait())

    assert ("plan", "no such plan") == (caught.value.code, caught.value.reason)


OVER = replace(APART, lifecycle=replace(APART.lifecycle, cancel_over=frozenset({400, 409})))


@pytest.mark.parametrize("status", [400, 409])
def test_cancelling_a_job_that_is_over_is_no_error(world: Make, status: int) -> None:
    """W12: where the spec says by which HTTP status the provider says so."""
    w = world(served(cancel=[error(status)]))

    w.do(w.job(OVER).cancel())

    assert 1 == len(w.sent)


def test_any_other_refusal_of_a_cancellation_is_raised(world: Make) -> None:
    """W12: the job may still be running."""
    w = world(served(cancel=[error(403)]))

    with pytest.raises(PermissionDenied):
        w.do(w.job(OVER).cancel())


def test_a_job_that_is_known_to_be_over_is_not_cancelled(world: Make) -> None:
    """W12: nothing is sent."""
    w = world(served(polls=[STOPPED]))
    job = w.job(APART)
    w.do(job.poll())

    w.do(job.cancel())

    assert 1 == len(w.sent)
    with pytest.raises(JobCancelled):
        w.do(job.wait())

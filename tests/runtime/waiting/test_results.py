"""W14: the result of a job that is done, in the poll reply or at its own address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from bide_runtime.clients.observer import Exchange
from bide_runtime.errors.decode import DecodeError
from bide_runtime.http.errors import Conflict
from bide_runtime.jobs.errors import (
    JobExpired,
    JobFailed,
    JobNotDone,
    JobTimeout,
)
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.jobs.state import State
from bide_runtime.models import codec
from bide_runtime.waiting.policies.policy import Fixed
from msgspec.structs import replace

from tests.runtime.acme import APART, KEY, PART, WHOLE, AsyncAcme, Page, Report, kind
from tests.runtime.fakes import (
    AsyncFakeTransport,
    LoopClock,
    Reply,
)
from tests.runtime.world import (
    DONE,
    HTML,
    PAGE,
    QUEUED,
    RUNNING,
    Mode,
    World,
    error,
    report,
    served,
)

Make = Callable[..., World]


def test_a_result_may_be_bytes(world: Make) -> None:
    """W14: bytes at the result's own address are returned unchanged, for any media type."""
    w = world(served(polls=[DONE], result=[error(503), Reply(b"\x89PNG not json")]))
    of = kind("bytes", bytes, result=ResultAt(path="/jobs/{job_id}/result"))

    assert b"\x89PNG not json" == w.do(w.job(of).wait())
    assert ["application/json", "*/*", "*/*"] == [sent.request.headers["accept"] for sent in w.sent]


@pytest.mark.parametrize("size", [10, 50_000])
def test_a_reply_with_the_result_is_decoded_once(world: Make, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a whole, that is: in a small reply, a wait looks for the status first."""
    w = world(served(polls=[RUNNING, report("done", text="a" * size)]))
    wanted: list[object] = []
    original = codec.decode

    def decode(model: type[Any], body: bytes) -> Any:
        wanted.append(model)
        return original(model, body)

    monkeypatch.setattr(codec, "decode", decode)
    w.do(w.job(WHOLE).wait())

    assert [Report, Report] == [model for model in wanted if model is Report], "the first status, and the result"


def test_a_missing_result_is_an_error(world: Make) -> None:
    """W13: a final reply without its result raises `DecodeError` instead of returning `None`."""
    w = world(served(polls=[report("done")]))

    with pytest.raises(DecodeError, match=r"missing at \$\.page") as caught:
        w.do(w.job(PART).wait())

    assert "$.page" == caught.value.path
    assert "j1" == caught.value.job_id


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


def test_html_in_place_of_a_result_is_a_transient_error(world: Make) -> None:
    """W6, W14: even with a 200."""
    w = world(served(polls=[DONE], result=[HTML, PAGE]))

    assert "hello" == w.do(w.job(APART).wait()).text


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


def test_the_error_of_a_missing_result_has_its_path(world: Make) -> None:
    """From the root of the reply."""
    w = world(served(polls=[DONE]))

    with pytest.raises(DecodeError, match=r"\$\.page\.links") as caught:
        w.do(w.job(kind("deep", Page, result=("page", "links"))).wait())

    assert "$.page.links" == caught.value.path


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


def test_the_attempts_at_a_result_are_numbered(mode: Mode) -> None:
    """An observer can distinguish the first request from later ones."""
    seen: list[Exchange] = []
    w = World(mode, served(polls=[READY], result=[error(409), error(503), PAGE]), observer=seen.append)
    w.do(w.job(APART).wait())

    assert [1, 2, 3] == [one.attempt for one in seen if one.path.endswith("/result")]

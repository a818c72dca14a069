"""W11 and W2: no job is paid for twice, and a job that is done at its submit is not polled."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import NoneType
from typing import Any

import msgspec
import pytest
from bide_runtime.calls.call import Call
from bide_runtime.calls.link import Link
from bide_runtime.clients.options import WaitOptions
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge
from bide_runtime.http.errors import ApiError, Conflict, PaymentRequired, RateLimited, ServerError
from bide_runtime.http.rate_limit import Rate
from bide_runtime.jobs.errors import JobCancelled, JobFailed, SubmitUncertain
from bide_runtime.testing.fake.clock import MORNING
from bide_runtime.waiting.submits.submit_reply import reads_or_job
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import APART, OTHER, PART, PROVIDER, SHY, WHOLE, Page, Ticket, order, submitted
from tests.runtime.fakes import Reply, cut_off, unreachable
from tests.runtime.storms import NOT_PROCESSED, replies, rule
from tests.runtime.world import BROKEN, CUT, DONE, HTML, MODES, PAGE, RUNNING, TICKET, Mode, World, error, served

Make = Callable[..., World]


def submits(w: World) -> int:
    return sum(sent.line == "POST /v2/jobs" for sent in w.sent)


def keys(w: World) -> set[str | None]:
    return {sent.request.headers.get("idempotency-key") for sent in w.sent if sent.request.method == "POST"}


LOST: dict[str, Reply] = {
    "cut off": cut_off(),
    "slow": Reply({"id": "j1"}, takes=31),
    "502": error(502),
    "504": error(504),
    "too large": Reply(lost=ReplyTooLarge("the reply is too large")),
    "cut json": CUT,
    "html": HTML,
    "no id": Reply({"status": "queued"}),
    "null id": Reply({"id": None}),
    "bool id": Reply({"id": True}),
    "dots": Reply({"id": ".."}),
    "empty id": Reply({"id": ""}),
}


@pytest.mark.parametrize("reply", LOST.values(), ids=LOST)
def test_a_lost_submit_is_not_sent_again(world: Make, reply: Reply) -> None:
    """W11: without idempotency keys, a submit that may have arrived is sent once, and raises `SubmitUncertain`."""
    w = world(served(submit=[reply, TICKET], polls=[DONE]))

    with pytest.raises(SubmitUncertain, match="may or may not have been created") as caught:
        w.do(w.jobs(PART).run(url="u"))

    assert 1 == submits(w)
    assert caught.value.idempotency_key is None
    assert caught.value.job_id is None


@pytest.mark.parametrize("name", ["cut off", "slow", "502", "504"])
def test_a_lost_submit_with_a_key_is_sent_again(world: Make, name: str) -> None:
    """W11: with idempotency keys it is sent again, each time with the same key."""
    w = world(served(submit=[LOST[name], LOST[name], TICKET], polls=[DONE], result=[PAGE]))

    assert "hello" == w.do(w.jobs(APART).run(url="u", timeout=600)).text
    assert 3 == submits(w)
    assert 1 == len(keys(w))
    assert keys(w) != {None}


def test_each_submit_has_a_key_of_its_own(world: Make) -> None:
    """W11: two submits are two jobs, even with the same arguments."""
    w = world(served(submit=[TICKET]))

    w.do(w.jobs(APART).submit(url="u"))
    w.do(w.jobs(APART).submit(url="u"))

    assert 2 == len(keys(w))


def test_the_users_own_key_is_used(world: Make) -> None:
    """W11: a key that the user passes is sent unchanged."""
    w = world(served(submit=[TICKET]))

    w.do(w.jobs(APART).submit(url="u", key="mine"))

    assert {"mine"} == keys(w)


def test_the_error_has_the_key_to_submit_again(world: Make) -> None:
    """W11: if retries with the key are lost too, the error has the key."""
    w = world(served(submit=[cut_off()]), max_retries=1)

    with pytest.raises(SubmitUncertain) as caught:
        w.do(w.jobs(APART).submit(url="u"))

    assert 2 == submits(w)
    assert {caught.value.idempotency_key} == keys(w)
    assert str(caught.value.idempotency_key) in str(caught.value)


@pytest.mark.parametrize(
    "reply", [unreachable(), error(429), error(429, retry_after="2")], ids=["unreachable", "429", "hinted"]
)
def test_a_submit_that_did_not_arrive_is_sent_again(world: Make, reply: Reply) -> None:
    """W11: without a connection, or after a 429, there is no job, so a retry is safe."""
    w = world(served(submit=[reply, reply, TICKET], polls=[DONE]))

    assert "hello" == w.do(w.jobs(PART).run(url="u")).text
    assert 3 == submits(w)


@pytest.mark.parametrize(("reply", "kind"), [(unreachable(), ConnectionFailed), (error(429), RateLimited)])
def test_a_submit_that_never_arrives_raises_the_reason(world: Make, reply: Reply, kind: type[ClientError]) -> None:
    """W11: after `max_retries` retries, the plain error is raised: there is certainly no job."""
    w = world(served(submit=[reply]), max_retries=2)

    with pytest.raises(kind) as caught:
        w.do(w.jobs(PART).submit(url="u"))

    assert kind is type(caught.value)
    assert 3 == submits(w)


def test_one_lost_attempt_makes_the_submit_uncertain(world: Make) -> None:
    """W11: also if a later attempt is refused."""
    w = world(served(submit=[cut_off(), error(402)]))

    with pytest.raises(SubmitUncertain):
        w.do(w.jobs(APART).submit(url="u"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, ApiError), (402, PaymentRequired), (409, Conflict), (500, ServerError), (503, ServerError), (302, ApiError)],
)
def test_a_refused_submit_raises_the_error(world: Make, status: int, kind: type[ApiError]) -> None:
    """W11: an error reply without a key is raised, and not retried."""
    w = world(served(submit=[error(status)]))

    with pytest.raises(kind) as caught:
        w.do(w.jobs(PART).submit(url="u"))

    assert status == caught.value.status
    assert 1 == submits(w)


@rule
@given(st.lists(replies(), min_size=1, max_size=6), st.sampled_from(MODES))
def test_no_sequence_of_replies_creates_two_jobs(answers: list[Reply], mode: Mode) -> None:
    """W11: without keys, nothing is submitted after the first attempt that may have arrived."""
    w = World(mode, served(submit=answers, polls=[DONE]))
    with suppress(ClientError):
        w.do(w.jobs(PART).run(url="u", timeout=None))
    sent = answers[: submits(w)] if submits(w) <= len(answers) else answers

    for reply in sent[:-1]:
        assert reply.takes < 30
        assert reply.status in NOT_PROCESSED or (reply.lost is not None and not reply.lost.may_have_arrived)


@rule
@given(st.lists(replies(), min_size=1, max_size=6), st.sampled_from(MODES))
def test_a_submit_has_at_most_max_retries(answers: list[Reply], mode: Mode) -> None:
    """W10, W11: for any replies there are at most `max_retries` retries, all with one key."""
    w = World(mode, served(submit=answers), max_retries=2)
    with suppress(ClientError):
        w.do(w.jobs(APART).submit(url="u"))

    assert 1 <= submits(w) <= 3
    assert 1 == len(keys(w))


def test_an_id_may_be_a_number(world: Make) -> None:
    """W11: providers that number their jobs are understood."""
    w = world(served(submit=[Reply({"id": 4711})]))

    assert "4711" == w.do(w.jobs(PART).submit(url="u")).id


def test_an_invalid_argument_is_refused_before_anything_is_sent() -> None:
    """W11: it costs nothing."""
    w = World("sync", served(submit=[TICKET]))

    with pytest.raises(InvalidArgument, match="nothing was sent"):
        w.jobs(PART).submit(url=7)

    assert [] == w.sent


# --- W2 -------------------------------------------------------------------------------------------

AT_ONCE: dict[str, tuple[Any, Any]] = {
    "part": (PART, {"id": "j1", "status": "done", "page": {"text": "now"}}),
    "whole": (WHOLE, {"id": "j1", "status": "done", "page": {"text": "now"}}),
    "other": (OTHER, {"id": "j1", "status": "done", "text": "now"}),
}


@pytest.mark.parametrize(("of", "body"), AT_ONCE.values(), ids=AT_ONCE)
def test_a_submit_that_is_answered_with_the_result_ends_the_wait(world: Make, of: Any, body: Any) -> None:
    """W2: a job that is done in the submit reply is not polled."""
    w = world(served(submit=[Reply(body)]))

    result = w.do(w.jobs(of).run(url="u"))

    assert "now" == (result.page.text if of is WHOLE else result.text)
    assert ["POST /v2/jobs"] == w.lines
    assert [] == w.clock.naps


def test_a_submit_that_is_done_without_its_result_is_polled_once_at_once(world: Make) -> None:
    """W2: if the submit reply is final but lacks the result, one poll follows, without a delay."""
    w = world(served(submit=[Reply({"id": "j1", "status": "done"})], polls=[DONE]))

    assert "hello" == w.do(w.jobs(OTHER).run(url="u")).text
    assert [0] == w.polls


def test_the_result_of_a_job_done_at_its_submit_is_fetched_at_once(world: Make) -> None:
    """W2: if the submit reply is final and ready, the result's own address is requested at once."""
    w = world(served(submit=[Reply({"id": "j1", "status": "done", "ready": True})], polls=[DONE], result=[PAGE]))

    assert "hello" == w.do(w.jobs(APART).run(url="u")).text
    assert len(w.polls) <= 1


@pytest.mark.parametrize("of", [PART, WHOLE, OTHER, APART], ids=lambda of: str(of.name))
def test_a_job_that_failed_at_its_submit_raises_code_and_message(world: Make, of: Any) -> None:
    """W2, W13: for every kind of result."""
    w = world(served(submit=[Reply({"id": "j1", **BROKEN.body})]))

    with pytest.raises(JobFailed, match="the disk is full") as caught:
        w.do(w.jobs(of).run(url="u"))

    assert "E7" == caught.value.code
    assert "j1" == caught.value.job_id
    assert [] == w.polls


@pytest.mark.parametrize("of", [PART, APART], ids=lambda of: str(of.name))
def test_a_first_poll_that_is_final_ends_the_wait(world: Make, of: Any) -> None:
    """W2: one poll is enough for a job that is done."""
    w = world(served(polls=[DONE], result=[PAGE]))

    w.do(w.job(of).wait())

    assert [0] == w.polls
    assert [] == w.clock.naps


@pytest.mark.parametrize("of", [PART, WHOLE, OTHER, APART], ids=lambda of: str(of.name))
def test_a_final_job_is_never_polled_again(world: Make, of: Any) -> None:
    """W2: `wait`, `poll`, `result` and `updates` of a final job send no polls."""
    w = world(served(polls=[DONE], result=[PAGE]))
    job = w.job(of)
    result = w.do(job.wait())

    assert result == w.do(job.wait())
    assert result == w.do(job.result())
    assert "done" == w.do(job.poll()).status
    assert [] == w.all(job.updates())
    assert 1 == len(w.polls)
    assert len(w.sent) <= 2


@pytest.mark.parametrize(("status", "kind"), [("broken", JobFailed), ("stopped", JobCancelled)])
def test_a_final_job_without_a_result_is_never_polled_again(world: Make, status: str, kind: type[Exception]) -> None:
    """W2: the same for jobs without a result."""
    w = world(served(polls=[Reply({"status": status}), RUNNING]))
    job = w.job(PART)
    for call in (job.wait, job.wait, job.result):
        with pytest.raises(kind):
            w.do(call())

    assert 1 == len(w.polls)


# --- a call that answers at once or with a job ----------------------------------------------------


def _answer(reply: Reply) -> Any:
    read = reads_or_job(Page, status=202, kind=PART, reply=Ticket, job_id=("id",))
    return read(reply.response())


def test_a_call_may_return_its_result() -> None:
    """W2: an inline reply is the result itself."""
    assert Page(text="hello") == _answer(PAGE)


def test_a_call_may_return_a_job() -> None:
    """W2: a 202 is a job to wait for."""
    assert "j1" == _answer(TICKET).id


@pytest.mark.parametrize(
    "body", [{"id": None}, {}, {"id": True}, {"id": ""}, {"id": ".."}, {"id": {}}, b"{", b""], ids=str
)
def test_a_job_without_an_id_is_uncertain(body: Any) -> None:
    """W11: a 202 without an id is not a job called "None"."""
    with pytest.raises(SubmitUncertain):
        _answer(Reply(body, 202))


def test_a_call_keeps_its_own_timeout(world: Make) -> None:
    """W1: an operation may have a longer HTTP timeout than the client."""
    w = world(served(submit=[Reply({"text": "x"}, takes=80)]))
    call = Call(method="POST", path="/x", read=lambda reply: reply.status, timeout=90.0)

    assert 200 == w.do(w.client._send(lambda: call, None))
    assert [90.0] == [sent.timeout for sent in w.sent]


def test_a_job_of_such_a_call_is_new(world: Make) -> None:
    """W8: it was just created, so a 404 means "not visible yet"."""
    w = world(served(polls=[error(404), DONE]))
    record = reads_or_job(Page, status=202, kind=SHY, reply=Ticket, job_id=("id",))(TICKET.response())
    jobs = w.jobs(SHY)

    assert "hello" == w.do(jobs._handle(jobs._adopt(record)).wait()).text


def test_a_submit_is_logged_with_its_job(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """At INFO, id and kind of every submitted job are logged."""
    caplog.set_level("INFO")
    w = world(served(submit=[TICKET]))

    w.do(w.jobs(PART).submit(url="u"))

    assert "job j1: submitted (part)" in caplog.messages


def test_submits_of_single_runs_keep_the_rate_limit(world: Make) -> None:
    """W14: the second waits until the limit allows it."""
    provider = msgspec.structs.replace(PROVIDER, rates={"POST /jobs": Rate(1, 30.0)})
    w = world(served(submit=[TICKET], polls=[DONE]), provider=provider)

    for _ in range(2):
        w.do(w.jobs(PART).run(url="u"))

    submits = [sent.at for sent in w.sent if sent.request.method == "POST"]
    assert submits == pytest.approx([0.0, 30.1])


def test_the_age_of_a_job_counts_from_its_last_attempt(world: Make) -> None:
    """W8: earlier attempts, which created no job, do not use up the grace."""
    w = world(served(submit=[error(429, retry_after="50"), replace(TICKET, takes=2.0)]))
    job = w.do(w.jobs(PART).submit(url="u"))

    assert MORNING + 50 == json.loads(job.token)["submitted_at"]


REFUSAL = {"error": {"code": "busy", "message": "There is a run in progress"}}


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_error_in_a_2xx_reply_is_not_uncertain(world: Make, status: int) -> None:
    """W11: the reply says that no job was created."""
    w = world(served(submit=[Reply(REFUSAL, status)]))

    with pytest.raises(ApiError, match=rf"Acme answered {status} \[busy\]: There is a run in progress") as caught:
        w.do(w.jobs(PART).submit(url="u"))

    assert "busy" == caught.value.code
    assert 1 == submits(w)


def test_an_uncertain_submit_says_what_does_not_fit(world: Make) -> None:
    """W11: with the JSON path, or the place of an id that is missing."""
    w = world(served(submit=[Reply({"id": {"a": 1}})]))
    with pytest.raises(SubmitUncertain, match=r"does not match the spec: .* at \$\.id"):
        w.do(w.jobs(PART).submit(url="u"))


def chosen(of: Any, job_id: str) -> Any:
    """A submit whose id is an argument, and whose reply means nothing."""
    at = Link(argument="name")
    return order(submitted(of, job_id=at, reply=NoneType), url="u", values={"name": job_id})


def test_an_id_may_be_an_argument(world: Make) -> None:
    """The reply may be empty."""
    w = world(served(submit=[Reply(b"", 204)], polls=[DONE]))

    assert "hello" == w.do(w.jobs(PART)._run(chosen, WaitOptions(timeout=60), PART, "j9")).text
    assert ["POST /v2/jobs", "GET /v2/jobs/j9"] == w.lines


def test_a_lost_reply_does_not_lose_an_id_that_is_an_argument(world: Make) -> None:
    """W11: the submit is uncertain, and the error has the token of the job."""
    w = world(served(submit=[cut_off()], polls=[DONE]))

    with pytest.raises(SubmitUncertain, match="resume") as raised:
        w.do(w.jobs(PART)._run(chosen, WaitOptions(timeout=60), PART, "j9"))

    assert "j9" == raised.value.job_id
    assert raised.value.token is not None
    assert "hello" == w.do(w.jobs(PART).resume(raised.value.token).wait()).text


@pytest.mark.parametrize("job_id", ["", "..", "a\n"])
def test_an_id_that_no_job_can_have_is_refused_before_the_submit(world: Make, job_id: str) -> None:
    """Nothing is sent."""
    w = world(served(submit=[TICKET], polls=[DONE]))

    with pytest.raises(InvalidArgument):
        w.do(w.jobs(PART)._run(chosen, WaitOptions(timeout=60), PART, job_id))

    assert [] == w.sent

"""W1, W4, W5, W10: a wait ends by its deadline, not early, and never spins."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate

import pytest
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.jobs.errors import JobTimeout, SubmitUncertain
from bide_runtime.jobs.polling import Polling
from bide_runtime.testing.fake.clock import MORNING
from bide_runtime.waiting.policies.policy import Adaptive, Fixed
from bide_runtime.waiting.poller import next_poll
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import APART, PART, POLLING
from tests.runtime.fakes import Reply, Sent, cut_off
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import DONE, MODES, PAGE, RUNNING, TICKET, Mode, World, error, report, served

Make = Callable[..., World]

HASTY = Polling(interval=(0.1, 0.2), min_interval=0.1, timeout=60.0)


@rule
@given(storms(), st.sampled_from(MODES))
def test_no_sequence_of_replies_outlasts_the_deadline(storm: Storm, mode: str) -> None:
    """W1, W10: whatever server, clock and policy do, the wait ends by its deadline."""
    world, outcome = storm.wait(mode)

    assert world.elapsed <= storm.timeout + 1e-6
    assert outcome is not None


@rule
@given(storms(), st.sampled_from(MODES))
def test_run_includes_the_submit_in_its_timeout(storm: Storm, mode: str) -> None:
    """W1: the timeout of `run` covers submit, polls, transient errors, retry_after and result."""
    world, _ = storm.run(mode)

    assert world.elapsed <= storm.timeout + 1e-6


@rule
@given(storms(), st.sampled_from(MODES))
def test_the_timeout_of_a_request_is_at_most_the_time_left(storm: Storm, mode: str) -> None:
    """W1: a request's timeout is the client's, or the time left if that is less."""
    world, _ = storm.run(mode)

    for sent in world.sent:
        assert 0 < sent.timeout <= min(30.0, storm.timeout - sent.at) + 1e-6


@rule
@given(storms(share=st.floats(1.0, 3.0)), st.sampled_from(MODES))
def test_a_clock_that_oversleeps_sends_nothing_after_the_deadline(storm: Storm, mode: str) -> None:
    """W1: after a wake-up past the deadline, no request is sent."""
    world, _ = storm.run(mode)

    for sent in world.sent:
        assert sent.at < storm.timeout
        assert sent.timeout > 0


def test_a_late_wake_up_sends_no_request_for_the_result(world: Make) -> None:
    """W1: the same for a result that is not ready yet."""
    w = world(served(polls=[DONE], result=[error(409)]))
    w.clock.time.drift = 3.0

    with pytest.raises(JobTimeout):
        w.do(w.job(APART).wait(timeout=10, policy=Fixed(4)))

    assert all(sent.at < 10 and sent.timeout > 0 for sent in w.sent)


@rule
@given(storms(), st.sampled_from(MODES))
def test_no_sequence_of_replies_makes_the_wait_spin(storm: Storm, mode: str) -> None:
    """W10: a wait sends at most as many requests as min_intervals fit into it."""
    world, _ = storm.wait(mode)
    most = storm.timeout / storm.min_interval + 2

    assert len(world.polls) <= most
    assert len(world.sent) <= 2 * most


def test_the_default_is_a_deadline(world: Make) -> None:
    """W1: a wait without a timeout has the default of its kind of job."""
    w = world(served(polls=[RUNNING]))

    with pytest.raises(JobTimeout, match="after 60 s"):
        w.do(w.job(PART).wait())

    assert w.elapsed <= 60.0


def test_none_waits_for_ever(world: Make) -> None:
    """W1: `timeout=None` waits until the job is done."""
    w = world(lambda sent: DONE if sent.at > 1_000_000 else RUNNING)

    page = w.do(w.job(PART).wait(timeout=None, policy=Fixed(10_000)))

    assert "hello" == page.text


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True, "5"])
def test_a_timeout_is_a_positive_number(world: Make, timeout: object) -> None:
    """W1: any other timeout is refused before anything is sent."""
    w = world(served(polls=[RUNNING]))

    with pytest.raises(InvalidArgument, match="timeout"):
        w.do(w.job(PART).wait(timeout=timeout))

    assert [] == w.sent


def test_the_last_poll_is_answered_at_the_deadline(world: Make) -> None:
    """W5: a job that ended during the last delay is returned, although the policy has no poll then."""
    w = world(lambda sent: DONE if sent.at > 15 else RUNNING)

    page = w.do(w.job(PART).wait(timeout=20, policy=Fixed(14)))

    assert "hello" == page.text
    assert 19 <= w.polls[-1] < 20


def test_a_slow_server_is_polled_early_enough(world: Make) -> None:
    """W5: if requests take 1 s, the last poll is sent so that its reply arrives before the deadline."""
    w = world(
        lambda sent: report("done", page={"text": "late"}, takes=1.0) if sent.at > 12 else report("running", takes=1)
    )

    assert "late" == w.do(w.job(PART).wait(timeout=20, policy=Fixed(11))).text
    assert w.elapsed <= 20


def test_the_last_poll_leaves_time_for_the_result(world: Make) -> None:
    """W5: if the result has its own address, the last poll leaves time to fetch it."""

    def server(sent: Sent) -> Reply:
        if sent.path.endswith("result"):
            return Reply({"text": "x"}, takes=0.5)
        return report("done" if sent.at > 15 else "running", ready=sent.at > 15, takes=0.5)

    w = world(server)

    assert "x" == w.do(w.job(APART).wait(timeout=20, policy=Fixed(14))).text


@rule
@given(
    ends=st.floats(0.5, 18.5),
    delay=st.floats(1.0, 30.0),
    takes=st.floats(0.0, 0.2),
    mode=st.sampled_from(MODES),
)
def test_a_job_that_ends_before_the_last_poll_is_returned(ends: float, delay: float, takes: float, mode: Mode) -> None:
    """W5: with any policy, a job that ended some time before the deadline is returned as done."""
    w = World(
        mode,
        lambda sent: (
            report("done", page={"text": "x"}, takes=takes) if sent.at >= ends else report("running", takes=takes)
        ),
    )

    assert "x" == w.do(w.job(PART).wait(timeout=20, policy=Fixed(delay))).text


def test_a_transient_error_of_the_last_poll_leaves_time_for_another(world: Make) -> None:
    """W5, W6: after a slow request the last poll is early; if it fails, there is time for another."""
    w = world(served(polls=[report("running", takes=30.0), error(503), error(503), DONE]))

    assert "hello" == w.do(w.job(PART).wait(timeout=120, policy=Fixed(88))).text


def test_a_slow_request_does_not_end_the_wait_early(world: Make) -> None:
    """W1, W5: one slow request early on does not cost a quarter of the timeout."""
    w = world(lambda sent: report("running", takes=20.0) if sent.at < 20 else DONE if sent.at > 95 else RUNNING)

    assert "hello" == w.do(w.job(PART).wait(timeout=100, policy=Fixed(5))).text


def test_min_interval_may_end_right_before_the_deadline(world: Make) -> None:
    """W5: a poll that min_interval allows only shortly before the deadline is sent then."""
    w = world(lambda sent: DONE if sent.at > 9.5 else report("running", takes=0.1))

    assert "hello" == w.do(w.job(PART).wait(timeout=10, policy=Fixed(1.65))).text


# --- retry_after ----------------------------------------------------------------------------------------


def _with_retry_after(seconds: float, how: str) -> Reply:
    if how == "seconds":
        return report("running", headers={"retry-after": f"{seconds:g}"})
    if how == "date":
        return report("running", headers={"retry-after": formatdate(MORNING + seconds, usegmt=True)})
    return report("running", retry_after_ms=seconds * 1000)


@pytest.mark.parametrize("how", ["seconds", "date", "field"])
def test_retry_after_lengthens_the_delay(world: Make, how: str) -> None:
    """W4: in the header, as seconds or a date, and in a field."""
    w = world(served(polls=[_with_retry_after(17, how), DONE]))

    w.do(w.job(PART).wait(timeout=60, policy=Fixed(2)))

    assert [0, pytest.approx(17, abs=1.001)] == w.polls


@pytest.mark.parametrize("how", ["seconds", "date", "field"])
def test_retry_after_never_shortens_the_delay(world: Make, how: str) -> None:
    """W4: a smaller retry_after changes nothing."""
    w = world(served(polls=[_with_retry_after(1, how), DONE]))

    w.do(w.job(PART).wait(timeout=60, policy=Fixed(10)))

    assert [0, pytest.approx(10)] == w.polls


@pytest.mark.parametrize(
    "text", ["0", "-5", "nan", "inf", "-inf", "soon", "", "Mon, 99 Foo 2026", formatdate(0, usegmt=True)]
)
def test_an_invalid_retry_after_is_ignored(world: Make, text: str) -> None:
    """W4: zero, negative, not finite, past and unreadable values change nothing."""
    w = world(served(polls=[report("running", headers={"retry-after": text}), DONE]))

    w.do(w.job(PART).wait(timeout=60, policy=Fixed(3)))

    assert [0, pytest.approx(3)] == w.polls


@pytest.mark.parametrize(
    "reply",
    [report("running", headers={"retry-after": "61"}), error(429, retry_after="61"), error(503, retry_after="1e300")],
)
def test_a_retry_after_past_the_deadline_ends_the_wait_at_once(world: Make, reply: Reply) -> None:
    """W4: without sleeping first."""
    w = world(served(polls=[reply]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(PART).wait(timeout=60))

    assert 0 == w.elapsed
    assert "j1" == caught.value.job_id


def test_a_429_until_the_deadline_ends_the_wait_at_once(world: Make) -> None:
    """W4: a 429 without retry_after closes the bucket for a moment; if no time is left after it, the wait ends."""
    w = world(served(polls=[error(429, takes=0.3)]))

    with pytest.raises(JobTimeout, match="429"):
        w.do(w.job(replace(PART, polling=HASTY)).wait(timeout=0.5))

    assert 0.3 == pytest.approx(w.elapsed)


def test_a_429_for_a_result_until_the_deadline_ends_the_wait_at_once(world: Make) -> None:
    """W4: the same if the job is done and only its result is missing."""
    w = world(served(polls=[DONE], result=[error(429, takes=0.3)]))

    with pytest.raises(JobTimeout, match="429"):
        w.do(w.job(replace(APART, polling=HASTY)).wait(timeout=0.5))

    assert 0.3 == pytest.approx(w.elapsed)


def test_a_429_for_another_job_ends_a_wait_that_cannot_poll_in_time(world: Make) -> None:
    """W4: a 429 closes the bucket for every job that is polled there."""
    w = world(served(submit=[TICKET], polls=[error(429, retry_after="40")]))
    job = w.do(w.jobs(PART).submit(url="u"))
    with pytest.raises(JobTimeout):
        w.do(w.jobs(PART).attach("j2").wait(timeout=10))

    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=10))

    assert 0 == w.elapsed
    assert 1 == len(w.polls)


@pytest.mark.parametrize("how", ["seconds", "field"])
def test_retry_after_counts_from_the_reply(world: Make, how: str) -> None:
    """W4: not from the request."""
    slow = report(
        "running", takes=4, **({"headers": {"retry-after": "10"}} if how == "seconds" else {"retry_after_ms": 10_000})
    )
    w = world(served(polls=[slow, DONE]))

    w.do(w.job(PART).wait(timeout=60, policy=Fixed(1)))

    assert [0, pytest.approx(14)] == w.polls


def test_retry_after_of_the_submit_reply_is_honoured(world: Make) -> None:
    """W4: a 202 with `Retry-After` delays the first poll."""
    w = world(served(submit=[Reply({"id": "j1", "status": "queued"}, 202, {"retry-after": "20"})], polls=[DONE]))

    w.do(w.jobs(PART).run(url="u"))

    assert [pytest.approx(20)] == w.polls


def test_retry_after_holds_for_the_next_wait(world: Make) -> None:
    """W4: a wait after a `JobTimeout` does not poll before the retry_after of the last reply."""
    w = world(served(polls=[error(429, retry_after="40"), DONE]))
    job = w.job(PART)
    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=10))

    w.do(job.wait(timeout=60))

    assert w.polls[1] >= 40


# --- the submit -----------------------------------------------------------------------------------


def test_a_submit_that_takes_all_the_time_leaves_none_to_wait(world: Make) -> None:
    """W1: the time of the submit counts; the error has the job that it created."""
    w = world(served(submit=[Reply({"id": "j1", "status": "queued"}, takes=9.9)], polls=[report("running", takes=5)]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.jobs(PART).run(url="u", timeout=10))

    assert w.elapsed <= 10
    assert "j1" == caught.value.job_id


def test_a_submit_that_is_not_answered_in_time_is_uncertain(world: Make) -> None:
    """W1, W11: the deadline of `run` also ends the submit, whose job may exist."""
    w = world(served(submit=[Reply({"id": "j1"}, takes=11)]))

    with pytest.raises(SubmitUncertain):
        w.do(w.jobs(PART).run(url="u", timeout=10))

    assert 10 == w.elapsed


def test_a_busy_server_does_not_make_the_submit_outlast_the_deadline(world: Make) -> None:
    """W1: retries of a refused submit end by the deadline of `run`."""
    w = world(served(submit=[error(429, retry_after="7")]))

    with pytest.raises(ClientError):
        w.do(w.jobs(PART).run(url="u", timeout=10))

    assert w.elapsed <= 10


def test_the_result_is_fetched_within_the_same_timeout(world: Make) -> None:
    """W1: a wait for a result that does not arrive ends at the deadline, and the error says that the job is done."""
    w = world(served(polls=[DONE], result=[cut_off()]))

    with pytest.raises(JobTimeout, match="done") as caught:
        w.do(w.job(APART).wait(timeout=10))

    assert w.elapsed <= 10
    assert "lost the connection" in str(caught.value.transient_error)


def test_the_message_of_a_timeout(world: Make) -> None:
    """W1: `JobTimeout` has the timeout, the polls, the last status, the advice, and the last snapshot."""
    w = world(served(polls=[RUNNING]))

    with pytest.raises(JobTimeout, match=r"after 9 s \(\d+ polls, last status 'running'\).*resume") as caught:
        w.do(w.job(PART).wait(timeout=9))

    assert caught.value.snapshot is not None
    assert "running" == caught.value.snapshot.status


def test_a_handle_can_be_waited_for_again(world: Make) -> None:
    """W1: a deadline ends the wait, not the handle."""
    w = world(lambda sent: DONE if sent.at > 30 else RUNNING)
    job = w.job(PART)
    with pytest.raises(JobTimeout):
        w.do(job.wait(timeout=10))

    assert "hello" == w.do(job.wait(timeout=60)).text


def test_polls_follow_the_policy(world: Make) -> None:
    """W4: between first poll and deadline, delays are those of the policy."""
    w = world(lambda sent: DONE if sent.at > 40 else RUNNING)

    w.do(w.job(PART).wait(timeout=60, policy=Fixed(4)))

    assert [pytest.approx(4 * n) for n in range(12)] == w.polls


def test_the_default_schedule_stays_within_the_interval(world: Make) -> None:
    """W4: without a policy, delays grow from the minimum to the maximum interval, plus up to 5 % jitter."""
    w = world(lambda sent: DONE if sent.at > 50 else RUNNING)

    w.do(w.job(PART).wait(timeout=None, policy=Adaptive(POLLING)))
    pauses = [after - before for before, after in zip(w.polls, w.polls[1:], strict=False)]

    assert all(2 <= pause <= 5.25 for pause in pauses)
    assert pauses[0] <= 2.1
    assert pauses[-1] >= 5.0


def test_the_result_is_fetched_at_once(world: Make) -> None:
    """W1: there is no delay between the poll with the final status and the fetch of the result."""
    w = world(served(polls=[DONE], result=[PAGE]))

    w.do(w.job(APART).wait())

    assert 0 == w.elapsed
    assert ["GET /v2/jobs/j1", "GET /v2/jobs/j1/result"] == w.lines


def _late(sent: Sent) -> Reply:
    return TICKET if sent.request.method == "POST" else DONE if sent.at > 5 else RUNNING


def test_early_wake_ups_are_slept_again(world: Make) -> None:
    """W10: early wake-ups do not make polls more frequent."""
    w = world(_late)
    w.clock.time.drift = 0.3

    w.do(w.jobs(PART).run(url="u", policy=Fixed(3)))

    assert [pytest.approx(3), pytest.approx(6)] == w.polls


def test_the_last_poll_is_earlier_if_the_result_has_its_own_address(world: Callable[..., World]) -> None:
    """W5: it leaves time for two quick requests, twice over, before the deadline."""
    of = replace(APART, polling=replace(APART.polling, interval=(40.0, 40.0)))
    acme = world(served(polls=[RUNNING], submit=[Reply({"id": "j1"})]))

    with pytest.raises(JobTimeout):
        acme.do(acme.job(of).wait(timeout=60.0))

    assert 60.0 - 2 * 2 * 0.125 == acme.sent[-1].at


def test_the_last_poll_is_in_the_last_quarter(world: Callable[..., World]) -> None:
    """W5: however slow the server is, the last poll is not sent before 75 % of the timeout have passed."""
    slow = Reply(RUNNING.body, takes=25.0)
    acme = world(served(polls=[slow]))

    with pytest.raises(JobTimeout):
        acme.do(acme.job(PART).wait(timeout=100.0, policy=Fixed(70.0)))

    assert [0.0, 75.0] == [sent.at for sent in acme.sent]


@pytest.mark.parametrize(("delay", "due"), [(9.5, 9.5), (10.0, None), (10.5, None)])
def test_no_poll_is_due_at_the_deadline_or_later(delay: float, due: float | None) -> None:
    """W1: its reply would be too late."""
    assert due == next_poll(now=0.0, delay=delay, not_before=0.0, last=20.0, deadline=10.0)


def test_a_result_is_requested_once_more_before_the_deadline(world: Make) -> None:
    """W5: a result that becomes ready during the last delay is fetched before the deadline."""
    w = world(served(polls=[DONE], result=[error(409), error(409), PAGE]))

    assert "hello" == w.do(w.job(APART).wait(timeout=60, policy=Fixed(50))).text
    assert 50 < w.sent[-1].at < 60


def test_retry_after_of_a_result_is_at_most_a_day(world: Make) -> None:
    """W4: a longer one is cut, as for polls."""
    w = world(served(polls=[DONE], result=[error(409, retry_after="315360000"), PAGE]))

    assert "hello" == w.do(w.job(APART).wait(timeout=None)).text
    assert 86_400 == pytest.approx(w.elapsed, abs=1)

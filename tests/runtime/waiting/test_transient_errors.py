"""W6, W7, W8, W9: transient errors are retried, others end the wait, and an unknown status is no error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from bide_runtime.errors.client import ClientError
from bide_runtime.errors.decode import DecodeError
from bide_runtime.errors.transport import ConnectionFailed, ReplyTooLarge, RequestTimeout, TransportError
from bide_runtime.http.errors import (
    ApiError,
    AuthenticationError,
    BadRequest,
    Gone,
    NotFound,
    PaymentRequired,
    PermissionDenied,
    RateLimited,
    ServerError,
)
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.jobs.snapshot import Update
from bide_runtime.waiting.policies.policy import Fixed
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import APART, PART, PROVIDER, SHY
from tests.runtime.fakes import Reply, cut_off, unreachable
from tests.runtime.storms import FAULTS, Steady, Storm, outcome, replies, rule, storms
from tests.runtime.world import CUT, DONE, HTML, MODES, PAGE, RUNNING, TICKET, Mode, World, error, report, served

Make = Callable[..., World]

TRANSIENT: dict[str, Reply] = {
    **{str(status): error(status) for status in FAULTS},
    "cut connection": cut_off(),
    "unreachable": unreachable(),
    "slow": report("running", takes=31),
    "html": HTML,
    "empty": Reply(b""),
    "cut json": CUT,
    "not text": Reply(b"\xff\xfe"),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_transient_error_is_retried(world: Make, fault: Reply) -> None:
    """W6: each kind, several times in a row, and more often than `max_retries`."""
    w = world(served(polls=[RUNNING, fault, fault, fault, fault, fault, fault, DONE]), max_retries=1)

    page = w.do(w.job(PART).wait(timeout=600))

    assert "hello" == page.text
    assert 8 == len(w.polls)


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_transient_error_of_the_result_is_retried(world: Make, fault: Reply) -> None:
    """W6: the result of a job that is done is requested again."""
    w = world(served(polls=[DONE], result=[fault, fault, PAGE]))

    assert "hello" == w.do(w.job(APART).wait(timeout=600)).text
    assert 1 == len(w.polls)


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_timeout_has_the_last_transient_error(world: Make, fault: Reply) -> None:
    """W6: `JobTimeout` has it in its message and as an attribute."""
    w = world(served(polls=[fault]))

    with pytest.raises(JobTimeout) as caught:
        w.do(w.job(PART).wait(timeout=100))

    assert isinstance(caught.value.transient_error, ApiError | TransportError | DecodeError)
    assert caught.value.transient_error is caught.value.__cause__
    assert caught.value.transient_error.message in str(caught.value)


@rule
@given(
    st.lists(st.sampled_from(sorted(TRANSIENT)), min_size=1, max_size=15),
    st.sampled_from(MODES),
)
def test_no_sequence_of_transient_errors_ends_a_wait(names: list[str], mode: Mode) -> None:
    """W6: in any number and order, the wait returns its result if there is time."""
    w = World(mode, served(polls=[*(TRANSIENT[name] for name in names), DONE]))

    assert "hello" == w.do(w.job(PART).wait(timeout=None)).text


@rule
@given(storms(statuses=(200, 202, *FAULTS)), st.sampled_from(MODES))
def test_a_wait_never_raises_a_transient_error(storm: Storm, mode: str) -> None:
    """W6: a wait ends with its result, an ending of the job, a wrong shape or the deadline."""
    _, came = storm.wait(mode)

    assert not isinstance(came, TransportError | ApiError)


def test_backoff_grows(world: Make) -> None:
    """W6: delays between transient errors grow, have jitter, and stay below 30 s."""
    w = world(served(polls=[*[error(503)] * 12, DONE]))

    w.do(w.job(PART).wait(timeout=None))
    pauses = [after - before for before, after in pairwise(w.polls)]

    for number, pause in enumerate(pauses):
        longest = min(0.5 * 2**number, 30.0)
        assert max(longest / 2, 1.0) - 1e-6 <= pause <= max(longest, 1.0) + 1e-6


def test_a_success_ends_the_backoff(world: Make) -> None:
    """W6: after it, the policy's delays apply again."""
    bad = [error(500)] * 8
    w = world(served(polls=[*bad, RUNNING, DONE]))

    w.do(w.job(PART).wait(timeout=None, policy=Fixed(3)))

    assert 3 == pytest.approx(w.polls[-1] - w.polls[-2])


def test_a_429_never_shortens_the_delay(world: Make) -> None:
    """W6: after a 429 the delay is at least the policy's."""
    w = world(served(polls=[error(429), DONE]))

    w.do(w.job(PART).wait(policy=Fixed(20)))

    assert w.polls[1] >= 20


def test_a_transient_error_is_retried_before_a_long_interval_ends(world: Make) -> None:
    """W6: a lost connection is retried soon, even if polls are a minute apart."""
    w = world(served(polls=[cut_off(), DONE]))

    w.do(w.job(PART).wait(timeout=600, policy=Fixed(60)))

    assert w.polls[1] <= 1.5


def test_updates_have_the_transient_error(world: Make) -> None:
    """W6: `on_update` gets each transient error, and none after a success."""
    seen: list[Update[Any]] = []
    w = world(served(polls=[RUNNING, error(502), cut_off(), RUNNING, DONE]))

    w.do(w.job(PART).wait(timeout=None, on_update=seen.append))

    assert [None, ServerError, ConnectionFailed, None, None] == [
        update.transient_error and type(update.transient_error) for update in seen
    ]
    assert [1, 2, 3, 4, 5] == [update.polls for update in seen]
    assert ["running"] * 4 + ["done"] == [update.status for update in seen]
    assert seen[-1].next_poll_in is None
    assert ["j1", "j1"] == [update.transient_error.job_id for update in seen if update.transient_error is not None]


def test_one_poll_is_retried(world: Make) -> None:
    """W6: `poll()` and `get()` retry transient errors, up to `max_retries` times."""
    w = world(served(polls=[error(502), CUT, cut_off(), RUNNING]))

    assert "running" == w.do(w.jobs(PART).get("j1")).status


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (error(503), ServerError),
        (cut_off(), ConnectionFailed),
        (report("x", takes=99), RequestTimeout),
        (error(429), RateLimited),
    ],
)
def test_one_poll_raises_the_last_transient_error(world: Make, fault: Reply, kind: type[Exception]) -> None:
    """W6: `poll()` has no deadline; after its last retry it raises the error, with the job."""
    w = world(served(polls=[fault]), max_retries=2)

    with pytest.raises(kind) as caught:
        w.do(w.job(PART).poll())

    assert 3 == len(w.polls)
    assert "j1" == caught.value.job_id  # type: ignore[attr-defined]  # every error of ours has it


# --- W7 -------------------------------------------------------------------------------------------

REFUSALS = {
    400: BadRequest,
    401: AuthenticationError,
    402: PaymentRequired,
    403: PermissionDenied,
    404: NotFound,
    410: Gone,
    418: ApiError,
    501: ServerError,
    302: ApiError,
    204: ApiError,
}


@pytest.mark.parametrize(("status", "kind"), REFUSALS.items(), ids=map(str, REFUSALS))
def test_a_permanent_error_ends_the_wait_at_once(world: Make, status: int, kind: type[ApiError]) -> None:
    """W7: it is raised as itself, with the job and its token."""
    w = world(served(polls=[RUNNING, error(status), DONE]))
    job = w.job(PART)

    with pytest.raises(kind) as caught:
        w.do(job.wait(timeout=None, policy=Fixed(5)))

    assert kind is type(caught.value)
    assert status == caught.value.status
    assert f"c{status}" == caught.value.code
    assert ("j1", job.token) == (caught.value.job_id, caught.value.token)
    assert 5 == pytest.approx(w.elapsed)


WRONG_SHAPES: dict[str, tuple[bytes, str]] = {
    "list": (b"[]", "$"),
    "null": (b"null", "$"),
    "number status": (b'{"status": 3}', "$.status"),
    "deep": (b'{"status": "done", "page": {"text": 7}}', "$.page.text"),
    "missing": (b'{"status": "done", "page": {}}', "$.page"),
}


@pytest.mark.parametrize(("body", "path"), WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_a_reply_of_the_wrong_shape_ends_the_wait_at_once(world: Make, body: bytes, path: str) -> None:
    """W7: complete JSON that does not match the spec is raised with its path."""
    w = world(served(polls=[Reply(body), DONE]))

    with pytest.raises(DecodeError) as caught:
        w.do(w.job(PART).wait(timeout=None))

    assert path == caught.value.path
    assert body == caught.value.body
    assert "j1" == caught.value.job_id
    assert 1 == len(w.polls)


def test_a_result_of_the_wrong_shape_ends_the_wait_at_once(world: Make) -> None:
    """W7: the same for a result at its own address."""
    w = world(served(polls=[DONE], result=[Reply({"text": None})]))

    with pytest.raises(DecodeError, match=r"\$\.text") as caught:
        w.do(w.job(APART).wait(timeout=None))

    assert "j1" == caught.value.job_id


@pytest.mark.parametrize("status", [400, 401, 402, 403, 418, 501])
def test_a_refused_result_ends_the_wait_at_once(world: Make, status: int) -> None:
    """W7: a permanent error of the result's address is not retried."""
    w = world(served(polls=[DONE], result=[error(status)]))

    with pytest.raises(ApiError) as caught:
        w.do(w.job(APART).wait(timeout=None))

    assert status == caught.value.status
    assert "j1" == caught.value.job_id
    assert 2 == len(w.sent)


def test_a_reply_that_is_too_large_ends_the_wait_with_the_job(world: Make) -> None:
    """W7: an error of the transport that is not transient has the job too."""
    w = world(served(polls=[Reply(lost=ReplyTooLarge("the reply is larger than 64 MB"))]))

    with pytest.raises(ReplyTooLarge) as caught:
        w.do(w.job(PART).wait(timeout=None))

    assert "j1" == caught.value.job_id
    assert caught.value.token is not None


@rule
@given(st.lists(replies(), min_size=1, max_size=4), st.sampled_from(MODES), st.sampled_from([PART, APART]))
def test_every_error_of_a_wait_has_its_job(answers: list[Reply], mode: Mode, of: Any) -> None:
    """W7: id and token."""
    w = World(mode, served(polls=answers, result=answers))
    job = w.job(of)
    came = outcome(w, lambda: job.wait(timeout=20))

    if isinstance(came, ClientError):
        assert ("j1", job.token) == (came.job_id, came.token)


def test_a_single_poll_waits_as_long_as_an_error_asks(world: Make) -> None:
    """W4: `poll()` is sent again after its Retry-After, not after the usual backoff."""
    w = world(served(polls=[error(503, retry_after="7"), DONE]))

    w.do(w.job(PART).poll())

    assert 7.0 == w.polls[1] - w.polls[0]


# --- W8 -------------------------------------------------------------------------------------------


def test_a_job_that_is_not_visible_yet_is_waited_for(world: Make) -> None:
    """W8: right after the submit, a 404 does not end the wait."""
    w = world(served(submit=[TICKET], polls=[error(404), error(404), error(404), RUNNING, DONE]))

    assert "hello" == w.do(w.jobs(SHY).run(url="u")).text


def test_a_404_at_the_last_moment_of_the_grace_is_waited_for(world: Make) -> None:
    """W8: the grace is as long as the spec says, its end included."""
    w = world(served(submit=[TICKET], polls=[error(404), DONE]))

    assert "hello" == w.do(w.jobs(SHY).run(url="u", policy=Fixed(10.0))).text
    assert 10.0 == w.polls[0]


def test_the_grace_ends(world: Make) -> None:
    """W8: a 404 after the grace is an error."""
    w = world(served(submit=[TICKET], polls=[error(404)]))

    with pytest.raises(NotFound) as caught:
        w.do(w.jobs(SHY).run(url="u"))

    assert 10 <= w.elapsed <= 20
    assert "j1" == caught.value.job_id


def test_the_grace_counts_from_the_submit(world: Make) -> None:
    """W8: a handle that is resumed in time has the rest of the grace; one resumed later has none."""
    w = world(served(submit=[TICKET], polls=[error(404)]))
    token = w.do(w.jobs(SHY).submit(url="u")).token
    w.clock.time.advance(6)

    with pytest.raises(NotFound):
        w.do(w.jobs(SHY).resume(token).wait())

    assert 10 <= w.elapsed <= 20
    before = w.elapsed
    with pytest.raises(NotFound):
        w.do(w.jobs(SHY).resume(token).wait())
    assert w.elapsed <= before + 1.001


def test_an_attached_job_has_no_grace(world: Make) -> None:
    """W8: the time of its submit is not known."""
    w = world(served(polls=[error(404)]))

    with pytest.raises(NotFound):
        w.do(w.job(SHY).wait())

    assert 1 == len(w.polls)


def test_without_grace_a_404_right_after_the_submit_is_an_error(world: Make) -> None:
    """W8: also for a job that is 0 s old."""
    w = world(served(submit=[TICKET], polls=[error(404), DONE]))

    with pytest.raises(NotFound):
        w.do(w.jobs(PART).run(url="u", policy=Steady(0.0), timeout=60))


def test_without_a_grace_in_the_spec_a_404_is_an_error(world: Make) -> None:
    """W8: at once."""
    w = world(served(submit=[TICKET], polls=[error(404)]))

    with pytest.raises(NotFound):
        w.do(w.jobs(PART).run(url="u"))

    assert 1 == len(w.polls)


# --- W9 -------------------------------------------------------------------------------------------


def test_an_unknown_status_does_not_end_the_wait(world: Make, caplog: pytest.LogCaptureFixture) -> None:
    """W9: it is in the updates, is logged once, and is not final."""
    seen: list[Update[Any]] = []
    w = world(served(polls=[report("warming-up"), report("warming-up"), report("warming-up"), DONE]))

    with caplog.at_level(logging.WARNING):
        page = w.do(w.job(PART).wait(on_update=seen.append))

    assert "hello" == page.text
    assert ["warming-up"] * 3 + ["done"] == [update.status for update in seen]
    assert ["running"] * 3 + ["succeeded"] == [update.state for update in seen]
    assert 1 == sum("warming-up" in record.message for record in caplog.records)
    assert ["acme_client"] == [record.name for record in caplog.records]


def test_an_unknown_status_ends_at_the_deadline(world: Make) -> None:
    """W9: a wait with an unknown status ends at its deadline, and the error has the status."""
    w = world(served(polls=[report("archived")]))

    with pytest.raises(JobTimeout, match="'archived'"):
        w.do(w.job(PART).wait(timeout=30))

    assert 20 <= w.elapsed <= 30


@pytest.mark.parametrize("reply", [report(None), Reply({})])
def test_a_reply_without_a_status_is_not_final(world: Make, reply: Reply) -> None:
    """W9: it changes nothing."""
    w = world(served(polls=[reply, DONE]))

    assert "hello" == w.do(w.job(PART).wait()).text


def test_an_unknown_status_of_the_submit_is_no_error(world: Make) -> None:
    """W9: as in a poll."""
    w = world(served(submit=[Reply({"id": "j1", "status": "accepted"})], polls=[DONE]))

    assert "hello" == w.do(w.jobs(PART).run(url="u")).text


def test_the_grace_is_only_for_404(world: Make) -> None:
    """W7: another error of a new job is not retried."""
    w = world(served(submit=[TICKET], polls=[error(401), RUNNING]))
    job = w.do(w.jobs(SHY).submit(url="u"))

    with pytest.raises(AuthenticationError):
        w.do(job.poll())


def test_one_poll_waits_for_a_job_that_is_not_visible_yet(world: Make) -> None:
    """W8: `poll()` retries a 404 within the grace, like a transient error."""
    w = world(served(submit=[TICKET], polls=[error(404), RUNNING]))
    job = w.do(w.jobs(SHY).submit(url="u"))

    assert "running" == w.do(job.poll()).status


# --- errors in 2xx replies ------------------------------------------------------------------------

LOST = Reply({"error": {"code": "internal", "message": "the worker was lost"}, "status": 7})
"""An error in one of the provider's shapes, in place of a report."""


def test_an_error_in_a_2xx_reply_ends_the_wait(world: Make) -> None:
    """W7: with the provider's code and message instead of a decode error."""
    w = world(served(polls=[LOST]))

    with pytest.raises(ApiError, match=r"\[internal\]: the worker was lost"):
        w.do(w.job(PART).wait())

    assert 1 == len(w.polls)


@pytest.mark.parametrize("call", ["wait", "poll"])
@pytest.mark.parametrize("mode", MODES)
def test_a_transient_code_is_retried(mode: Mode, call: str) -> None:
    """W6: the spec can list transient codes and HTTP statuses."""
    provider = replace(PROVIDER, transient=frozenset({561, "internal"}))
    w = World(mode, served(polls=[LOST, error(561), Reply(LOST.body, 400), DONE]), provider)

    w.do(getattr(w.job(PART), call)())

    assert 4 == len(w.polls)


def test_an_error_in_place_of_the_result_is_raised(world: Make) -> None:
    """W7: the same at the address of a result."""
    w = world(served(polls=[report("done", ready=True)], result=[Reply(REFUSED)]))

    with pytest.raises(ApiError, match="no such plan"):
        w.do(w.job(APART).wait())


REFUSED = {"error": {"code": "plan", "message": "no such plan"}}


def test_one_poll_honours_retry_after(world: Make) -> None:
    """W4: a single poll is tried again no earlier than the provider says."""
    w = world(served(polls=[error(429, retry_after="7"), RUNNING]))
    w.do(w.job(PART).poll())

    assert 7 <= w.polls[1] - w.polls[0] < 9

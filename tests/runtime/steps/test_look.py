"""One look at a job: what it sends, when the next is due, and what another process knows by its memo."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from bide_runtime.errors.client import InvalidArgument, InvalidToken
from bide_runtime.http.errors import AuthenticationError, ServerError
from bide_runtime.jobs.errors import JobCancelled, JobExpired, JobFailed, JobNotDone
from bide_runtime.jobs.kind import JobKind
from bide_runtime.jobs.state import State
from bide_runtime.steps.look import Look
from bide_runtime.waiting.policies.policy import Fixed
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import APART, PART, Page
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import BROKEN, DONE, LOST, PAGE, RUNNING, STOPPED, TICKET, World, error, served

Make = Any


def look_until_over(w: World, of: JobKind[Any, Any], token: str) -> list[Look[Any, Any]]:
    """All looks at a job, each when it is due."""
    memo: str | None = None
    looks: list[Look[Any, Any]] = []
    while not looks or not looks[-1].is_over:
        found = w.do(w.jobs(of).look(token, memo))
        looks.append(found)
        token, memo = found.token, found.memo
        if found.due_at is not None:
            w.clock.time.advance(max(found.due_at - w.clock.wall(), 0.0))
    return looks


def test_looks_find_the_result(world: Make) -> None:
    """A look polls once and says when the next is due; the last one has the result."""
    w = world(served(submit=[TICKET], polls=[RUNNING, RUNNING, DONE]))
    token = w.do(w.jobs(PART).submit(url="u")).token
    first, *more = look_until_over(w, PART, token)

    assert (False, State.PENDING) == (first.was_polled, first.state)
    assert [State.RUNNING, State.RUNNING, State.SUCCEEDED] == [look.state for look in more]
    assert Page(text="hello") == more[-1].result
    assert [2.0, 4.0, 6.5] == pytest.approx(w.polls, rel=0.06)
    assert [] == w.clock.naps


def test_a_look_before_its_time_sends_nothing(world: Make) -> None:
    """However often it is called, the minimum interval and the schedule hold."""
    w = world(served(polls=[RUNNING]))
    token = w.job(PART).token
    first = w.do(w.jobs(PART).look(token))
    again = [w.do(w.jobs(PART).look(token, first.memo)) for _ in range(5)]

    assert [1, first.due_at] == [len(w.polls), again[-1].due_at]
    assert not any(look.was_polled for look in again)
    with pytest.raises(JobNotDone, match="still 'running'"):
        _ = again[-1].result


def test_another_process_keeps_the_minimum_interval(world: Make) -> None:
    """It has nothing but token and memo."""
    one, other = (world(served(polls=[RUNNING])) for _ in range(2))
    first = one.do(one.jobs(PART).look(one.job(PART).token))
    second = other.do(other.jobs(PART).look(first.token, first.memo))

    assert [] == other.sent
    assert first.due_at == second.due_at


@pytest.mark.parametrize(
    ("end", "raised", "code"), [(BROKEN, JobFailed, "E7"), (STOPPED, JobCancelled, None), (LOST, JobExpired, None)]
)
def test_a_job_that_is_over_is_never_asked_again(world: Make, end: Any, raised: type[Any], code: str | None) -> None:
    """The memo has status, code and reason, so another process raises the same error without a request."""
    one, other = world(served(polls=[end])), world(served())
    first = one.do(one.jobs(PART).look(one.job(PART).token))
    second = other.do(other.jobs(PART).look(first.token, first.memo))

    assert [] == other.sent
    for look in (first, second):
        with pytest.raises(raised) as caught:
            _ = look.result
        assert ("j1", first.status, code) == (caught.value.job_id, caught.value.status, caught.value.code)
    assert str(first.error) == str(second.error)


def test_a_known_end_needs_the_result_alone(world: Make) -> None:
    """If the result has an address of its own, the job is not polled again."""
    one = world(served(polls=[DONE], result=[error(503)]))
    first = one.do(one.jobs(APART).look(one.job(APART).token))
    other = world(served(result=[PAGE]))
    other.clock.time.advance(60.0)
    second = other.do(other.jobs(APART).look(first.token, first.memo))

    assert [State.SUCCEEDED, False] == [first.state, first.is_over]
    assert isinstance(first.transient_error, ServerError)
    assert ["GET /v2/jobs/j1/result"] == other.lines
    assert Page(text="hello") == second.result


def test_a_result_that_is_not_ready_is_looked_for_later(world: Make) -> None:
    """Without sleeping: a look sends one request for it."""
    w = world(served(polls=[DONE], result=[error(409), PAGE]))
    looks = look_until_over(w, APART, w.job(APART).token)

    assert [False, True] == [look.is_over for look in looks]
    assert [] == w.clock.naps


def test_a_failed_request_is_a_later_look(world: Make) -> None:
    """Errors in a row are counted in the memo, so the backoff goes on in another process."""
    w = world(served(polls=[error(502), error(502), error(502), DONE]))
    looks = look_until_over(w, PART, w.job(PART).token)

    assert [1, 2, 3] == [json.loads(look.memo)["errors"] for look in looks[:3]]
    assert all(isinstance(look.transient_error, ServerError) for look in looks[:3])


def test_an_error_that_looking_again_will_not_fix_is_raised(world: Make) -> None:
    """W7: it says nothing of how the job ended, and has its token."""
    w = world(served(polls=[error(401)]))
    with pytest.raises(AuthenticationError) as caught:
        w.do(w.jobs(PART).look(w.job(PART).token))
    assert caught.value.token is not None


def test_a_clock_that_was_set_back_does_not_stop_a_job(world: Make) -> None:
    """The next look is as far away as it was when the memo was made."""
    w = world(served(polls=[RUNNING]))
    first = w.do(w.jobs(PART).look(w.job(PART).token, policy=Fixed(10)))
    memo = json.loads(first.memo)
    late = json.dumps(memo | {"looked_at": memo["looked_at"] + 1e6, "due_at": memo["due_at"] + 1e6})
    second = w.do(w.jobs(PART).look(first.token, late))

    assert second.due_at == pytest.approx(w.clock.wall() + 10)


@pytest.mark.parametrize("memo", ["", "{", "[]", '{"bide": 2}', '{"polls": "x"}', "x" * 9000, 7, "\ud800"])
def test_a_damaged_memo_is_refused(world: Make, memo: Any) -> None:
    """In one sentence, before anything is sent."""
    w = world(served())
    with pytest.raises(InvalidArgument, match="memo"):
        w.do(w.jobs(PART).look(w.job(PART).token, memo))
    with pytest.raises(InvalidToken):
        w.do(w.jobs(PART).look("x"))
    assert [] == w.sent


@rule
@given(storms(), st.data())
def test_looks_of_many_processes_are_one_wait(storm: Storm, data: st.DataObject) -> None:
    """W2, W3: whatever the provider replies, and each look in another process: no poll too early or after the end."""
    server, token, memo = storm.begin(), None, None
    polls: list[float] = []
    at = 0.0
    for _ in range(30):
        w = World("sync", server)
        w.clock.time.advance(at)
        if token is None:
            token = w.job(storm.of).token
        try:
            found = w.jobs(storm.of).look(token, memo)
        except Exception:
            break
        finally:
            polls += w.polls
        assert len(w.polls) == found.was_polled
        token, memo = found.token, found.memo
        if found.due_at is None:
            assert w.jobs(storm.of).look(token, memo).was_polled in (False, storm.of.lifecycle.result == ())
            break
        early = data.draw(st.sampled_from([0.0, 0.0, 0.5]))
        at = w.clock.now() + max((found.due_at - w.clock.wall()) * (1 - early), 0.0)
    least = storm.of.polling.min_interval
    assert all(later - earlier >= least - 1e-6 for earlier, later in itertools.pairwise(polls))

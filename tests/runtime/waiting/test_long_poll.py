"""Long polling: polls are held for as long as server and deadline allow, and a wait is never slower for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from bide_runtime.http.long_poll import LongPoll
from bide_runtime.http.request import Request
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.jobs.polling import Polling
from bide_runtime.jobs.record import Record
from bide_runtime.jobs.requests.result_at import ResultAt
from bide_runtime.waiting.deadline import Deadline
from bide_runtime.waiting.flow import Received, Running, Send, Sleep
from bide_runtime.waiting.policies.policy import Adaptive
from bide_runtime.waiting.poller import Poller
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.acme import Page, kind
from tests.runtime.fakes import Reply, Sent, cut_off
from tests.runtime.storms import Storm, rule, storms
from tests.runtime.world import DONE, MODES, PAGE, QUEUED, RUNNING, TICKET, World, error, is_poll, report, served

Make = Callable[..., World]

POLLING = Polling(interval=(2.0, 5.0), min_interval=1.0, timeout=60.0)
BY_QUERY = kind("held", Page, result=("page",), polling=POLLING, long_poll=LongPoll(query="wait", max_seconds=20.0))
BY_HEADER = kind("held", Page, result=("page",), polling=POLLING, long_poll=LongPoll(header="Prefer", max_seconds=20.0))
APART = kind(
    "held",
    Page,
    result=ResultAt(path="/jobs/{job_id}/result"),
    polling=POLLING,
    long_poll=LongPoll(query="wait", max_seconds=20.0),
)


def wanted(sent: Sent) -> int:
    """The seconds for which a poll asks to be held."""
    _, _, text = sent.request.url.partition("wait=")
    return int(text or sent.request.headers.get("prefer", "wait=0").removeprefix("wait="))


def long_poll_until(done_at: float, *, news_at: float = 0.0, slow: float = 0.0) -> Callable[[Sent], Reply]:
    """A server that holds polls until the job changes, and takes *slow* seconds for any request."""

    def answer(sent: Sent) -> Reply:
        if not is_poll(sent):
            return TICKET if sent.request.method == "POST" else PAGE
        changes = [at for at in (news_at, done_at) if at > sent.at]
        until = min([sent.at + wanted(sent), *changes]) if changes else sent.at
        state = {"status": "done", "page": {"text": "x"}} if until >= done_at else {"status": "running"}
        return report(**(state if until >= news_at else {"status": "queued"}), takes=until - sent.at + slow)

    return answer


@pytest.mark.parametrize(
    ("long_poll", "url", "headers"),
    [
        (LongPoll(query="wait", max_seconds=20.0), "https://a.example/j?wait=7", {}),
        (LongPoll(header="Prefer", max_seconds=20.0), "https://a.example/j", {"prefer": "wait=7"}),
        (LongPoll(header="X-Wait", max_seconds=20.0), "https://a.example/j", {"x-wait": "7"}),
    ],
)
def test_the_form_of_a_long_poll(long_poll: LongPoll, url: str, headers: dict[str, str]) -> None:
    """Whole seconds in a query parameter or a header; `Prefer` as in RFC 7240."""
    asked = long_poll.apply(Request(method="GET", url="https://a.example/j", headers={}), 7)

    assert (asked.url, asked.headers) == (url, headers)


def test_an_existing_query_is_kept() -> None:
    """Such as a key."""
    long_poll = LongPoll(query="wait", max_seconds=20.0)

    assert (
        "https://a.example/j?k=1&wait=7"
        == long_poll.apply(Request(method="GET", url="https://a.example/j?k=1", headers={}), 7).url
    )


@pytest.mark.parametrize("of", [BY_QUERY, BY_HEADER])
def test_a_held_poll_returns_when_the_job_is_done(of: Any, world: Make) -> None:
    """The first poll is sent at once; after a poll that was held to the end, the next follows after min_interval."""
    w = world(long_poll_until(50.0))

    w.do(w.jobs(of).run(url="https://x.example"))

    assert [0.0, 21.0, 42.0] == w.polls
    assert [20, 20] == [wanted(sent) for sent in w.sent if is_poll(sent)][:2]
    assert 50.0 == w.elapsed


def test_only_min_interval_delays_the_next_long_poll(world: Make) -> None:
    """With a short min_interval, the next poll follows that soon."""
    quick = Polling(interval=(2.0, 5.0), min_interval=0.25, timeout=60.0)
    w = world(long_poll_until(50.0))

    w.do(
        w.jobs(
            kind("quick", Page, result=("page",), polling=quick, long_poll=LongPoll(query="wait", max_seconds=20.0))
        ).run(url="u")
    )

    assert [0.0, 20.25, 40.5] == w.polls


def test_a_changed_status_is_followed_by_a_poll_at_once(world: Make) -> None:
    """A poll that returned early because the status changed was held."""
    w = world(long_poll_until(8.0, news_at=3.0))

    w.do(w.jobs(BY_QUERY).run(url="https://x.example"))

    assert [0.0, 4.0] == w.polls
    assert 8.0 == w.elapsed


def test_a_server_that_does_not_hold_is_polled_by_the_policy(world: Make) -> None:
    """W3: if polls return at once, the policy's delays apply, from the start of each."""
    w = world(served(submit=[TICKET], polls=[RUNNING]))

    with pytest.raises(JobTimeout):
        w.do(w.jobs(BY_QUERY).run(url="https://x.example", timeout=60))

    # The status of the first is news; after that there is none.
    assert all(after - before >= 2.0 for before, after in list(pairwise(w.polls))[1:-1])
    assert len(w.polls) < 20


def test_a_server_that_holds_for_less_is_polled_by_the_policy(world: Make) -> None:
    """The time for which a poll was held is part of the delay."""
    w = world(served(polls=[report("queued", takes=1.5)]))

    with pytest.raises(JobTimeout):
        w.do(w.job(BY_QUERY).wait(timeout=40))

    starts = list(pairwise(w.polls))[:-3]
    assert all(2.5 <= after - before <= 5.5 + 1e-6 for before, after in starts)


@pytest.mark.parametrize("timeout", [1.5, 5.0, 19.5, 20.5, 59.0])
@pytest.mark.parametrize("slow", [0.0, 0.3])
def test_the_last_poll_is_answered_before_the_deadline(timeout: float, slow: float, world: Make) -> None:
    """W1, W5: no poll is held past the deadline, and the reply to the last one arrives in time."""
    w = world(long_poll_until(1e9, slow=slow))

    with pytest.raises(JobTimeout):
        w.do(w.job(BY_QUERY).wait(timeout=timeout))

    assert w.elapsed <= timeout + 1e-6
    assert all(sent.at + wanted(sent) < timeout for sent in w.sent)
    assert w.polls[-1] + wanted(w.sent[-1]) >= timeout - max(timeout / 4, 1.0) - slow - 1.0


def test_the_timeout_of_a_long_poll(world: Make) -> None:
    """W1: the held time plus the usual timeout, but not past the deadline."""
    w = world(long_poll_until(1e9), timeout=15.0)

    with pytest.raises(JobTimeout):
        w.do(w.job(BY_QUERY).wait(timeout=55))

    assert 35.0 == w.sent[0].timeout
    assert all(sent.timeout <= min(wanted(sent) + 15.0, 55 - sent.at) + 1e-6 for sent in w.sent)


def test_the_time_held_is_not_the_time_of_a_request(world: Make) -> None:
    """W5: the time for which a poll was held does not count as the duration of a request."""
    w = world(long_poll_until(1e9))

    with pytest.raises(JobTimeout):
        w.do(w.job(APART).wait(timeout=50))

    assert w.polls[-1] >= 48.0


def test_repeated_errors_suspend_long_polling(world: Make) -> None:
    """W6: if a proxy cuts off held polls, the job is polled without holding."""

    def proxy(sent: Sent) -> Reply:
        if wanted(sent):
            return error(504, takes=10.0)
        return DONE if sent.at > 30 else QUEUED

    w = world(proxy)

    assert "hello" == w.do(w.job(BY_QUERY).wait(timeout=200)).text
    asked = [wanted(sent) > 0 for sent in w.sent]
    assert [True, True, False] == asked[:3]


def test_one_error_does_not_suspend_long_polling(world: Make) -> None:
    """W6: after a single error, the next poll may be held again, after the backoff."""
    replies = [cut_off()]
    server = long_poll_until(10.0)
    w = world(lambda sent: replies.pop() if replies else server(sent))

    w.do(w.job(BY_QUERY).wait())

    assert 2 == len(w.polls)
    assert w.elapsed == 10.0


def test_retry_after_is_honoured(world: Make) -> None:
    """W4: also after a poll that was held."""
    w = world(served(polls=[report("queued", takes=20.0, retry_after_ms=7000), DONE]))

    w.do(w.job(BY_QUERY).wait())

    assert [0.0, 27.0] == w.polls


def test_poll_is_not_held(world: Make) -> None:
    """`poll()` returns at once."""
    w = world(long_poll_until(1e9))

    w.do(w.job(BY_QUERY).poll())

    assert [0] == [wanted(sent) for sent in w.sent]


def test_a_batch_does_not_long_poll() -> None:
    """A held poll would keep a connection from other jobs."""
    world = World("sync", long_poll_until(1e9))
    session, record = world.client._session, Record(BY_QUERY, "j1")
    asked = {}
    for name, here in (("alone", session), ("in a batch", session.coalescing)):
        flow = Poller(here, record, Adaptive(POLLING), Deadline(60.0, 0.0)).until_final(0.0)
        running, action, now = Running(flow), None, 0.0
        while not isinstance(action, Send):
            action = running.next(Received(now))
            now = action.until if isinstance(action, Sleep) else now
        asked[name] = "wait=" in action.request.url

    assert {"alone": True, "in a batch": False} == asked


@rule
@given(storms(), st.sampled_from(MODES))
def test_deadline_and_min_interval_hold_with_long_polling(storm: Storm, mode: Any) -> None:
    """W1, W3, W10: as without long polling."""
    of = msgspec.structs.replace(storm.of.lifecycle, long_poll=LongPoll(query="wait", max_seconds=20.0))
    storm = dataclasses.replace(storm, of=msgspec.structs.replace(storm.of, lifecycle=of))
    world, outcome = storm.wait(mode)

    assert outcome is not None
    assert world.elapsed <= storm.timeout + 1e-6
    assert len(world.polls) <= storm.timeout / storm.min_interval + 2

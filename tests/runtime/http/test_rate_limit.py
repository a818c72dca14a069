"""Rate limits: shared by all jobs of a client."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from itertools import pairwise
from typing import Any

import pytest
from bide_runtime.errors.client import ClientError, InvalidArgument
from bide_runtime.http.rate_limit import MaxRate, Rate, RateLimiter
from bide_runtime.jobs.errors import JobTimeout
from bide_runtime.waiting.flow import Received, Sleep
from bide_runtime.waiting.policies.policy import Fixed
from bide_runtime.waiting.session import Outgoing, send
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.runtime.acme import KEY, PART, PROVIDER, Acme, AsyncAcme
from tests.runtime.fakes import AsyncFakeTransport, FakeClock, FakeTransport, LoopClock, Reply, Sent
from tests.runtime.storms import rule
from tests.runtime.world import DONE, RUNNING, TICKET, Mode, World, error, served

RATES = {"GET /jobs/{job_id}": Rate(5, 10.0), "POST /jobs": Rate(2, 1.0)}
LIMITED = replace(PROVIDER, rates=RATES)


class Limited(Acme):
    _provider = LIMITED


class AsyncLimited(AsyncAcme):
    _provider = LIMITED


def most_within(times: list[float], seconds: float) -> int:
    """The most requests in any window of *seconds*."""
    times = sorted(times)
    return max((bisect_left(times, start + seconds - 1e-6) - at for at, start in enumerate(times)), default=0)


@rule
@given(st.integers(1, 6), st.floats(0.1, 60), st.lists(st.floats(0, 20), max_size=60))
def test_no_window_holds_more_than_the_rate(number: int, seconds: float, steps: list[float]) -> None:
    """Whenever slots are claimed, no window has more of them than the rate allows."""
    limiter, now, slots = RateLimiter({"b": Rate(number, seconds)}), 0.0, []
    for step in steps:
        now += step
        slot = limiter.claim("b", now)
        assert slot is not None
        assert slot >= now
        slots.append(slot)

    assert most_within(slots, seconds) <= number
    assert slots == sorted(slots)


@rule
@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=30))
def test_a_slot_after_the_deadline_is_not_claimed(claims: list[tuple[float, float]]) -> None:
    """A slot that comes too late for its caller stays free for others."""
    limiter, now = RateLimiter({"b": Rate(2, 10.0)}), 0.0
    taken: list[float] = []
    for step, patience in claims:
        now += step
        earliest = max([now, *taken[-1:], *(slot + 10.0 for slot in taken[-2:-1])])
        slot = limiter.claim("b", now, before=now + patience)
        if slot is not None:
            taken.append(slot)

        if slot is None:
            assert earliest + 0.1 >= now + patience
        else:
            assert earliest <= slot <= earliest + 0.1
            assert slot < now + patience

    assert most_within(taken, 10.0) <= 2


def test_a_bucket_without_a_rate_is_not_limited() -> None:
    """Without a rate in the spec, requests are not delayed."""
    limiter = RateLimiter({})

    assert [1.0] * 100 == [limiter.claim("b", 1.0) for _ in range(100)]


def test_a_closed_bucket_opens_again() -> None:
    """After a 429, no slot is given before its retry_after has passed."""
    limiter = RateLimiter({})
    limiter.close("b", 10.0)
    limiter.close("b", 5.0)

    assert 10.0 == limiter.claim("b", 1.0)
    assert limiter.claim("b", 1.0, before=10.0) is None
    assert 1.0 == limiter.claim("other", 1.0)
    assert 11.0 == limiter.claim("b", 11.0)


def test_a_batch_keeps_the_providers_rate() -> None:
    """Many jobs together stay within the rate of the spec, and all of them end."""
    clock = LoopClock()

    def server(sent: Sent) -> Reply:
        return TICKET if sent.request.method == "POST" else DONE if sent.at > 40 else RUNNING

    transport = AsyncFakeTransport(server, clock)

    async def main() -> list[Any]:
        async with AsyncLimited(KEY, transport=transport, clock=clock) as client:
            inputs = ({"url": f"u{number}"} for number in range(12))
            return [one async for one in client.jobs(PART).run_many(inputs, timeout=200, max_in_flight=12)]

    outcomes = clock.run(main())
    by_method = {
        method: [sent.at for sent in transport.requests if sent.request.method == method] for method in ("GET", "POST")
    }

    assert 12 == sum(outcome.is_ok for outcome in outcomes)
    assert most_within(by_method["GET"], 10.0) <= 5
    assert most_within(by_method["POST"], 1.0) <= 2


def test_a_wait_that_has_no_slot_before_its_deadline_times_out() -> None:
    """W1: a rate limit does not extend a wait past its deadline."""
    clock = FakeClock()
    transport = FakeTransport(served(polls=[RUNNING]), clock)
    client = Limited(KEY, transport=transport, clock=clock)
    for number in range(5):
        client.jobs(PART).get(f"other-{number}")

    with pytest.raises(ClientError, match="after 4 s"):
        client.jobs(PART).attach("j1").wait(timeout=4, policy=Fixed(1))

    assert clock.now() <= 4
    assert 5 == len(transport.requests)


def test_a_slot_that_is_overslept_is_not_used() -> None:
    """W1: after a late wake-up past the deadline, the slot is not used."""
    clock = FakeClock()
    transport = FakeTransport(served(polls=[RUNNING]), clock)
    client = Limited(KEY, transport=transport, clock=clock)
    for number in range(5):
        client.jobs(PART).get(f"other-{number}")
    clock.time.drift = 3.0

    with pytest.raises(ClientError, match="after 20 s"):
        client.jobs(PART).attach("j1").wait(timeout=20, policy=Fixed(1))

    assert 5 == len(transport.requests)


def test_a_429_delays_all_jobs_of_the_endpoint() -> None:
    """After a 429 for one job, the endpoint gets no request for another job at once."""
    clock = FakeClock()
    transport = FakeTransport(served(polls=[error(429, retry_after="8"), DONE]), clock)
    client = Acme(KEY, transport=transport, clock=clock, max_retries=0)
    with pytest.raises(ClientError):
        client.jobs(PART).get("j1")

    client.jobs(PART).get("j2")

    assert [0, 8] == [sent.at for sent in transport.requests]


def test_a_huge_retry_after_does_not_stop_a_client() -> None:
    """A retry_after of a year closes an endpoint for minutes at most."""
    clock = FakeClock()
    transport = FakeTransport(served(polls=[error(429, retry_after="31536000"), DONE]), clock)
    client = Acme(KEY, transport=transport, clock=clock, max_retries=0)
    with pytest.raises(ClientError):
        client.jobs(PART).get("j1")

    client.jobs(PART).get("j2")

    assert clock.now() <= 600


def test_a_submit_that_the_rate_leaves_no_time_for_is_not_sent(mode: Mode) -> None:
    """W1: a submit whose slot comes after the deadline of `run` is not sent, and the error says so."""
    acme = World(mode, served(submit=[Reply({"id": "j1"})], polls=[DONE]), max_rate=0.01)
    acme.do(acme.jobs(PART).submit(url="u"))

    with pytest.raises(JobTimeout, match="Nothing was submitted"):
        acme.do(acme.jobs(PART).run(url="u", timeout=5.0))

    assert 1 == len(acme.sent)


def test_a_slot_lost_to_a_429_is_claimed_anew() -> None:
    """A slot that passed while its bucket was closed is not used late."""
    session = World("sync", served())
    limiter = RateLimiter({"b": Rate(1, 10.0)})
    assert 0.0 == limiter.claim("b", 0.0)
    request = session.client._session.account.request_to("GET", "https://api.acme.example/v2/look")
    flow = send(
        replace(session.client._session, limiter=limiter),
        Outgoing(request=request, bucket="b"),
        timeout=30.0,
        attempt=1,
        now=0.0,
    )
    slot = next(flow)
    assert isinstance(slot, Sleep)
    limiter.close("b", 20.0)
    theirs = limiter.claim("b", 1.0)
    assert theirs is not None

    assert Sleep(20.0) == flow.send(Received(slot.until))
    ours = flow.send(Received(20.0))

    assert isinstance(ours, Sleep)
    assert ours.until >= theirs + 10.0


def test_submits_one_after_another_keep_the_rate() -> None:
    """At 2 submits per second, the third one waits for its slot."""
    clock = FakeClock()
    transport = FakeTransport(served(submit=[TICKET]), clock)
    jobs = Limited(KEY, transport=transport, clock=clock).jobs(PART)

    for _ in range(3):
        jobs.submit(url="u")

    assert [0.0, 0.0, 1.0] == pytest.approx([sent.at for sent in transport.requests], abs=0.1)


def test_a_submit_of_a_batch_takes_one_slot() -> None:
    """A batch is as fast as the rate allows: 2 submits at once, the next 2 after a second."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(submit=[TICKET], polls=[DONE]), clock)

    async def main() -> None:
        async with AsyncLimited(KEY, transport=transport, clock=clock) as client:
            inputs = [{"url": f"u{number}"} for number in range(4)]
            async for outcome in client.jobs(PART).run_many(inputs, timeout=200):
                assert outcome.is_ok

    clock.run(main())

    assert [0.0, 0.0, 1.05, 1.05] == pytest.approx([sent.at for sent in transport.requests if "POST" in sent.line])


def test_a_poll_whose_slot_comes_after_the_job_is_done_is_not_sent() -> None:
    """W2: of two waits for one handle, the second sends no poll if the first has received a final state."""
    clock = LoopClock()
    transport = AsyncFakeTransport(served(polls=[RUNNING, DONE]), clock)

    class Slow(AsyncAcme):
        _provider = replace(PROVIDER, rates={"GET /jobs/{job_id}": Rate(1, 10.0)})

    async def main() -> None:
        async with Slow(KEY, transport=transport, clock=clock) as client:
            await client.jobs(PART).get("another")
            job = client.jobs(PART).attach("j1")
            await asyncio.gather(job.wait(timeout=60), job.wait(timeout=60))

    clock.run(main())

    assert 2 == len(transport.requests)


def test_slots_are_assigned_in_order() -> None:
    """A claim does not get a slot before one that was claimed earlier."""
    limiter = RateLimiter({"b": Rate(3, 10.0)})

    assert [0.0, 5.0, 5.0] == [limiter.claim("b", now) for now in (0.0, 5.0, 1.0)]


def test_slots_are_assigned_in_order_in_a_full_window() -> None:
    """Also not when the oldest slot has left the window."""
    limiter = RateLimiter({"b": Rate(2, 10.0)})

    assert [0.0, 15.0, 15.0] == [limiter.claim("b", now) for now in (0.0, 15.0, 1.0)]


def test_clients_may_share_a_rate() -> None:
    """One `MaxRate` spaces the requests of all its limiters; closed buckets are not shared."""
    shared = MaxRate(2.0)
    one, other = RateLimiter({"a": Rate(1, 10.0)}, total=shared), RateLimiter({}, total=shared)
    one.close("b", 100.0)
    slots = [one.claim("a", 0.0), other.claim("a", 0.0), other.claim("b", 0.0)]

    assert slots[0] == 0.0
    assert [later - before for before, later in pairwise(slots)] == pytest.approx([0.5, 0.5], abs=0.06)
    assert one.claim("a", 0.0) >= 10.0


@pytest.mark.parametrize("nonsense", [0, -1, float("inf"), float("nan"), True, "5"])
def test_a_rate_is_a_positive_number(nonsense: Any) -> None:
    """Any other value is refused with a message."""
    with pytest.raises(InvalidArgument, match="max_rate must be a positive number"):
        MaxRate(nonsense)

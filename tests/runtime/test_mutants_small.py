"""Small promises that no other test would have missed: each was found by a mutant that survived."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bide.runtime.account import Call, open_account, reads_nothing
from bide.runtime.codec import NotJson, decode
from bide.runtime.errors import JobTimeout
from bide.runtime.lifecycle import Lifecycle
from bide.runtime.schedule import Exponential, Fixed
from bide.runtime.state import State

from .acme import APART, KEY, PART, PROVIDER, Report
from .fakes import Reply
from .world import DONE, RUNNING, Mode, World, served


def test_a_provider_without_hints_asks_for_no_pause() -> None:
    """W4: where a spec names no hint, a reply asks for none."""
    lifecycle = Lifecycle(poll="/jobs/{job_id}", states={"done": State.SUCCEEDED}, status=("status",))

    assert 0.0 == lifecycle.read(Report(retry_after_ms=5000.0)).hint


@pytest.mark.parametrize(("body", "kind"), [(None, None), (b"{}", "application/json")])
def test_only_a_body_has_a_content_type(body: bytes | None, kind: str | None) -> None:
    """The content type is told where there is content, and nowhere else."""
    account = open_account(
        PROVIDER, secrets={"api_key": KEY}, base_url=None, timeout=30.0, max_retries=3, wall=lambda: 1_790_000_000.0
    )
    request = account.request(Call(method="POST", path="/jobs", body=body, read=reads_nothing))

    assert kind == request.headers.get("content-type")


def test_a_body_that_is_no_json_is_wrong_as_a_whole() -> None:
    """A decode error has a path, also where nothing could be read."""
    with pytest.raises(NotJson) as caught:
        decode(Report, b"<html>")

    assert "$" == caught.value.path


def test_exponential_pauses_vary_a_little_by_themselves() -> None:
    """Jitter is on by default, and never makes a pause shorter."""
    policy = Exponential(first=10.0)

    assert 10.0 == policy.pause(polls=0, age=0.0, chance=0.0)
    assert 10.5 == pytest.approx(policy.pause(polls=0, age=0.0, chance=0.5))


def test_the_last_look_leaves_time_for_the_result(world: Callable[..., World]) -> None:
    """W5: where the result has its own address, the last look comes two quick requests, twice over, before the end."""
    of = replace(APART, polling=replace(APART.polling, interval=(40.0, 40.0)))
    acme = world(served(polls=[RUNNING], submit=[Reply({"id": "j1"})]))

    with pytest.raises(JobTimeout):
        acme.do(acme.job(of).wait(timeout=60.0))

    assert 60.0 - 2 * 2 * 0.125 == acme.sent[-1].at


def test_a_slow_server_gets_a_last_look_no_sooner_than_in_the_last_quarter(world: Callable[..., World]) -> None:
    """W5: however slow the server is, three quarters of the time are over before the last look is made early."""
    slow = Reply(RUNNING.body, takes=25.0)
    acme = world(served(polls=[slow]))

    with pytest.raises(JobTimeout):
        acme.do(acme.job(PART).wait(timeout=100.0, policy=Fixed(70.0)))

    assert [0.0, 75.0] == [sent.at for sent in acme.sent]


def test_a_submit_that_the_rate_leaves_no_time_for_is_not_sent(mode: Mode) -> None:
    """W1: a job that would be submitted after the deadline of its `run` is not submitted, and the error says so."""
    acme = World(mode, served(submit=[Reply({"id": "j1"})], polls=[DONE]), max_rate=0.01)
    acme.do(acme.jobs(PART).submit(url="u"))

    with pytest.raises(JobTimeout, match="nothing was submitted"):
        acme.do(acme.jobs(PART).run(url="u", timeout=5.0))

    assert 1 == len(acme.sent)

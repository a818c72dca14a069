"""Coalesced polls: fewer requests, and every promise holds."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.live.brook_server import CUT, DROP, HANG, HTML, BrookServer, refuses, said, says
from tests.live.driver import Driver
from tests.runtime.engines.server import Answer, Peer, Received

FLOOR = 0.03


def test_a_batch_polls_ten_jobs_at_once(driver: Driver, package: ModuleType) -> None:
    """Each job has its outcome, min_interval holds, and no job is polled singly."""
    names = [f"{'bad' if number % 10 == 0 else 'n'}{number}" for number in range(60)]
    with BrookServer(lasts=0.4) as server:
        client = driver.client(package, server.url)
        batch = client.sheep.run_many([{"name": name} for name in names], max_in_flight=60)
        outcomes = sorted(driver.each(batch), key=lambda outcome: outcome.index)
        assert [None if name.startswith("bad") else name for name in names] == [
            outcome.value.text if outcome.is_ok else None for outcome in outcomes
        ]
        assert all(outcome.is_ok or isinstance(outcome.error, package.JobFailed) for outcome in outcomes)
        assert min(job.closest for job in server.jobs.values()) > FLOOR
        assert all(len(ids) == len(set(ids)) <= 10 for ids in server.groups)
        polls = sum(len(job.polls) for job in server.jobs.values())
        assert polls == sum(map(len, server.groups)), "some were asked about by themselves"
        assert len(server.groups) < polls / 4


def _without_the_first(peer: Peer, request: Received) -> None:
    ids = request.target.partition("ids=")[2].replace("%2C", ",").split(",")
    peer.send(said(jobs=[{"id": id, "status": "working"} for id in ids[1:]]))


FAULTS: dict[str, Answer] = {
    "drop": DROP,
    "cut": CUT,
    "HTML": HTML,
    "silence": HANG,
    "429": refuses(429, retry_after="0.1"),
    "503": refuses(503),
    "404": refuses(404),
    "400": refuses(400),
    "one is missing": _without_the_first,
    "none is there": says(jobs=[]),
    "others are there": says(jobs=[{"id": "j999", "status": "done", "text": "of somebody else"}]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_transient_error_of_a_group_ends_no_wait(fault: str, driver: Driver, package: ModuleType) -> None:
    """A transient error of a poll of many jobs, or a job missing in its reply, ends no wait."""
    with BrookServer(groups=[None, FAULTS[fault]], lasts=0.1) as server:
        client = driver.client(package, server.url, timeout=1.0, speed=4)
        inputs = [{"name": f"n{number}"} for number in range(15)]
        outcomes = list(driver.each(client.sheep.run_many(inputs, timeout=40)))
        assert [True] * 15 == [outcome.is_ok for outcome in outcomes], outcomes
        assert sorted(each["name"] for each in inputs) == sorted(outcome.result.text for outcome in outcomes)
        assert min(job.closest for job in server.jobs.values()) > FLOOR / 4
        assert 15 == len(server.jobs)


@pytest.mark.parametrize("fault", ["another shape", "401", "403"])
def test_a_permanent_error_of_a_group_ends_its_waits(fault: str, driver: Driver, package: ModuleType) -> None:
    """A refused key, or a reply of another shape, is the error of each job of the poll."""
    answer = says(jobs=7) if fault == "another shape" else refuses(int(fault))
    with BrookServer(groups=[answer] * 99, lasts=9) as server:
        client = driver.client(package, server.url)
        outcomes = list(driver.each(client.sheep.run_many([{"name": f"n{number}"} for number in range(5)])))
        assert 5 == len(outcomes)
        for outcome in outcomes:
            assert isinstance(outcome.error, package.DecodeError | package.ApiError), outcome
            assert outcome.error.job_id == outcome.job.id
            assert outcome.error.token == outcome.job.token


def test_one_job_is_polled_singly(driver: Driver, package: ModuleType) -> None:
    """A wait for a single job uses the address of that job."""
    with BrookServer(lasts=0.1) as server:
        client = driver.client(package, server.url)
        assert "x" == driver.call(client.sheep.run, name="x").text
        assert [] == server.groups


def test_leaving_during_a_poll_of_many_keeps_every_handle(driver: Driver, package: ModuleType) -> None:
    """Jobs whose poll is in flight are in `running` like the others."""
    with BrookServer(groups=[None, HANG], lasts=0.2) as server:
        client = driver.client(package, server.url, timeout=0.5)
        batch = client.sheep.run_many(({"name": f"n{number}"} for number in range(1000)), max_in_flight=20)
        out = [outcome.job.id for _, outcome in zip(range(2), driver.each(batch), strict=False)]
        driver.call(batch.close)
        assert sorted(server.jobs) == sorted([*out, *(job.id for job in batch.running)])


def test_deadlines_hold_in_a_group(driver: Driver, package: ModuleType) -> None:
    """A poll of many jobs that hangs ends by the deadline of each job."""
    with BrookServer(groups=[HANG] * 99) as server:
        client = driver.client(package, server.url, timeout=20)
        outcomes = list(driver.each(client.sheep.run_many([{"name": "a"}, {"name": "b"}, {"name": "c"}], timeout=0.7)))
        assert 3 == len(outcomes)
        for outcome in outcomes:
            assert isinstance(outcome.error, package.JobTimeout), outcome
            assert outcome.error.token == outcome.job.token
        assert server.groups or all(job.polls for job in server.jobs.values())

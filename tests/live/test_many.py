"""200 jobs against the simulator over real HTTP: each has its outcome, and min_interval holds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.brook import packed
from tests.live.driver import Driver
from tests.live.hasty import HastySimulator, hasty, scenario, spec

JOBS = 200
SPEED = 6.0


@pytest.fixture(scope="module")
def hasty_package(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return packed(hasty(), tmp_path_factory.mktemp("hasty"))


def test_two_hundred_jobs_run_to_the_end(driver: Driver, hasty_package: ModuleType) -> None:
    """10 % fail, 20 % of polls have a fault, and 10 requests per second are allowed: the outcomes are right."""
    tallies: list[Any] = []
    most_threads = 0

    def watched(counts: Any) -> None:
        nonlocal most_threads
        tallies.append(counts)
        most_threads = max(most_threads, threading.active_count())

    inputs = [{"url": f"https://a.example/{number}", "scenario": scenario(number)} for number in range(JOBS)]
    threads = threading.active_count()
    with HastySimulator(hasty(), speed=SPEED) as simulator:
        client = driver.client(hasty_package, simulator.url, speed=SPEED)
        batch = client.url_scraper.run_many(inputs, max_in_flight=JOBS, on_update=watched)
        outcomes = sorted(driver.each(batch), key=lambda outcome: outcome.index)
        jobs = simulator.state()["jobs"]

    assert list(range(JOBS)) == [outcome.index for outcome in outcomes]
    for number, outcome in enumerate(outcomes):
        assert outcome.input is inputs[number]
        if number % 10:
            assert outcome.error is None, outcome
            assert "completed" == outcome.result.status
        else:
            assert isinstance(outcome.error, hasty_package.JobFailed), outcome
            assert outcome.error.job_id == outcome.job.id
    assert JOBS == len(jobs) == len({outcome.job.id for outcome in outcomes})
    assert {1} == {job["submits"] for job in jobs}
    assert 0 == sum(job["early_polls"] for job in jobs)
    assert [] == batch.running

    refused, let_in = simulator.turnstile.refused, simulator.turnstile.let_in
    assert sum(refused.values()) <= sum(let_in.values()) / 2, (refused, let_in)
    assert most_threads <= threads + 10, "more threads than jobs need"
    last = tallies[-1]
    assert (JOBS, JOBS, JOBS - JOBS // 10, JOBS // 10) == (last.total, last.taken, last.succeeded, last.failed)
    assert [counts.ended for counts in tallies] == sorted(counts.ended for counts in tallies)
    assert all(sum(counts.states.values()) <= counts.taken <= JOBS for counts in tallies)


@pytest.mark.parametrize("name", ["anakin", "scrapio", "knowledgesdk"])
def test_each_package_of_the_repository_runs_a_batch(
    name: str, driver: Driver, generated: Callable[[str], ModuleType]
) -> None:
    """Jobs end as the simulator's script says, although some replies have faults."""
    package = generated(name)
    kind, argument = {"anakin": ("map", "url"), "scrapio": ("fetch", "url"), "knowledgesdk": ("extract", "url")}[name]
    script = """
    - {match: {nth: 3}, scenario: "fail; duration=9; poll=502,ok"}
    - {match: {nth: 5}, scenario: "succeed; duration=9; poll=web_page,cut_short,lost"}
    - {match: {nth: 7}, scenario: "succeed; duration=9; poll=429,unknown_status; result=503,lost"}
    - {scenario: "succeed; duration=9"}
    """
    with Simulator(spec(name), speed=60, scenarios=script) as simulator:
        client = driver.client(package, simulator.url, speed=60)
        inputs = [{argument: f"https://a.example/{number}"} for number in range(12)]
        outcomes = list(driver.each(getattr(client, kind).run_many(inputs, max_in_flight=5)))
        jobs = simulator.state()["jobs"]
    assert 12 == len(jobs) == len(outcomes)
    failed = [outcome for outcome in outcomes if not outcome.is_ok]
    assert [package.JobFailed] == [type(outcome.error) for outcome in failed], failed
    assert 0 == sum(job["early_polls"] for job in jobs)
    assert {1} == {job["submits"] for job in jobs}


def test_lost_submits_with_keys_create_no_job_twice(driver: Driver, generated: Callable[[str], ModuleType]) -> None:
    """With idempotency keys, a batch sends lost submits again, and each job exists once."""
    script = '- {scenario: "succeed; submit=lost,cut_short,503,ok"}'
    with Simulator(spec("scrapio"), speed=60, scenarios=script) as simulator:
        client = driver.client(generated("scrapio"), simulator.url, speed=60)
        inputs = [{"url": f"https://a.example/{number}"} for number in range(20)]
        outcomes = list(driver.each(client.fetch.run_many(inputs, max_in_flight=20)))
        jobs = simulator.state()["jobs"]
    assert not [outcome.error for outcome in outcomes if not outcome.is_ok]
    assert 20 == len(jobs) == len({outcome.job.id for outcome in outcomes})
    assert 0 == sum(job["early_polls"] for job in jobs)

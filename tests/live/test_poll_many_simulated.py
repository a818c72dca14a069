"""From a spec with `poll_many` to a batch over real HTTP: far fewer requests than polls, and right outcomes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from bide.ir import Provider
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.live.brook import packed
from tests.live.driver import Driver

SPEC = """\
bide: 1
name: ferry
title: Ferry
class: Ferry
description: Brings things over.
docs: https://ferry.example/docs
base_url: https://api.ferry.example/v3
auth: {header: X-Key, env: FERRY_API_KEY}
sources: {docs: {title: Docs, url: "https://ferry.example/docs"}}
errors: [{name: flat, code: code, message: message, source: docs}]

enums:
  Status:
    description: Where a job is.
    source: docs
    values: {waiting: Waits., afloat: On its way., ashore: Good., sunk: Bad.}

models:
  Load:
    description: What to bring over.
    source: docs
    fields: {name: {type: string, description: A word.}}
  Trip:
    description: A trip.
    source: docs
    fields:
      id: {type: string, description: Its id.}
      status: {type: Status, description: Where it is.}
      toll?: {type: integer, when: succeeded, description: What it cost.}
      why?: {type: string, description: Why it sank.}
  Arrived:
    description: A trip that is over.
    is: Trip
    when: succeeded

lifecycles:
  trip:
    source: docs
    poll: {get: "/trips/{job_id}"}
    poll_many: {get: /trips, ids: {query: ids}, max_ids: 25, list: data.trips, job_id: id}
    status: status
    states: {waiting: pending, afloat: running, ashore: succeeded, sunk: failed}
    error: {message: why}
    polling: {interval: 1s..2s, min_interval: 500ms, typical: 2s..4s, timeout: 2m}
  freight:
    source: docs
    poll: {get: "/freights/{job_id}"}
    poll_many: {post: /freights/search, ids: {body: freight_ids}, max_ids: 25, job_id: id}
    status: status
    states: {waiting: pending, afloat: running, ashore: succeeded, sunk: failed}
    error: {message: why}
    polling: {interval: 1s..2s, min_interval: 500ms, typical: 2s..4s, timeout: 2m}

jobs:
  trip:
    description: A trip whose ids go into the query.
    source: docs
    submit: {post: /trips, body: Load, returns: Trip, job_id: id}
    lifecycle: trip
    snapshot: Trip
    result: Arrived
  freight:
    description: A trip whose ids go into the body.
    source: docs
    submit: {post: /freights, body: Load, returns: Trip, job_id: id}
    lifecycle: freight
    snapshot: Trip
    result: Arrived
"""

SCENARIOS = """\
- match: {nth: 10}
  scenario: fail
- match: {nth: 20}
  scenario: fail
- match: {nth: 31}
  scenario: succeed; poll=ok,503:none,cut_short
- match: {nth: 32}
  scenario: succeed; poll=ok,unknown_status
- match: {nth: 33}
  scenario: succeed; poll=ok,web_page,429
"""

SPEED = 4
NUMBER = 60
ADDRESSES = {"trip": "GET /trips", "freight": "POST /freights/search"}


@pytest.fixture(scope="module")
def ferry() -> Provider:
    return read_spec("ferry.yaml", SPEC)


@pytest.fixture(scope="module")
def ferry_client(ferry: Provider, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return packed(ferry, tmp_path_factory.mktemp("ferry"))


def polls_in(state: dict[str, Any]) -> int:
    """The number of polls of jobs."""
    return sum(job["polls"] for job in state["jobs"])


def requests_in(state: dict[str, Any], job: str) -> tuple[int, int]:
    """The number of polls of many jobs, and of single jobs."""
    paths = state["requests_by_path"]
    return paths.get(ADDRESSES[job], 0), paths.get(f"GET /{job}s/{{job_id}}", 0)


@pytest.mark.parametrize("job", ["trip", "freight"])
def test_sixty_jobs_share_their_polls(job: str, driver: Driver, ferry: Provider, ferry_client: ModuleType) -> None:
    """60 jobs have their outcomes, in far fewer requests than polls, and min_interval holds."""
    with Simulator(ferry, speed=SPEED, scenarios=SCENARIOS) as simulator:
        client = driver.client(ferry_client, simulator.url, speed=SPEED)
        inputs = [{"name": f"n{number}"} for number in range(NUMBER)]
        outcomes = list(driver.each(getattr(client, job).run_many(inputs, max_in_flight=NUMBER)))
        state = simulator.state()

    assert len(outcomes) == NUMBER
    failed = [outcome for outcome in outcomes if not outcome.is_ok]
    assert [type(outcome.error) for outcome in failed] == [ferry_client.JobFailed] * 2
    together, alone = requests_in(state, job)
    assert alone == 0
    assert polls_in(state) >= 2 * NUMBER
    assert together < polls_in(state) / 3
    assert [each for each in state["jobs"] if each["early_polls"] or each["submits"] != 1] == []
    assert {each["id"]: each["state"] for each in state["jobs"]} == {
        outcome.job.id: outcome.job.state.value for outcome in outcomes
    }


def test_handles_are_waited_for_together(driver: Driver, ferry: Provider, ferry_client: ModuleType) -> None:
    """`wait_many` polls existing jobs together; one that the provider does not find ends alone."""
    with Simulator(ferry, speed=SPEED) as simulator:
        client = driver.client(ferry_client, simulator.url, speed=SPEED)
        jobs = [driver.call(client.trip.submit, name=f"n{number}") for number in range(8)]
        lost = client.trip.attach("trip_unknown")
        outcomes = list(driver.each(client.trip.wait_many([*jobs, lost])))
        state = simulator.state()

    assert {outcome.job.id for outcome in outcomes if outcome.is_ok} == {job.id for job in jobs}
    assert [type(outcome.error) for outcome in outcomes if not outcome.is_ok] == [ferry_client.NotFound]
    together, alone = requests_in(state, "trip")
    assert alone == 1
    assert together < polls_in(state)

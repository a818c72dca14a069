"""Results, errors and outcomes of the made-up providers as JSON and back."""

from __future__ import annotations

import importlib
from operator import attrgetter
from typing import Any

import pytest

from tests.live.driver import Driver
from tests.providers.made import Packages, provider
from tests.providers.table import CASES, Case

PLANS = {"": "succeeds", "fail": "fails", "cancel": "gets_cancelled"}
RUNS = [case for case in CASES if case.call.endswith(".run") and case.scenario in PLANS]


@pytest.mark.parametrize("case", RUNS, ids=str)
def test_what_a_call_brings_comes_back(case: Case, driver: Driver, packages: Packages) -> None:
    """A result with its type, an error with its class; and in an outcome with the handle of its job."""
    package = packages[case.provider]
    testing = importlib.import_module(f"{package.__name__}.testing")
    fake = getattr(testing, f"Fake{provider(case.provider).class_name}")()
    client = fake.async_client() if driver.is_async else fake.client()
    name = case.call.removesuffix(".run")
    getattr(attrgetter(name)(fake), PLANS[case.scenario])()
    jobs = attrgetter(name)(client)

    [outcome] = driver.each(jobs.run_many([case.arguments]))
    if case.raises:
        other = jobs.error_from_json(jobs.error_to_json(outcome.error))
        assert (type(other), str(other)) == (type(outcome.error), str(outcome.error))
        assert told(other) == told(outcome.error)
    else:
        assert jobs.result_from_json(jobs.result_to_json(outcome.result)) == outcome.result
    again = jobs.outcome_from_json(jobs.outcome_to_json(outcome))
    assert (again.index, again.value) == (outcome.index, outcome.value)
    assert type(again.error) is type(outcome.error)
    assert (again.job and again.job.token) == ((outcome.job and outcome.job.id and outcome.job.token) or None)


def told(error: Any) -> Any:
    """What an error says beside its text."""
    snapshot = error.snapshot
    more = None if snapshot is None else (snapshot.body, snapshot.progress, snapshot.error_code, snapshot.reply)
    return (error.job_id, error.token, error.code, error.reason, getattr(error, "result", None), more)

"""Each made-up provider needs only its spec: its package works with its simulator, and its own tests pass."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import nullcontext
from operator import attrgetter
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import NAMES, Packages, provider
from tests.providers.table import CASES, Case

PLANS = {"": "succeeds", "fail": "fails", "cancel": "gets_cancelled"}
"""The method of the fake for each scenario of the simulator."""
SPEED = 8.0
"""How much faster than real time jobs, pauses and intervals are."""
ENDING = [case for case in CASES if case.call.endswith(".run") and case.scenario in PLANS]


def test_every_provider_has_a_case() -> None:
    """Each folder has a line in the table."""
    assert sorted({case.provider for case in CASES}) == NAMES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_call_has_its_outcome(case: Case, driver: Driver, packages: Packages) -> None:
    """Over real HTTP, with the requests of the table."""
    package = packages[case.provider]
    scenarios = f"- scenario: {case.scenario}" if case.scenario else None
    with Simulator(provider(case.provider), key="key", speed=SPEED, scenarios=scenarios) as simulator:
        method = attrgetter(case.call)(driver.client(package, simulator.url, speed=SPEED))
        if case.raises:
            with pytest.raises(getattr(package, case.raises)):
                driver.call(method, **case.arguments)
        else:
            assert shown(driver.call(method, **case.arguments), case.brings) == case.brings
        state = simulator.state()

    assert [job for job in state["jobs"] if job["early_polls"]] == []
    assert case.most_polls is None or all(job["polls"] <= case.most_polls for job in state["jobs"])
    assert case.asks in (None, state["requests_by_path"].keys())


@pytest.mark.parametrize("case", ENDING, ids=str)
def test_the_fake_has_the_same_outcome(case: Case, driver: Driver, packages: Packages) -> None:
    """A job of the package's own fake ends like that of the simulator."""
    package = packages[case.provider]
    testing = importlib.import_module(f"{package.__name__}.testing")
    fake = getattr(testing, f"Fake{provider(case.provider).class_name}")()
    client = fake.async_client() if driver.is_async else fake.client()

    planned = attrgetter(case.call.removesuffix(".run"))(fake)
    getattr(planned, PLANS[case.scenario])()
    with pytest.raises(getattr(package, case.raises)) if case.raises else nullcontext():
        driver.call(attrgetter(case.call)(client), **case.arguments)
    fake.check()


@pytest.mark.parametrize("name", NAMES)
def test_the_tests_of_a_package_pass(name: str, packages: Packages) -> None:
    """The tests in the package."""
    ran = packages.tested(name)

    assert ran.returncode == 0, ran.stdout


def shown(found: Any, wanted: Any) -> Any:
    """The part of *found* that *wanted* has."""
    if isinstance(wanted, Mapping) and not isinstance(found, Mapping):
        return {name: shown(getattr(found, name), inner) for name, inner in wanted.items()}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [shown(one, inner) for one, inner in zip(found, wanted, strict=True)]
    return found

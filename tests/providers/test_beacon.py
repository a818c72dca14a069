"""Beacon: the job of a submit whose reply was lost is found in a list, by a reference that the client has chosen."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

ARGUMENTS: dict[str, dict[str, Any]] = {
    "scan": {"where": "x"},
    "sweep": {"port": "a/b", "deep": True},
    "flare": {"colour": "red", "x_tag": "mine"},
}
"""The arguments of a submit of each kind."""

each_kind = pytest.mark.parametrize("kind", ARGUMENTS)


@pytest.fixture
def testing(packages: Packages) -> ModuleType:
    """The module of the package with its fake and the faults."""
    assert packages["beacon"]
    return importlib.import_module("beacon_client.testing")


@pytest.fixture
def errors(packages: Packages) -> ModuleType:
    return packages["beacon"]


def client_of(fake: Any, driver: Driver, **options: Any) -> Any:
    return fake.async_client(**options) if driver.is_async else fake.client(**options)


def lost_submit(client: Any, driver: Driver, errors: ModuleType, kind: str) -> Any:
    """The submission of a submit whose reply was lost."""
    jobs = getattr(client, kind)
    submission = jobs.prepare(**ARGUMENTS[kind])
    with pytest.raises(errors.SubmitUncertain) as caught:
        driver.call(jobs.send, submission)
    assert caught.value.reference is not None
    assert repr(caught.value.reference) in caught.value.message
    return submission


@each_kind
def test_a_job_that_was_made_is_found(driver: Driver, testing: ModuleType, errors: ModuleType, kind: str) -> None:
    """W11: its handle has the same id as that of the provider, and it was submitted once."""
    fake = testing.FakeBeacon()
    jobs, client = getattr(fake, kind), client_of(fake, driver)
    for number in range(5):
        driver.call(getattr(client, kind).submit, **{**ARGUMENTS[kind], **({"x_tag": "t"} if kind == "flare" else {})})
        assert number + 1 == len(jobs.jobs)
    jobs.submit.inject(testing.lost(reaches=True))
    submission = lost_submit(client, driver, errors, kind)
    job = driver.call(getattr(client, kind).find, submission)

    assert fake.id_of(job.id) == jobs.jobs[-1].id
    assert len(jobs.submit.requests) == 6
    assert driver.call(job.wait).flashes >= 0
    fake.check()


@each_kind
def test_a_job_that_was_not_made_is_not_found(
    driver: Driver, testing: ModuleType, errors: ModuleType, kind: str
) -> None:
    """But not before it would be visible: the list is asked again then."""
    fake = testing.FakeBeacon()
    jobs, client = getattr(fake, kind), client_of(fake, driver)
    jobs.submit.inject(testing.lost(reaches=False))
    submission = lost_submit(client, driver, errors, kind)
    began = fake.now
    visible_within = {"scan": 10.0, "sweep": 60.0, "flare": 0.0}[kind]

    assert driver.call(getattr(client, kind).find, submission) is None
    assert fake.now - began == pytest.approx(visible_within)
    assert len(jobs.find.requests) == (2 if visible_within else 1)


def test_a_job_that_is_visible_late_is_found(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """If it is in the list in the time that the spec says."""
    fake = testing.FakeBeacon()
    client = client_of(fake, driver)
    fake.scan.follows(testing.Plan(testing.Timeline.lasting(("shone", 1.0)), visible_after=9.0))
    fake.scan.submit.inject(testing.lost(reaches=True))
    submission = lost_submit(client, driver, errors, "scan")

    assert driver.call(client.scan.find, submission).id == fake.scan.jobs[0].id
    assert len(fake.scan.find.requests) == 2


def test_all_pages_are_searched(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """Up to the one with the job; a job in another port is not in the list."""
    fake = testing.FakeBeacon()
    client = client_of(fake, driver)
    fake.sweep.submit.inject(testing.lost(reaches=True))
    submission = lost_submit(client, driver, errors, "sweep")
    for port in ("a/b", "a/b", "a/b", "c"):
        driver.call(client.sweep.submit, port=port, deep=False)
    job = driver.call(client.sweep.find, submission)

    assert job.id == fake.sweep.jobs[0].id
    assert [dict(sent.query).get("cursor") for sent in fake.sweep.find.requests] == [None, "1"]


def test_transient_errors_of_the_search_are_tried_again(
    driver: Driver, testing: ModuleType, errors: ModuleType
) -> None:
    """As those of any request that may be sent twice."""
    fake = testing.FakeBeacon()
    client = client_of(fake, driver)
    fake.scan.submit.inject(testing.lost(reaches=True))
    submission = lost_submit(client, driver, errors, "scan")
    fake.scan.find.inject(testing.error(502), testing.lost(reaches=False), testing.rate_limit())

    assert driver.call(client.scan.find, submission).id == fake.scan.jobs[0].id


@pytest.mark.parametrize("fault", ["cut_short", "web_page", "wrong_shape"])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(
    driver: Driver, testing: ModuleType, errors: ModuleType, fault: str
) -> None:
    """The error says so; no job is taken for one that was not made."""
    fake = testing.FakeBeacon()
    client = client_of(fake, driver)
    fake.scan.submit.inject(testing.lost(reaches=True))
    submission = lost_submit(client, driver, errors, "scan")
    fake.scan.find.inject(getattr(testing, fault)())

    with pytest.raises(errors.DecodeError):
        driver.call(client.scan.find, submission)


def test_the_caller_may_choose_the_reference(driver: Driver, testing: ModuleType) -> None:
    """Else the client chooses a new one for each submit."""
    fake = testing.FakeBeacon()
    client = client_of(fake, driver)
    driver.call(client.scan.submit, where="x", external_id="mine")
    driver.call(client.scan.submit, where="x")
    driver.call(client.scan.run, where="x")
    given = [sent.json["externalId"] for sent in fake.scan.submit.requests]

    assert given == ["mine", "fake-key-1", "fake-key-2"]
    assert client.scan.facts.can_be_found


@pytest.mark.parametrize("kind", ["scan", "sweep", "flare"])
def test_the_simulator_has_the_list(driver: Driver, packages: Packages, kind: str) -> None:
    """Over real HTTP, with the jobs so far."""
    package = packages["beacon"]
    with Simulator(provider("beacon"), key="key", speed=8.0) as simulator:
        client = driver.client(package, simulator.url, speed=8.0)
        jobs = getattr(client, kind)
        more = {"x_tag": "another"} if kind == "flare" else {}
        for _ in range(3):
            driver.call(jobs.submit, **{**ARGUMENTS[kind], **more})
        submission = jobs.prepare(**ARGUMENTS[kind])
        made = driver.call(jobs.send, submission)
        for _ in range(3):
            driver.call(jobs.submit, **{**ARGUMENTS[kind], **more})
        found = driver.call(jobs.find, submission)
        again = driver.call(jobs.find, jobs.submission_from_json(jobs.submission_to_json(submission)), sent_at=1.0)
        assert driver.call(found.wait).flashes > 0

    assert found.id == made.id == again.id


def test_an_operation_may_read_the_same_list(driver: Driver, packages: Packages, testing: ModuleType) -> None:
    """The query of `find` tells its requests apart, in the fake and in the simulator."""
    fake = testing.FakeBeacon()
    fake.scans.answers({"data": {"scans": [{"id": "i1", "light": "dark"}]}})
    client = client_of(fake, driver)
    submission = client.scan.prepare(where="x")
    made = driver.call(client.scan.send, submission)

    assert driver.call(client.scan.find, submission).id == made.id
    assert [scan.id for scan in driver.call(client.scans, sort="newest").scans] == ["i1"]
    assert ["submit", "find", "scans"] == [sent.role for sent in fake.requests]
    with Simulator(provider("beacon"), key="key", speed=8.0) as simulator:
        client = driver.client(packages["beacon"], simulator.url, speed=8.0)
        made = driver.call(client.scan.send, submission)
        assert driver.call(client.scan.find, submission).id == made.id
        assert driver.call(client.scans).scans is not None

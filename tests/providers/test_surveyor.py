"""A provider whose replies use one place for two things: a link and an id, a progress and an error."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

SPEED = 8.0


@pytest.fixture
def fake(packages: Packages) -> Any:
    return importlib.import_module(f"{packages['surveyor'].__name__}.testing").FakeSurveyor()


def seen(driver: Driver, packages: Packages, scenario: str, **arguments: Any) -> tuple[list[Any], Any]:
    """The updates of a flight on the simulator, and how it ended."""
    package, updates = packages["surveyor"], []
    with Simulator(provider("surveyor"), key="key", speed=SPEED, scenarios=f"- scenario: {scenario}") as simulator:
        client = driver.client(package, simulator.url, speed=SPEED)
        try:
            return updates, driver.call(client.flight.run, where="x", on_update=updates.append, **arguments)
        except package.SurveyorError as error:
            return updates, error


def test_the_id_is_a_part_of_the_link(driver: Driver, packages: Packages) -> None:
    """A header with the address of the polls has the id at its end; the token has both, so another client resumes."""
    package = packages["surveyor"]
    with Simulator(provider("surveyor"), key="key", speed=SPEED) as simulator:
        client = driver.client(package, simulator.url, speed=SPEED)
        job = driver.call(client.survey.submit, where="x")
        resumed = driver.client(package, simulator.url, speed=SPEED).survey.resume(job.token)

        assert job.id == resumed.id
        assert "/" not in job.id
        assert driver.call(resumed.wait).miles == 1


def test_a_query_is_added_to_a_link(driver: Driver, fake: Any) -> None:
    """With the values of its names, and beside that of every request; what a link has already stays."""
    client = fake.async_client() if driver.is_async else fake.client()
    driver.call(client.survey.run, where="a b&c")

    assert [parse_qs(urlsplit(sent.request.url).query) for sent in fake.survey.poll.requests] == [
        {"detail": ["full"], "about": ["a b&c"], "api-version": ["7"]}
    ] * len(fake.survey.poll.requests)
    assert fake.survey.kind.lifecycle.names == {"where"}


def test_the_reason_of_a_failure_is_that_of_the_fake(driver: Driver, packages: Packages, fake: Any) -> None:
    """Although its text is that of the progress before."""
    client = fake.async_client() if driver.is_async else fake.client()
    updates: list[Any] = []
    fake.flight.fails("the wind was too strong", after=10)

    with pytest.raises(packages["surveyor"].JobFailed, match="the wind was too strong"):
        driver.call(client.flight.run, where="x", on_update=updates.append)
    assert {each.progress.message for each in updates[:-1]} == {"working"}


@pytest.mark.parametrize(
    ("plan", "name"), [("gets_cancelled", "JobCancelled"), ("expires", "JobExpired")], ids=["cancelled", "expired"]
)
def test_a_job_that_did_not_fail_has_no_progress_for_a_reason(
    plan: str, name: str, driver: Driver, packages: Packages, fake: Any
) -> None:
    """Of a job of the fake that was cancelled or expired."""
    client = fake.async_client() if driver.is_async else fake.client()
    getattr(fake.flight, plan)()

    with pytest.raises(getattr(packages["surveyor"], name)) as caught:
        driver.call(client.flight.run, where="x")
    assert caught.value.reason is None


def test_only_a_failed_job_says_that_it_was_told_to_fail(driver: Driver, packages: Packages) -> None:
    """On the simulator: not one that runs, nor one that was cancelled."""
    running, done = seen(driver, packages, "succeed; duration=0.6")
    going, failed = seen(driver, packages, "fail; duration=0.6")
    stopping, cancelled = seen(driver, packages, "cancel; duration=0.6")

    assert [each.miles for each in done] == [1]
    assert failed.reason == "The simulator was told to fail this job."
    assert cancelled.reason is None
    assert failed.reason not in {each.progress.message for each in [*running, *going[:-1], *stopping] if each.progress}


def test_a_result_that_says_that_the_job_failed(driver: Driver, packages: Packages, fake: Any) -> None:
    """The fake fails such a job with its reason, although its polls say that it is done."""
    client = fake.async_client() if driver.is_async else fake.client()
    fake.sample.fails("the sample is empty", code="E7")

    with pytest.raises(packages["surveyor"].JobFailed, match="the sample is empty") as caught:
        driver.call(client.sample.run, where="x")
    assert (caught.value.code, caught.value.snapshot.status) == ("E7", "mapped")


def test_a_webhook_has_what_the_result_needs(driver: Driver, fake: Any) -> None:
    """The values in its address are those that the polls have."""
    client = fake.async_client() if driver.is_async else fake.client()
    job = driver.call(client.flight.submit, where="x")
    fake.advance(100)
    told = client.flight.receive(*fake.webhook(job))

    assert told.is_done
    assert driver.call(told.result) == []
    assert fake.flight.poll.requests == []


@pytest.mark.parametrize("name", ["survey", "sample", "flight"])
def test_the_waits_of_the_package_pass(name: str, packages: Packages) -> None:
    """All tests of waiting in the package, with its fake."""
    ran = packages.tested("surveyor", ["test_waiting.py"], name)

    assert ran.returncode == 0, ran.stdout

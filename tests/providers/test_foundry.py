"""Foundry: the id of a job may be an argument of its submit."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest

from bide.emit.render import drafted
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


@pytest.fixture
def testing(packages: Packages) -> ModuleType:
    """The module of the package with its fake and the faults."""
    assert packages["foundry"]
    return importlib.import_module("foundry_client.testing")


@pytest.fixture
def errors(packages: Packages) -> ModuleType:
    return packages["foundry"]


def client_of(fake: Any, driver: Driver) -> Any:
    return fake.async_client() if driver.is_async else fake.client()


def test_a_lost_reply_does_not_lose_the_id(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """W11: the job may exist; the error has its id, and its token finds it. It is not submitted again."""
    fake = testing.FakeFoundry()
    fake.project.submit.inject(testing.lost(reaches=True))
    client = client_of(fake, driver)

    with pytest.raises(errors.SubmitUncertain, match=r"resume\(error\.token\)\.poll\(\) shows whether") as caught:
        driver.call(client.project.run, id="a/b", shape="x")
    assert caught.value.job_id == "a/b"
    assert driver.call(client.project.resume(caught.value.token).wait).status == "done"
    assert len(fake.project.submit.requests) == 1


def test_a_job_that_was_not_made_is_not_found(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """The token of an uncertain submit tells both cases apart."""
    fake = testing.FakeFoundry()
    fake.row.submit.inject(testing.lost(reaches=False))
    client = client_of(fake, driver)

    with pytest.raises(errors.SubmitUncertain) as caught:
        driver.call(client.row.submit, row=7, shape="x")
    with pytest.raises(errors.NotFound):
        driver.call(client.row.resume(caught.value.token).poll)


def test_a_name_in_the_address_is_not_the_one_in_the_body(
    driver: Driver, testing: ModuleType, packages: Packages
) -> None:
    """The fake knows the job by its address, also if an object in the body has a field of the same name."""
    fake = testing.FakeFoundry()
    mould = packages["foundry"].models.Mould(endpoint="elsewhere")

    assert driver.call(client_of(fake, driver).cast.run, endpoint="here", shape="x", mould=mould).status == "done"


@pytest.mark.parametrize("fault", ["cut_short", "web_page", "wrong_shape"])
def test_a_reply_that_cannot_be_read_is_not_needed(driver: Driver, testing: ModuleType, fault: str) -> None:
    """The id is known without it, so the job is polled."""
    fake = testing.FakeFoundry()
    fake.row.submit.inject(getattr(testing, fault)())

    assert driver.call(client_of(fake, driver).row.run, row=7, shape="x").status == "done"
    fake.check()


@pytest.mark.parametrize("job_id", ["", ".", "..", "a\nb"])
def test_what_is_no_id_is_not_sent(driver: Driver, testing: ModuleType, errors: ModuleType, job_id: str) -> None:
    """An id that would change the address of a poll is refused before the submit."""
    fake = testing.FakeFoundry()

    with pytest.raises(errors.InvalidArgument):
        driver.call(client_of(fake, driver).project.submit, id=job_id, shape="x")
    assert fake.requests == []


def test_an_operation_may_return_a_job_with_its_argument(driver: Driver, testing: ModuleType) -> None:
    """The handle has the id that the caller passed."""
    fake = testing.FakeFoundry()
    fake.convert.becomes_a_job()

    job = driver.call(client_of(fake, driver).convert, name="p", shape="x")
    assert job.id == "p"
    assert driver.call(job.wait).status == "done"


def test_a_cancellation_that_needs_a_poll_polls_first(driver: Driver, testing: ModuleType) -> None:
    """The reply to the submit lacks what is in its address; a poll has it."""
    fake = testing.FakeFoundry()
    fake.batch.stalls()
    job = driver.call(client_of(fake, driver).batch.submit, shape="x")
    driver.call(job.cancel)

    assert [sent.role for sent in fake.requests] == ["submit", "poll", "cancel"]


def test_a_key_without_a_name_is_no_id(driver: Driver, testing: ModuleType) -> None:
    """The fake takes an id from an argument only if the spec says so."""
    fake = testing.FakeFoundry()

    assert driver.call(client_of(fake, driver).heap.submit, body={"": "x"}).id == "heap-1"


def test_a_failure_of_the_fake_fits_the_spec(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """Where the code of an error is a number, the fake sends a number."""
    fake = testing.FakeFoundry()
    fake.thing.fails("no luck")
    with pytest.raises(errors.JobFailed, match="no luck") as caught:
        driver.call(client_of(fake, driver).thing.run, shape="x")
    assert caught.value.snapshot.body.error.code == 1


def test_two_names_in_a_segment_are_more_than_one(driver: Driver, testing: ModuleType, errors: ModuleType) -> None:
    """`/batches/{id}.{format}` is the log of a batch, not the poll of a job at `/batches/{job_id}`."""
    fake = testing.FakeFoundry()
    fake.log.answers(b"log")
    assert driver.call(client_of(fake, driver).log, id="b", format=".txt") == b"log"


def test_a_value_of_the_first_reply_is_kept(driver: Driver, testing: ModuleType) -> None:
    """The address of each poll has it, although polls do not return it; `attach` takes it by its pointer."""
    fake = testing.FakeFoundry()
    fake.pour.succeeds(after=3)
    client = client_of(fake, driver)

    job = driver.call(client.pour.submit, shape="x")
    assert driver.call(job.wait).status == "done"
    assert {"/v2/ladles/id-of-pour-1/pours/pour-1"} == {sent.path for sent in fake.pour.poll.requests}
    assert len(fake.pour.poll.requests) > 1
    again = client.pour.attach(job.id, **{"ladle.id": "id-of-pour-1"})
    assert driver.call(again.poll).status == "done"


def test_attach_names_the_value_that_it_needs(testing: ModuleType, errors: ModuleType) -> None:
    """As it is passed, also if it is a pointer."""
    client = testing.FakeFoundry().client()

    with pytest.raises(errors.InvalidArgument, match=r'pass \*\*\{"ladle\.id": \.\.\.\} too'):
        client.pour.attach("j1")
    with pytest.raises(errors.InvalidArgument, match=r"pass endpoint=\.\.\. too"):
        client.cast.attach("j1")


def test_the_readme_says_what_attach_takes() -> None:
    """Beside the id: arguments of the submit, and values of its reply."""
    readme = drafted(provider("foundry"))["README.md"]

    assert "`client.cast.attach(job_id, endpoint=...)`" in readme
    assert '`client.pour.attach(job_id, **{"ladle.id": ...})`' in readme
    assert "`attach` takes what the polls need" not in drafted(provider("heron"))["README.md"]

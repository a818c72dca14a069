"""The kinds of jobs of a client by name, and tokens of any kind."""

from __future__ import annotations

import importlib
import operator
from typing import Any

import pytest

from tests.live.driver import Driver
from tests.providers.made import NAMES, Packages, provider


def client_of(driver: Driver, packages: Packages, name: str) -> Any:
    """A client that sends nothing."""
    return driver.client(packages[name], "http://127.0.0.1:1")


@pytest.mark.parametrize("name", NAMES)
def test_a_client_has_its_kinds_by_name(name: str, driver: Driver, packages: Packages) -> None:
    """In the order of the spec; a view has its own, and the mapping cannot be changed."""
    client = client_of(driver, packages, name)
    view = client.with_options(timeout=5)

    assert [job.name for job in provider(name).jobs] == list(client.jobs)
    assert all(client.jobs[job] is getattr(client, job) for job in client.jobs)
    assert all(view.jobs[job] is getattr(view, job) is not client.jobs[job] for job in view.jobs)
    with pytest.raises(TypeError):
        client.jobs["more"] = None


def test_a_client_resumes_any_kind(driver: Driver, packages: Packages) -> None:
    """The handle is that of the kind, with its tag."""
    client = client_of(driver, packages, "courier")
    job = client.walk.attach("w1")
    job.tag = "mine"
    other = client.resume(job.token)

    assert (type(job), "w1", "mine") == (type(other), other.id, other.tag)
    assert other.token == job.token


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (('"job":"walk"', '"job":"flight"'), "it belongs to a job of the unknown kind 'flight'"),
        (
            ('"provider":"courier"', '"provider":"jury"'),
            "it belongs to a job of 'jury', and this client is for 'courier'",
        ),
        (('"bide":1', '"bide":2'), "newer version"),
        (("{", "["), "this is not a job token"),
    ],
    ids=["kind", "provider", "version", "text"],
)
def test_a_token_that_no_kind_takes(change: tuple[str, str], why: str, driver: Driver, packages: Packages) -> None:
    """It is refused with the package's own `InvalidToken`."""
    client = client_of(driver, packages, "courier")
    token = client.walk.attach("w1").token.replace(*change)

    with pytest.raises(packages["courier"].InvalidToken, match=why):
        client.resume(token)


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_of_a_kind_are_those_of_its_spec(name: str, driver: Driver, packages: Packages) -> None:
    """All in seconds; `None` is what no page says."""
    client = client_of(driver, packages, name)
    for job in provider(name).jobs:
        facts = client.jobs[job.name].facts
        polling, lifecycle = job.polling, job.lifecycle

        assert facts == packages[name].JobFacts(
            provider=name,
            name=job.name,
            has_idempotency_keys=bool(job.idempotency_key),
            key_retention=job.idempotency_key.retention if job.idempotency_key else None,
            can_be_found=job.find is not None,
            can_be_cancelled=lifecycle.cancel is not None,
            interval=polling.interval,
            min_interval=polling.min_interval,
            typical=polling.typical,
            timeout=polling.timeout,
            retention=lifecycle.result.retention,
            sends_webhooks=job.webhook is not None,
        )


def test_the_facts_say_how_long_keys_and_results_are_kept(driver: Driver, packages: Packages) -> None:
    """As the spec does: `retention: 1h`, and `idempotency_key: {..., retention: 10m}`."""
    facts = client_of(driver, packages, "darkroom").print.facts

    assert (3600.0, 600.0, True) == (facts.retention, facts.key_retention, facts.has_idempotency_keys)
    assert (None, None, False) == operator.attrgetter("retention", "key_retention", "has_idempotency_keys")(
        client_of(driver, packages, "courier").walk.facts
    )


def test_a_key_is_forgotten_when_its_time_is_over(driver: Driver, packages: Packages) -> None:
    """By the fake of the package: the same key is the same job for ten minutes, and another one after them."""
    fake = importlib.import_module(f"{packages['darkroom'].__name__}.testing").FakeDarkroom()
    client = fake.async_client() if driver.is_async else fake.client()
    ids = []
    for seconds in (0.0, 590.0, 20.0):
        fake.advance(seconds)
        ids.append(driver.call(client.print.submit, film=b"f", idempotency_key="mine").id)

    assert ids[0] == ids[1] != ids[2]

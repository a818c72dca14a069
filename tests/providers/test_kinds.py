"""The kinds of jobs of a client by name, and tokens of any kind."""

from __future__ import annotations

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

"""Long polling from a user's view: few polls, no lost time, and a fake that holds polls too."""

from __future__ import annotations

import importlib

import pytest

from bide.emit.render import drafted
from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


@pytest.mark.parametrize("kind", ["hunt", "vigil"])
def test_the_fake_holds_polls(kind: str, driver: Driver, packages: Packages) -> None:
    """A held poll takes virtual time, until the job changes or the requested time is over."""
    fake = importlib.import_module(f"{packages['heron'].__name__}.testing").FakeHeron()
    getattr(fake, kind).succeeds(after=14.0)
    client = fake.async_client() if driver.is_async else fake.client()

    driver.call(getattr(client, kind).run, pond="x")
    fake.check()

    # Pending for 20 % of the time, then running; no poll is held for longer than 10 s.
    polls = getattr(fake, kind).poll.requests
    assert [0.0, 2.84, 12.88] == [pytest.approx(sent.at, abs=0.01) for sent in polls]
    assert fake.now == pytest.approx(14.0, abs=0.01)


def test_no_poll_is_held_past_the_deadline(driver: Driver, packages: Packages) -> None:
    """W1: the requested time ends before the deadline."""
    package = packages["heron"]
    with Simulator(provider("heron"), key="key", scenarios="- scenario: stall; duration=0.2") as simulator:
        client = driver.client(package, simulator.url)
        with pytest.raises(package.JobTimeout) as caught:
            driver.call(client.hunt.run, pond="x", timeout=2.5)
        state = simulator.state()

    assert caught.value.transient_error is None
    assert state["jobs"][0]["polls"] <= 4
    assert state["jobs"][0]["early_polls"] == 0


def test_an_unknown_status_is_seen_although_polls_are_held(packages: Packages) -> None:
    """W9, in the package's own test: also if polls are held for long, and the submit says no status."""
    ran = packages.tested("heron", ["test_waiting.py"], "test_an_unknown_status_does_not_end_the_wait")

    assert ran.returncode == 0, ran.stdout


def test_it_is_said_that_polls_are_held() -> None:
    """In the README, and where the policy of a job is explained."""
    files = drafted(provider("heron"))

    assert "; the server may hold a poll for 10 s |" in files["README.md"]
    assert "apart; the server may hold a poll for 60 s." in " ".join(files["heron_client/client.py"].split())

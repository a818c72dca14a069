"""Lifecycles beyond the table: cancelling by any method, progress, and resuming."""

from __future__ import annotations

from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider

CANCELLED = [
    ("warren", "burrow", {"depth": 2}, "DELETE /burrows/{job_id}"),
    ("printer", "print", {"text": "x"}, "DELETE /prints/{job_id}"),
    ("courier", "trip", {"what": "x"}, "PUT /links/trip/cancel/{job_id}"),
    ("foundry", "cast", {"endpoint": "e", "shape": "x"}, "POST /{endpoint}/cancel/{job_id}"),
    ("foundry", "thing", {"shape": "x"}, "DELETE /links/one_address/poll/{job_id}"),
]


@pytest.mark.parametrize(("name", "kind", "arguments", "asked"), CANCELLED, ids=lambda value: str(value))
def test_a_job_is_cancelled_by_any_method(
    name: str, kind: str, arguments: dict[str, Any], asked: str, driver: Driver, packages: Packages
) -> None:
    """W12: the method is that of the spec, and the wait continues past stopping states to `JobCancelled`."""
    package = packages[name]
    with Simulator(provider(name), key="key", scenarios="- scenario: stall") as simulator:
        job = driver.call(getattr(driver.client(package, simulator.url), kind).submit, **arguments)
        driver.call(job.cancel)
        with pytest.raises(package.JobCancelled):
            driver.call(job.wait, timeout=15)
        state = simulator.state()

    assert 1 == state["requests_by_path"][asked]
    assert "cancelled" == job.state


@pytest.mark.parametrize(
    ("name", "kind", "arguments"), [each[:3] for each in CANCELLED if each[0] not in ("printer", "foundry")]
)
def test_progress_is_a_share(
    name: str, kind: str, arguments: dict[str, Any], driver: Driver, packages: Packages
) -> None:
    """A share and a percentage both become a share, which grows from 0 to 1."""
    shares: list[float] = []

    def note(update: Any) -> None:
        if update.progress is not None:
            shares.append(update.progress.share)

    with Simulator(provider(name), key="key", scenarios="- scenario: succeed; duration=0.6") as simulator:
        jobs = getattr(driver.client(packages[name], simulator.url), kind)
        driver.call(jobs.run, **arguments, on_update=note)

    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


@pytest.mark.parametrize("kind", ["parcel", "trip", "walk"])
def test_a_token_has_the_links(kind: str, driver: Driver, packages: Packages) -> None:
    """W12: another client continues with the token, which has no secret."""
    package = packages["courier"]
    with Simulator(provider("courier"), key="key") as simulator:
        first, second = (driver.client(package, simulator.url) for _ in range(2))
        token = driver.call(getattr(first, kind).submit, what="x").token
        result = driver.call(getattr(second, kind).resume(token).wait)

    assert 3 == result.boxes
    assert '"key"' not in token

"""Results that are bytes."""

from __future__ import annotations

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


def test_bytes_over_the_limit_are_not_read(driver: Driver, packages: Packages) -> None:
    """A result that is too large ends the wait, and the error has the job."""
    darkroom = packages["darkroom"]
    transport = (darkroom.AiohttpTransport if driver.is_async else darkroom.Urllib3Transport)(body_limit=60)
    with Simulator(provider("darkroom")) as simulator:
        client = driver.client(darkroom, simulator.url, transport=transport)
        job = driver.call(client.print.submit, film=b"f1")
        assert driver.call(job.wait) == b"example"
        transport._body_limit = 6
        with pytest.raises(darkroom.ReplyTooLarge) as caught:
            driver.call(client.print.attach(job.id).result)
        driver.call(transport.close)

    assert job.id == caught.value.job_id

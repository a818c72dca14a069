"""Files that are sent, and results that are bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


def test_a_film_from_disk_is_developed(driver: Driver, packages: Packages, tmp_path: Path) -> None:
    """As a path and as an open file, over a real connection, in a multipart body with other fields."""
    darkroom = packages["darkroom"]
    (tmp_path / "film.raw").write_bytes(bytes(range(256)) * 5_000)
    with Simulator(provider("darkroom")) as simulator, (tmp_path / "film.raw").open("rb") as mask:
        client = driver.client(darkroom, simulator.url)
        mask.seek(1)
        job = driver.call(client.print.submit, film=tmp_path / "film.raw", mask=mask, copies=2, tags=["a", "b"])

        assert driver.call(job.wait) == b"example"
        assert mask.tell() == 1


def test_a_film_that_cannot_be_read_is_refused(driver: Driver, packages: Packages, tmp_path: Path) -> None:
    """With the argument and the path, before anything is sent."""
    darkroom = packages["darkroom"]
    client = driver.client(darkroom, "http://127.0.0.1:9")
    with pytest.raises(darkroom.InvalidArgument, match=rf"^mask: {tmp_path}/none: no such file.*nothing was sent"):
        driver.call(client.print.submit, film=b"f", mask=tmp_path / "none")


@pytest.mark.parametrize(
    ("job", "arguments"),
    [("print", {"film": b"f1"}), ("contact_sheet", {"film": "f1", "paper": "matt"}), ("enlargement", {"number": 3})],
    ids=["header", "query", "field"],
)
def test_a_lost_submit_is_sent_again_with_its_key(
    job: str, arguments: dict[str, Any], driver: Driver, packages: Packages
) -> None:
    """Wherever the key is, there is one job for two requests; and another key makes another job."""
    darkroom = packages["darkroom"]
    with Simulator(provider("darkroom"), scenarios="- scenario: succeed; submit=lost", speed=8.0) as simulator:
        jobs = getattr(driver.client(darkroom, simulator.url), job)
        first = driver.call(jobs.submit, **arguments)
        again = driver.call(jobs.submit, **arguments, idempotency_key="mine")
        same = driver.call(jobs.submit, **arguments, idempotency_key="mine")
        submits = [each["submits"] for each in simulator.state()["jobs"]]

    assert first.id != again.id == same.id
    assert submits == [2, 3]

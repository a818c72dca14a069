"""Results of failed jobs, and replies with or without an envelope."""

from __future__ import annotations

import json
import pickle

import pytest
from bide_runtime import DecodeError
from bide_runtime.models.codec import decode

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


def test_a_failed_job_has_its_result(driver: Driver, packages: Packages) -> None:
    """The exception has the typed value that the provider returns in place of a result."""
    jury = packages["jury"]
    with Simulator(provider("jury"), scenarios="- scenario: fail") as simulator:
        client = driver.client(jury, simulator.url)
        with pytest.raises(jury.JobFailed) as caught:
            driver.call(client.case.run, question="?")

    assert type(caught.value) is jury.CaseFailed
    assert isinstance(caught.value.result, jury.models.Deadlock)
    assert [vote.voice for vote in caught.value.result.failed_items] == ["slept", "slept"]
    assert pickle.loads(pickle.dumps(caught.value)).result == caught.value.result


@pytest.mark.parametrize("body", ['{"data": {"id": "c", "status": "sitting"}}', '{"id": "c", "status": "sitting"}'])
def test_an_envelope_may_be_missing(body: str, packages: Packages) -> None:
    """A reply is decoded with and without its envelope."""
    jury = packages["jury"]

    assert decode(jury.models.Case, body.encode()).id == "c"


def test_the_path_of_an_error_includes_the_envelope(packages: Packages) -> None:
    """It starts at the root of the reply."""
    jury = packages["jury"]

    with pytest.raises(DecodeError) as caught:
        decode(jury.models.Case, json.dumps({"data": {"id": 5, "status": "sitting"}}).encode())
    assert caught.value.path == "$.data.id"

"""What a failed job has all the same, and replies in an envelope or without it."""

from __future__ import annotations

import json
import pickle

import pytest
from bide_runtime import DecodeError
from bide_runtime.models.codec import decode

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


def test_a_failed_job_has_what_there_is(driver: Driver, packages: Packages) -> None:
    """The exception of a failed job carries, typed, what the provider has of it all the same."""
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
    """A reply is read in its envelope and without it."""
    jury = packages["jury"]

    assert decode(jury.models.Case, body.encode()).id == "c"


def test_what_is_wrong_in_an_envelope_is_found(packages: Packages) -> None:
    """The path in an error begins at the reply, not in the envelope."""
    jury = packages["jury"]

    with pytest.raises(DecodeError) as caught:
        decode(jury.models.Case, json.dumps({"data": {"id": 5, "status": "sitting"}}).encode())
    assert caught.value.path == "$.data.id"

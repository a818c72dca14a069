"""Scriptorium: several requests at one address, told apart by the type of their bodies."""

from __future__ import annotations

import importlib
import io
from types import ModuleType
from typing import Any

import pytest

from bide.simulator import Simulator
from tests.live.driver import Driver
from tests.providers.made import Packages, provider


@pytest.fixture
def testing(packages: Packages) -> ModuleType:
    assert packages["scriptorium"]
    return importlib.import_module("scriptorium_client.testing")


@pytest.mark.parametrize(
    ("job", "arguments"), [("address", {"url": "a"}), ("upload", {"page": b"p"}), ("form", {"url": "a"})]
)
def test_each_submit_makes_its_own_job(
    job: str, arguments: dict[str, Any], driver: Driver, packages: Packages, testing: ModuleType
) -> None:
    """The simulator and the fake choose by the media type, not by the order of the spec."""
    with Simulator(provider("scriptorium"), key="key", speed=8.0) as simulator:
        client = driver.client(packages["scriptorium"], simulator.url, speed=8.0)
        driver.call(getattr(client, job).run, **arguments)
        assert [each["job"] for each in simulator.state()["jobs"]] == [job]
    fake = testing.FakeScriptorium()
    with fake.client() as blocking:
        getattr(blocking, job).submit(**arguments)
    assert len(getattr(fake, job).submit.requests) == 1
    assert fake.requests == getattr(fake, job).submit.requests


def test_a_type_that_the_caller_chooses_is_the_last(testing: ModuleType) -> None:
    """Bytes without a type of the spec fit any type that no other request has."""
    fake = testing.FakeScriptorium()
    with fake.client() as client:
        client.count_file(id="1", body=b"p")
        client.count_picture(book="1", body=b"p")
        client.count_address(id="1", url="a")
    assert [sent.role for sent in fake.requests] == ["count_file", "count_picture", "count_address"]


def test_a_field_takes_a_file_or_a_text(testing: ModuleType, packages: Packages) -> None:
    """In the same part: a `str` is the text, everything that a file may be is the file."""
    fake = testing.FakeScriptorium()
    with fake.client() as client:
        client.upload.submit(page="https://a.example/page", cover=b"c")
        client.upload.submit(page=io.BytesIO(b"p"), cover="red")
        with pytest.raises(packages["scriptorium"].InvalidArgument, match=r"page: expected bytes, a pathlib\.Path"):
            client.upload.submit(page=7)
    assert [sent.json for sent in fake.requests] == [
        {"page": "https://a.example/page", "cover": b"c"},
        {"page": b"p", "cover": "red"},
    ]

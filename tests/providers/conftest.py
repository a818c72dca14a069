"""Fixtures of the tests of the made-up providers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.driver import Driver
from tests.providers.made import Packages


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The package of each provider, by name."""
    return Packages(tmp_path_factory.mktemp("providers"))


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Run the test for the blocking client and for the asyncio client."""
    made = Driver(request.param)
    try:
        yield made
    finally:
        made.close()

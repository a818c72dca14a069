"""What the tests of the made-up providers share."""

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
    """Each promise holds for the blocking client and for the asyncio one."""
    made = Driver(request.param)
    try:
        yield made
    finally:
        made.close()

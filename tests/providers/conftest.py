"""Fixtures of the tests of the made-up providers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.driver import Driver


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Run the test for the blocking client and for the asyncio client."""
    made = Driver(request.param)
    try:
        yield made
    finally:
        made.close()

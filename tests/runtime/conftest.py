"""Fixtures of the runtime's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.runtime.fakes import Server
from tests.runtime.world import MODES, Mode, World


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Run the test for the blocking client and for the asyncio client."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def world(mode: Mode) -> Callable[..., World]:
    """A function that makes a `World` around a server."""

    def make(server: Server, **arguments: Any) -> World:
        return World(mode, server, **arguments)

    return make

"""What the tests of the runtime share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from tests.runtime.fakes import Server
from tests.runtime.world import MODES, Mode, World

# Time is virtual here; how long an example really takes says something of the machine only.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    """Each promise holds for the blocking client and for the asyncio one."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture
def world(mode: Mode) -> Callable[..., World]:
    """Makes a world around a server."""

    def make(server: Server, **arguments: Any) -> World:
        return World(mode, server, **arguments)

    return make

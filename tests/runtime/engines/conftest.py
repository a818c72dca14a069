"""A transport of each engine, without the proxies of the environment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from bide_runtime.engines.transport import Transport

from tests.runtime.engines.engine import AWAITED, BLOCKING, Awaited, Make
from tests.runtime.engines.server import (
    CERTIFICATE,
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(params=[*BLOCKING, *AWAITED])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """A function that makes transports of one engine; they are closed after the test."""
    made: list[Transport] = []
    with asyncio.Runner() as runner:

        def new(**options: Any) -> Transport:
            if request.param in BLOCKING:
                made.append(BLOCKING[request.param](**options))
            else:
                made.append(Awaited(runner, AWAITED[request.param](**options)))
            return made[-1]

        yield new
        for transport in made:
            transport.close()


@pytest.fixture
def transport(make: Make) -> Transport:
    return make()

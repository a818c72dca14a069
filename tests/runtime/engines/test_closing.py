"""What every engine does when it is closed, or used in another event loop."""

from __future__ import annotations

import asyncio

import pytest
from bide_runtime.engines.transport import AsyncTransport
from bide_runtime.errors.client import ClientClosed, ConfigurationError

from tests.runtime.engines.engine import AMPLE, AWAITED, Make, fetch, get
from tests.runtime.engines.faults import SLOWNESS
from tests.runtime.engines.server import (
    Server,
    play,
    reply,
)


def test_a_closed_transport(make: Make) -> None:
    """A closed transport has no connections and refuses every request; a second `close` does nothing."""
    transport, unused = make(), make()
    with Server(play(reply())) as server:
        fetch(transport, server)
        transport.close()
        unused.close()
        transport.close()
        server.settle(0)
        for closed in (transport, unused):
            with pytest.raises(ClientClosed):
                fetch(closed, server)
            with pytest.raises(ClientClosed):
                closed.open(get(server.url), timeout=AMPLE)

    assert 1 == len(server.requests)


@pytest.mark.parametrize("name", AWAITED)
def test_closed_during_a_call(name: str) -> None:
    """A request in flight when its transport is closed does not hang, and raises `ClientClosed`."""

    async def main() -> None:
        transport: AsyncTransport = AWAITED[name](max_connections=1)
        tasks = [asyncio.create_task(transport.send(get(server.url), timeout=AMPLE)) for _ in range(2)]
        await asyncio.sleep(0.02)
        await transport.close()
        async with asyncio.timeout(1):
            errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert [ClientClosed, ClientClosed] == [type(error) for error in errors]

    with Server(SLOWNESS["silent"]) as server:
        asyncio.run(main())


@pytest.mark.parametrize("name", AWAITED)
def test_another_event_loop(name: str) -> None:
    """An asyncio transport raises if it is used in a second event loop."""
    transport: AsyncTransport = AWAITED[name]()
    with Server(play(reply())) as server:

        async def first() -> None:
            await transport.send(get(server.url), timeout=AMPLE)

        with asyncio.Runner() as runner:
            runner.run(first())
            with asyncio.Runner() as other, pytest.raises(ConfigurationError, match="event loop"):
                other.run(first())
            runner.run(transport.close())

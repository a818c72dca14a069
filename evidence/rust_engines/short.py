"""A short program: some requests with one engine, and an end of the process. Arguments: ENGINE ENDING URL SEED.

The exit code is 0 if the program did what it should; `FORKED` if only its child process did not.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from random import Random
from typing import Any

from bide_runtime.http.request import Request

CLASSES = {
    "pyreqwest": ("evidence.rust_engines.adapters.pyreqwest_transport", "PyreqwestTransport"),
    "pyqwest": ("evidence.rust_engines.adapters.pyqwest_transport", "PyqwestTransport"),
    "urllib3": ("bide_runtime.engines.urllib3_transport", "Urllib3Transport"),
    "async-pyreqwest": ("evidence.rust_engines.adapters.pyreqwest_transport", "AsyncPyreqwestTransport"),
    "async-pyqwest": ("evidence.rust_engines.adapters.pyqwest_transport", "AsyncPyqwestTransport"),
    "aiohttp": ("bide_runtime.engines.aiohttp_transport", "AiohttpTransport"),
}
PAIRS = {"pyreqwest": "async-pyreqwest", "pyqwest": "async-pyqwest", "urllib3": "aiohttp"}
"""The asyncio engine to each blocking one."""

FORKED = 90
CHILD_SECONDS = 4.0
"""How long a child process may take after a fork."""


class Program:
    """The engine and the server of a run."""

    def __init__(self, engine: str, url: str, seed: int) -> None:
        self.engine = engine
        self.url = url
        self.jitter = Random(seed).random() * 0.03
        """Seconds before the end, so that it meets the requests at different points."""
        self.kept: Any = None
        """What lives until the interpreter ends."""

    def transport(self, name: str) -> Any:
        module, cls = CLASSES[name]
        return getattr(import_module(module), cls)()

    def blocking(self) -> Any:
        return self.transport(self.engine)

    def awaited(self) -> Any:
        return self.transport(PAIRS[self.engine])

    def get(self, path: str = "/") -> Request:
        return Request(method="GET", url=self.url + path, headers={})


def closed(program: Program) -> None:
    """Some requests; the client is closed."""
    not_closed(program).close()


def not_closed(program: Program) -> Any:
    """Some requests; the client is not closed."""
    transport = program.blocking()
    for _ in range(3):
        assert transport.send(program.get(), timeout=5).status == 200
    return transport


def threads_in_flight(program: Program) -> None:
    """The main thread ends while daemon threads wait for replies."""
    transport = not_closed(program)
    for _ in range(4):
        threading.Thread(
            target=transport.send, args=(program.get("/slow"),), kwargs={"timeout": 5}, daemon=True
        ).start()
    time.sleep(program.jitter)


def open_stream(program: Program) -> None:
    """A stream is open."""
    stream = not_closed(program).open(program.get("/stream"), timeout=5)
    assert next(stream.chunks())


def fork(program: Program) -> None:
    """A process that has sent requests forks; both go on sending."""
    transport = not_closed(program)
    child = os.fork()
    if not child:
        transport.send(program.get(), timeout=5)
        return
    end = time.monotonic() + CHILD_SECONDS
    while not (done := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < end:
        time.sleep(0.01)
    if not done[0]:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print("the child process hung", file=sys.stderr)
    elif done[1]:
        print(f"the child process ended with {os.waitstatus_to_exitcode(done[1])}", file=sys.stderr)
    transport.send(program.get(), timeout=5)
    if not done[0] or done[1]:
        sys.exit(FORKED)


async def _some(program: Program) -> Any:
    transport = program.awaited()
    replies = await asyncio.gather(*(transport.send(program.get(), timeout=5) for _ in range(3)))
    assert [reply.status for reply in replies] == [200, 200, 200]
    return transport


def async_closed(program: Program) -> None:
    """Some requests under asyncio; the client is closed."""

    async def main() -> None:
        await (await _some(program)).close()

    asyncio.run(main())


def async_not_closed(program: Program) -> None:
    """Some requests under asyncio; the client is not closed."""
    asyncio.run(_some(program))


def async_in_flight(program: Program) -> None:
    """`asyncio.run` ends, and so cancels requests in flight."""

    async def main() -> None:
        transport = await _some(program)
        program.kept = [asyncio.ensure_future(transport.send(program.get("/slow"), timeout=5)) for _ in range(4)]
        await asyncio.sleep(program.jitter)

    asyncio.run(main())


def async_cancelled(program: Program) -> None:
    """Requests are cancelled in flight, and the process ends at once."""

    async def main() -> None:
        transport = await _some(program)
        tasks = [asyncio.ensure_future(transport.send(program.get("/slow"), timeout=5)) for _ in range(4)]
        await asyncio.sleep(program.jitter)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())


def async_stream(program: Program) -> None:
    """A stream is open when `asyncio.run` ends."""

    async def main() -> None:
        program.kept = await (await _some(program)).open(program.get("/stream"), timeout=5)
        async for _ in program.kept.chunks():
            break

    asyncio.run(main())


def loop_closed(program: Program) -> None:
    """The event loop is stopped and closed with requests in flight, whose replies then arrive."""
    loop = asyncio.new_event_loop()
    transport = loop.run_until_complete(_some(program))
    program.kept = [loop.create_task(transport.send(program.get("/slow"), timeout=5)) for _ in range(4)]
    loop.run_until_complete(asyncio.sleep(program.jitter))
    loop.close()
    time.sleep(program.jitter * 10)


def exit_in_a_task(program: Program) -> None:
    """`sys.exit` in a coroutine, with requests in flight."""

    async def main() -> None:
        transport = await _some(program)
        program.kept = [asyncio.ensure_future(transport.send(program.get("/slow"), timeout=5)) for _ in range(4)]
        await asyncio.sleep(program.jitter)
        sys.exit(0)

    asyncio.run(main())


def async_bare(program: Program) -> None:
    """The engine as its own pages show it, without Bide: three requests under asyncio, and the client is closed."""
    asyncio.run({"pyreqwest": _pyreqwest, "pyqwest": _pyqwest, "urllib3": _aiohttp}[program.engine](program.url))


async def _pyreqwest(url: str) -> None:
    from pyreqwest.client import ClientBuilder

    async with ClientBuilder().build() as client:
        for _ in range(3):
            assert (await client.get(url).build().send()).status == 200


async def _pyqwest(url: str) -> None:
    from pyqwest import Client, HTTPTransport

    async with HTTPTransport() as transport:
        for _ in range(3):
            assert (await Client(transport).get(url)).status == 200


async def _aiohttp(url: str) -> None:
    from aiohttp import ClientSession

    async with ClientSession() as session:
        for _ in range(3):
            async with session.get(url) as reply:
                assert reply.status == 200


ENDINGS: dict[str, Callable[[Program], object]] = {
    ending.__name__: ending
    for ending in (
        closed,
        not_closed,
        threads_in_flight,
        open_stream,
        fork,
        async_closed,
        async_not_closed,
        async_in_flight,
        async_cancelled,
        async_stream,
        loop_closed,
        exit_in_a_task,
        async_bare,
    )
}


if __name__ == "__main__":
    PROGRAM = Program(sys.argv[1], sys.argv[3], int(sys.argv[4]))
    KEPT = ENDINGS[sys.argv[2]](PROGRAM)  # until the interpreter ends

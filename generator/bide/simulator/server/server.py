"""Runs a simulator: `serve` in this process until it is stopped, `Simulator` in a thread until a test is over."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import threading
import urllib.request
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from bide.ir import Json, Provider
from bide.simulator.journal.journal import Journal, OnEntry
from bide.simulator.life.script import Script
from bide.simulator.world.world import World

if TYPE_CHECKING:
    from bide.simulator.server.prompt_server import PromptServer


PAGE_PATH = "/_bide/"

_START_SECONDS = 10.0

_KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than clients keep it, so that none is closed during a request."""

_GRACE_SECONDS = 1
"""How long a stop waits for pending replies."""


class SimulatorError(Exception):
    """The simulator cannot run with these arguments."""


class PortNotFree(SimulatorError):
    """The port is in use, or this user must not listen on it."""


def serve(
    provider: Provider,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    speed: float = 1.0,
    seed: int = 0,
    scenarios: str | None = None,
    key: str | None = None,
    ready: Callable[[str], None] | None = None,
    on_entry: OnEntry | None = None,
) -> None:
    """Serve a provider until the process is interrupted.

    `ready` is called with the base URL once requests are accepted. With `speed=10`, 10 s of a job pass in 1 s of real
    time, and min_interval shrinks with it, so that a client with the spec's min_interval never violates it. To test a
    client's min_interval, use speed 1. `scenarios` is the text of a scenario file (see `script`), `key` the only API
    key that is accepted; without it, any is. `on_entry` is called with each entry of the journal. Raises
    `SimulatorError`, and `ScenarioError` for the file.
    """
    server = _server(provider, speed=speed, seed=seed, scenarios=scenarios, key=key, on_entry=on_entry)
    with _listener(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        if ready:
            ready(_url(provider, listener))
        server.run(sockets=[listener])


class Simulator:
    """A simulator in a thread of its own, from `with` to the end of the block. The arguments are those of `serve`."""

    def __init__(
        self,
        provider: Provider,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        speed: float = 1.0,
        seed: int = 0,
        scenarios: str | None = None,
        key: str | None = None,
        on_entry: OnEntry | None = None,
    ) -> None:
        self._server = _server(provider, speed=speed, seed=seed, scenarios=scenarios, key=key, on_entry=on_entry)
        self._listener = _listener(host, port)
        self._thread = threading.Thread(target=self._run, name=f"simulator of {provider.name}", daemon=True)
        self.url = _url(provider, self._listener)
        """The base URL, for a client in place of the provider's."""

    @property
    def origin(self) -> str:
        """The URL without a path."""
        return _origin(self._listener)

    @property
    def page(self) -> str:
        """The address of its page, for a browser."""
        return page_of(self.url)

    def state(self) -> dict[str, Json]:
        """The state of the simulator; see `World.report`."""
        from bide.simulator.server.app import STATE_PATH

        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.origin + STATE_PATH, timeout=_START_SECONDS) as reply:
            report: dict[str, Json] = json.load(reply)
            return report

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join(_START_SECONDS)
        self._listener.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])


def page_of(url: str) -> str:
    """The address of the page of a simulator with this base URL."""
    return urljoin(url, PAGE_PATH)


def _server(
    provider: Provider,
    *,
    speed: float,
    seed: int,
    scenarios: str | None,
    key: str | None,
    on_entry: OnEntry | None,
) -> PromptServer:
    if not 0 < speed <= 10_000:
        raise SimulatorError(f"speed is {speed:g}, expected more than 0 and at most 10000")
    try:
        import uvicorn

        from bide.simulator.server.app import application
        from bide.simulator.server.connection import Connection
        from bide.simulator.server.prompt_server import PromptServer
        from bide.simulator.server.stage import Stage
    except ImportError as error:
        raise SimulatorError(
            f"the simulator needs starlette and uvicorn, and {error.name} is missing: install Bide with its extra"
            " `simulator`, in a checkout with pip install '.[simulator]'"
        ) from None
    script = Script.load(scenarios or "")

    def world_at(speed: float) -> World:
        return World(provider, seed=seed, speed=speed, script=script, key=key, journal=Journal(on_entry))

    stage = Stage(provider, world_at, speed=speed)
    config = uvicorn.Config(
        application(stage, is_over=lambda: server.should_exit),
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    server = PromptServer(config)
    return server


def _listener(host: str, port: int) -> socket.socket:
    """A socket for connections from this machine only; they wait until the server has started."""
    if not _is_loopback(host):
        raise SimulatorError(
            f"{host} can be reached from other machines; the simulator serves loopback only: 127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm only if the protocol is named; with it, a reply takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortNotFree(f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}") from None
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _url(provider: Provider, listener: socket.socket) -> str:
    return _origin(listener) + provider.base_path

"""One client of a generated package, blocking or asyncio, that talks to an imitation."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from inspect import isawaitable
from typing import Any

from bide_runtime import AsyncSystemClock, ClientError, SystemClock

from evidence.unseen.servers.stage import Stage

MODES = ("blocking", "asyncio")

SPEED = 20
"""How many times faster than real time a client waits. The imitations do not wait for it: their jobs take 0.4 s."""


class Caller(ExitStack):
    """What a check works with: the imitation, a client of it, and the package's models."""

    def __init__(self, stage: Stage, package: str, path: str, secrets: dict[str, str], mode: str) -> None:
        super().__init__()
        self.stage, self.provider, self.play = stage, stage.provider, stage.provider.play
        self.package = importlib.import_module(f"{package}_client")
        self._class, self._path, self._secrets, self._mode = package.title(), path, secrets, mode
        self._runner = self.enter_context(asyncio.Runner())
        self.client = self.another()

    def another(self, *, speed: float = SPEED, **secrets: str | None) -> Any:
        """A client with these secrets instead."""
        given = {**self._secrets, **secrets, "base_url": self.stage.url + self._path}
        if self._mode == "blocking":
            client = getattr(self.package, self._class)(**given, clock=SystemClock(speed))
            self.callback(client.close)
            return client
        client = getattr(self.package, f"Async{self._class}")(**given, clock=AsyncSystemClock(speed))
        self.callback(lambda: self._runner.run(client.close()))
        return client

    def do(self, value: Any) -> Any:
        """The value, or what it is when it has been awaited."""
        return self._runner.run(_awaited(value)) if isawaitable(value) else value

    def error(self, call: Callable[[], Any]) -> Any:
        """The error that a call raises."""
        try:
            value = self.do(call())
        except ClientError as error:
            return error
        raise AssertionError(f"no error, but {value!r}")

    def sent(self, method: str, end: str = "") -> int:
        """How many requests of a method arrived, to paths with this end."""
        return sum(seen.method == method and seen.path.endswith(end) for seen in self.stage.seen)


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value

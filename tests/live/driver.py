"""One interface to the blocking client and the asyncio client, so that each test runs for both."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

SLACK = 3.0
"""Seconds by which a loaded machine may be late. A wrong call would take longer."""


class Driver:
    """Makes clients and calls them. The asyncio loop runs only during the calls."""

    def __init__(self, kind: str) -> None:
        self.is_async = kind == "async"
        self._loop = asyncio.new_event_loop() if self.is_async else None
        self._clients: list[Any] = []

    def client(self, package: ModuleType, server_url: str, *, speed: float = 1.0, **options: Any) -> Any:
        """A client of the package, which is closed at the end of the test.

        With *speed* its clock runs faster than wall time, which sockets use.
        """
        if speed != 1.0:
            options["clock"] = (package.AsyncSystemClock if self.is_async else package.SystemClock)(speed)
        name = next(each for each in package.__all__ if hasattr(getattr(package, each), "_provider"))
        name = name.removeprefix("Async")
        client = getattr(package, f"Async{name}" if self.is_async else name)
        secrets = {secret.argument: "key" for secret in client._provider.auth}
        made = client(**{"base_url": server_url, **secrets, **options})
        self._clients.append(made)
        return made

    def call(self, method: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """The result of a method, awaited if it can be."""
        if self._loop is None:
            return method(*args, **options)

        async def awaited() -> Any:
            answer = method(*args, **options)
            return await answer if inspect.isawaitable(answer) else answer

        return self._loop.run_until_complete(awaited())

    def idle(self, seconds: float) -> None:
        """Do nothing for *seconds*, while the event loop, if any, runs."""
        if self._loop is None:
            time.sleep(seconds)
        else:
            self._loop.run_until_complete(asyncio.sleep(seconds))

    def each(self, iterator: Any) -> Iterator[Any]:
        """The items of an iterator, blocking or not."""
        if self._loop is None:
            yield from iterator
            return
        try:
            while True:
                yield self.call(anext, iterator)
        except StopAsyncIteration:
            return

    def close(self) -> None:
        for client in self._clients:
            self.call(client.close)
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            left = asyncio.all_tasks(self._loop)
            self._loop.close()
            assert not left, f"tasks were left behind: {left}"


@dataclass(frozen=True)
class Ending:
    """The outcome of a call, and its duration in seconds."""

    result: Any
    error: Any
    seconds: float


def ending(driver: Driver, method: Callable[..., Any], *args: Any, **options: Any) -> Ending:
    """Call *method*; returns its outcome, also if it raises."""
    began = time.monotonic()
    try:
        result, error = driver.call(method, *args, **options), None
    except Exception as raised:
        result, error = None, raised
    return Ending(result, error, time.monotonic() - began)

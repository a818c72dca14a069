"""An HTTP engine around another one that records requests. Independent of jobs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

from msgspec.structs import replace


class Wire:
    """Records every request, and adds the header with a scenario to those that can start a job or a call.

    It returns the engine's value unchanged, so it works for blocking and asyncio clients.
    """

    def __init__(self, engine: Any, scenarios: Iterable[str], *, begins_with: str = "POST") -> None:
        self._engine = engine
        self._all_begin = begins_with == "GET"  # then a poll carries one too, which the simulator ignores
        self._scenarios = cycle(scenarios)
        self.requests: list[str] = []
        """Method and URL of each."""

    def send(self, request: Any, *, timeout: float) -> Any:
        return self._engine.send(self._seen(request), timeout=timeout)

    def open(self, request: Any, *, timeout: float) -> Any:
        return self._engine.open(self._seen(request), timeout=timeout)

    def close(self) -> Any:
        return self._engine.close()

    def _seen(self, request: Any) -> Any:
        self.requests.append(f"{request.method} {request.url}")
        if request.method == "GET" and not self._all_begin:
            return request
        return replace(request, headers={**request.headers, "x-bide-scenario": next(self._scenarios)})

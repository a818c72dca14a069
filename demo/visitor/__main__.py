"""Visits a simulated provider through its generated package, where Bide is not installed.

Standard input has the provider and the visits, standard output the report, both as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import awaiting
import blocking
from notes import Notes
from wire import Wire

Visit = dict[str, Any]


_THREADS = 16
"""The number of concurrent visits. Each mostly sleeps, but 2 cores must be enough for all."""


class Errand:
    """All visits of one process to one provider."""

    def __init__(self, *, package: str, client: str, url: str, speed: float) -> None:
        self._package = import_module(package)
        self._client = client
        self._url = url
        self._speed = speed

    def in_threads(self, visits: list[Visit]) -> list[Notes]:
        """Make the visits with blocking clients, one in each thread."""
        engine = self._package.Urllib3Transport()
        clock = self._package.SystemClock(self._speed)
        visit = partial(self._visit, engine, clock)
        with ThreadPoolExecutor(max_workers=_THREADS) as threads:
            seen = list(threads.map(visit, visits))
        engine.close()
        return seen

    async def in_tasks(self, visits: list[Visit]) -> list[Notes]:
        """Make the visits with asyncio clients, each in a task of its own."""
        engine = self._package.AiohttpTransport()
        clock = self._package.AsyncSystemClock(self._speed)
        seen = await asyncio.gather(*(self._visit_async(engine, clock, visit) for visit in visits))
        await engine.close()
        return list(seen)

    def _visit(self, engine: Any, clock: Any, visit: Visit) -> Notes:
        notes, wire = Notes(), Wire(engine, visit["scenarios"], begins_with=visit["method"])
        act = getattr(blocking, visit["does"])
        began = clock.now()
        with getattr(self._package, self._client)(**self._options(wire, clock)) as client:
            try:
                notes.ended(act(getattr(client, visit["name"]), notes, self._arguments(visit), **visit["options"]))
            except Exception as error:  # any exception is the outcome of the line
                notes.failed(error)
        return self._finished(notes, wire, clock.now() - began)

    async def _visit_async(self, engine: Any, clock: Any, visit: Visit) -> Notes:
        notes, wire = Notes(), Wire(engine, visit["scenarios"], begins_with=visit["method"])
        act = getattr(awaiting, visit["does"])
        began = clock.now()
        async with getattr(self._package, f"Async{self._client}")(**self._options(wire, clock)) as client:
            try:
                notes.ended(
                    await act(getattr(client, visit["name"]), notes, self._arguments(visit), **visit["options"])
                )
            except Exception as error:  # any exception is the outcome of the line
                notes.failed(error)
        return self._finished(notes, wire, clock.now() - began)

    def _options(self, wire: Wire, clock: Any) -> dict[str, Any]:
        return {"api_key": "demo", "base_url": self._url, "transport": wire, "clock": clock}

    def _arguments(self, visit: Visit) -> dict[str, Any]:
        return {name: self._value(value) for name, value in visit["arguments"].items()}

    def _value(self, value: Any) -> Any:
        """An argument, with placeholders replaced by objects of models."""
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict) and value.keys() == {"model", "fields"}:
            return getattr(self._package.models, value["model"])(**value["fields"])
        return value

    @staticmethod
    def _finished(notes: Notes, wire: Wire, seconds: float) -> Notes:
        notes.requests, notes.seconds = wire.requests, seconds
        return notes


def main() -> None:
    """Make all visits, and print the report of each."""
    if find_spec("bide") is not None:
        sys.exit("Bide is installed here, so that nothing can be shown about packages that do without it")
    order = json.load(sys.stdin)
    mode, visits = order.pop("mode"), order.pop("visits")
    errand = Errand(**order)
    seen = errand.in_threads(visits) if mode == "sync" else asyncio.run(errand.in_tasks(visits))
    report = {visit["key"]: notes.plain() for visit, notes in zip(visits, seen, strict=True)}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()

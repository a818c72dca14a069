"""Recognise repeated submits and calls, and give each attempt its fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from bide_runtime.testing.faults import Fault, FaultKind

from bide.simulator.life.answer import Asked
from bide.simulator.life.orders import Orders
from bide.simulator.life.scenario import Scenario, read
from bide.simulator.life.script import Script

SCENARIO_HEADER = "x-bide-scenario"

_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
"""The HTTP statuses after which a client repeats an idempotent request."""


@dataclass(slots=True)
class _Series:
    """One submit or call with its repetitions."""

    scenario: Scenario
    nth: int
    count: int = 0


class Tries:
    """Assigns a scenario to each submit and call. A repeated request continues in the script of the first."""

    def __init__(self, script: Script, seed: int, orders: Orders) -> None:
        self.orders = orders
        self._script = script
        self._seed = seed
        self._open: dict[tuple[str, ...], _Series] = {}
        self._begun: Counter[str] = Counter()

    def next(
        self, kind: Literal["job", "operation"], name: str, asked: Asked, *, key: str | None, idempotent: bool
    ) -> tuple[Scenario, Fault | None, int]:
        """The scenario of a request, the fault of this attempt, and its number in a file. Raises `ScenarioError`.

        `key` is its idempotency key; `idempotent`: a client repeats it after a transient error, even without a key.
        """
        header = asked.headers.get(SCENARIO_HEADER, "")
        fingerprint = (name, asked.method, asked.path, repr(asked.query), asked.body.hex(), header, key or "")
        series = self._open.get(fingerprint) or self._begin(kind, name, header)
        request = "submit" if kind == "job" else "call"
        fault = series.scenario.fault(request, series.count)
        series.count += 1
        goes_on = series.count < len(series.scenario.faults.get(request, ()))
        comes_again = key is not None or goes_on or (fault is not None and _is_repeated(fault, idempotent=idempotent))
        if comes_again:
            self._open[fingerprint] = series
        else:
            self._open.pop(fingerprint, None)
        return series.scenario, fault, series.nth

    def _begin(self, kind: Literal["job", "operation"], name: str, header: str) -> _Series:
        self._begun[name] += 1
        nth = self._begun[name]
        told = read(header) if header else self.orders.take(kind, name)
        if told is not None:
            self.orders.note(kind, name, nth, told)
            return _Series(told, nth)
        return _Series(self._script.scenario(kind, name, nth, seed=self._seed), nth)


def _is_repeated(fault: Fault, *, idempotent: bool) -> bool:
    """Whether a client without an idempotency key repeats the request after this fault."""
    if fault.kind is FaultKind.ERROR:
        return fault.status == 429 or (idempotent and fault.status in _TRANSIENT)
    return idempotent

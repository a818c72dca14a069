"""Orders for the next jobs, as the page gives them, and which job has followed which scenario besides the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bide.ir import Job
from bide.simulator.life.job import problem_of
from bide.simulator.life.scenario import Scenario, ScenarioError
from bide.simulator.life.script import Rule

MOST_ORDERS = 1_000
MOST_FOLLOWED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A scenario for the next job or operation of this name, or for the next job of any kind that can follow it."""

    number: int
    kind: str
    """`job` or `operation`."""
    name: str | None
    scenario: Scenario


class Orders:
    """The orders that nobody has taken yet, and the scenarios that were followed instead of the file's."""

    def __init__(self, jobs: Mapping[str, Job], operations: set[str]) -> None:
        self._jobs = jobs
        self._operations = operations
        self._open: list[Order] = []
        self._count = 0
        self._followed: dict[tuple[str, str, int], Scenario] = {}

    @property
    def open(self) -> tuple[Order, ...]:
        return tuple(self._open)

    @property
    def followed(self) -> list[Rule]:
        """What was followed, as entries of a scenario file."""
        return [
            Rule(scenario=scenario, kind=kind, name=name, nth=nth)
            for (kind, name, nth), scenario in self._followed.items()
        ]

    def give(self, kind: str, name: str | None, scenario: Scenario) -> Order:
        """Order a scenario for the next job or operation. Raises `ScenarioError` if none can follow it."""
        if kind not in ("job", "operation"):
            raise ScenarioError(f"kind is {kind!r}, expected job or operation")
        known = self._jobs if kind == "job" else dict.fromkeys(self._operations)
        if name is not None and name not in known:
            raise ScenarioError(f"there is no {kind} {name!r}, only {', '.join(sorted(known))}")
        meant = [job for each, job in self._jobs.items() if name in (None, each)] if kind == "job" else []
        problems = [problem_of(job, scenario) for job in meant]
        if problems and all(problems):
            raise ScenarioError(problems[0])
        if len(self._open) >= MOST_ORDERS:
            raise ScenarioError(f"{MOST_ORDERS} orders wait already")
        self._count += 1
        order = Order(number=self._count, kind=kind, name=name, scenario=scenario)
        self._open.append(order)
        return order

    def drop(self, number: int) -> None:
        """Take an order back."""
        self._open = [order for order in self._open if order.number != number]

    def take(self, kind: str, name: str) -> Scenario | None:
        """The first order for a new job or a new call, which is taken with this; `None` if there is none."""
        for order in self._open:
            if order.kind != kind or order.name not in (None, name):
                continue
            if kind == "job" and problem_of(self._jobs[name], order.scenario):
                continue
            self._open.remove(order)
            return order.scenario
        return None

    def note(self, kind: str, name: str, nth: int, scenario: Scenario) -> None:
        """Note that the nth job or call of this name follows a scenario that the file does not have for it."""
        self._followed[kind, name, nth] = scenario
        while len(self._followed) > MOST_FOLLOWED:
            del self._followed[next(iter(self._followed))]

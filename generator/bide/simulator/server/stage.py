"""The world that a simulator plays, its time, and whether it began anew."""

from __future__ import annotations

import time
from collections.abc import Callable

from bide.ir import Provider
from bide.simulator.world.world import World


class Stage:
    """A world whose time runs *speed* times as fast as the clock. Both may change."""

    def __init__(
        self,
        provider: Provider,
        world_at: Callable[[float], World],
        *,
        speed: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self.speed = speed
        self.world = world_at(speed)
        self.generation = 0
        """How many worlds were forgotten, and how often the speed changed: a page has to start again."""
        self._world_at = world_at
        self._clock = clock
        self._since = clock()
        self._passed = 0.0

    def now(self) -> float:
        """Seconds of the server. They never go back."""
        return self._passed + (self._clock() - self._since) * self.speed

    def set_speed(self, speed: float) -> None:
        self._passed, self._since = self.now(), self._clock()
        self.speed = speed
        self.world.set_speed(speed)
        self.generation += 1

    def forget(self) -> None:
        """Begin with a new world: no job, no order, and everything counts from 1. Its time goes on."""
        self.world = self._world_at(self.speed)
        self.generation += 1

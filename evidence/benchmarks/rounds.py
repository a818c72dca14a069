"""Measure candidates in turn, so that other load on the machine affects all of them equally."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping


def cpu(candidates: Mapping[str, Callable[[], object]], *, rounds: int, times: int = 1) -> dict[str, list[float]]:
    """The CPU seconds of a call of each candidate, for each round; a round calls each *times* times.

    One round before the first is not counted.
    """
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, candidate in candidates.items():
            gc.collect()
            began = time.process_time()
            for _ in range(times):
                candidate()
            if number:
                taken[name].append((time.process_time() - began) / times)
    return taken

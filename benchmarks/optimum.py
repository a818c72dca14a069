"""The best times to look at a job whose time is drawn from a known distribution, by dynamic programming."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

STEPS = 400
"""How finely time is cut."""


def optimum(times: Sequence[float], *, price: float, shortest: float) -> tuple[float, ...]:
    """When to look at a job that takes one of *times* (ascending, equally likely), so that it costs the least.

    The cost is the mean delay between the end and the look that sees it, in seconds, and *price* for each look. Two
    looks are at least *shortest* apart.
    """
    step = times[-1] / STEPS
    ended, spent, at = [0], [0.0], 0
    sums = [0.0, *accumulate(times)]
    for look in range(1, STEPS + 1):
        while at < len(times) and times[at] <= look * step * (1 + 1e-9):
            at += 1
        ended.append(at)
        spent.append(sums[at])
    apart = max(1, round(shortest / step))
    best = [0.0] * (STEPS + 1)
    then = [STEPS] * (STEPS + 1)
    for now in range(STEPS - 1, -1, -1):

        def cost(look: int, now: int = now) -> float:
            waited = (ended[look] - ended[now]) * look * step - (spent[look] - spent[now])
            return waited + price * (len(times) - ended[now]) + best[look]

        then[now] = min(range(min(now + apart, STEPS), STEPS + 1), key=cost)
        best[now] = cost(then[now])
    looks, now = [], 0
    while now < STEPS:
        now = then[now]
        looks.append(now * step)
    return (*looks[:-1], times[-1])


def costs(looks: Callable[[int], float], times: Sequence[float]) -> tuple[float, float]:
    """Mean number of looks and mean delay over jobs that take *times* (ascending); *looks* tells when the n-th is."""
    number, polls, delay = 0, 0.0, 0.0
    for ends in times:
        while looks(number) < ends:
            number += 1
        polls += number + 1
        delay += looks(number) - ends
    return polls / len(times), delay / len(times)

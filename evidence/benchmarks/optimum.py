"""The optimal times to poll a job whose duration has a known distribution, by dynamic programming."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import accumulate
from math import ceil


def optimum(times: Sequence[float], *, price: float, step: float, shortest: float = 0.0) -> tuple[float, ...]:
    """The ages at which to poll a job that takes one of *times* (ascending, equally likely) at the lowest cost.

    The cost is the mean delay between the end and the poll that detects it, in seconds, plus *price* for each poll.
    Polls are at multiples of *step* seconds, and at least *shortest* apart, which should be a whole number of steps.
    """
    apart = max(1, round(shortest / step))
    last = ceil(times[-1] / step - 1e-9)
    ended = _ended(times, step, last + apart)
    sums = [0.0, *accumulate(times)]
    # The cost of a poll and all polls after it if no job ended before that poll: its delays, and the rest.
    after = [ended[look] * look * step - sums[ended[look]] for look in range(last + apart + 1)]
    then = [0] * last
    hull = deque[int]()
    for now in range(last - 1, -1, -1):
        _extend(hull, now + apart, after)
        seen, slope = ended[now], ended[now] * step
        # Earlier polls follow on fewer ended jobs, so their best next poll is earlier too: drop later candidates.
        while len(hull) > 1 and after[hull[1]] - slope * hull[1] <= after[hull[0]] - slope * hull[0]:
            hull.popleft()
        then[now] = best = hull[0]
        after[now] += after[best] - slope * best + sums[seen] + price * (len(times) - seen)
    polls, now = [], 0
    while now < last:
        now = then[now]
        polls.append(now * step)
    return tuple(polls)


def _ended(times: Sequence[float], step: float, steps: int) -> list[int]:
    """The number of jobs that have ended at each step."""
    ended, number = [], 0
    for look in range(steps + 1):
        while number < len(times) and times[number] <= look * step * (1 + 1e-9):
            number += 1
        ended.append(number)
    return ended


def _extend(hull: deque[int], look: int, after: Sequence[float]) -> None:
    """Add a poll, earlier than all others, to the lower hull of costs: the polls that can still be optimal."""
    while len(hull) > 1:
        last, before = hull[-1], hull[-2]
        if (after[last] - after[look]) * (before - look) < (after[before] - after[look]) * (last - look):
            break
        hull.pop()
    hull.append(look)

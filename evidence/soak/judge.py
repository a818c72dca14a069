"""Play the script of a seed and check the promises."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback

from evidence.soak import alone, batch, pair
from evidence.soak.promises import broken
from evidence.soak.script import Script, draw
from evidence.soak.story import Story

HANGS_AFTER = 10
"""CPU seconds after which a script is taken to hang; it usually takes milliseconds."""


def play(script: Script) -> list[Story]:
    """Play a script in each of its colours."""
    match script.shape:
        case "alone":
            return alone.play(script)
        case "pair":
            return pair.play(script)
        case _:
            return batch.play(script)


def judge(seed: int) -> tuple[list[str], list[Story]]:
    """The broken promises of a script, and its recordings."""
    stories: list[Story] = []
    signal.signal(signal.SIGVTALRM, _hangs)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_AFTER)
    try:
        stories = play(draw(seed))
        found = [line for story in stories for line in broken(story)]
        if len(stories) == 2 and stories[0].trace() != stories[1].trace():
            found.append(f"W15: {difference(*stories)}")
    except (Exception, asyncio.CancelledError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        found = [f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"]
        if os.environ.get("SOAK_TRACE"):
            traceback.print_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found, stories


def difference(blocking: Story, awaited: Story) -> str:
    """The first difference between the two colours."""
    for ours, theirs in zip(blocking.trace(), awaited.trace(), strict=True):
        for one, other in zip(ours, theirs, strict=False):
            if one != other:
                return f"blocking {one}, awaited {other}"
        if len(ours) != len(theirs):
            return f"blocking has {len(ours)}, awaited {len(theirs)} of the likes of {(ours or theirs)[0]}"
    return "nothing"


def soak(first: int, number: int) -> tuple[int, list[tuple[int, str]]]:
    """Play scripts one after another; returns their number, and the broken promises."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found: list[tuple[int, str]] = []
    for seed in range(first, first + number):
        found += [(seed, line) for line in judge(seed)[0]]
    return number, found


def _hangs(*_: object) -> None:
    raise TimeoutError("the script hangs")

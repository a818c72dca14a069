"""Play the script of a seed and check the promises."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback

from evidence.soak import alone, batch, pair
from evidence.soak.promises import broken
from evidence.soak.recording import Recording
from evidence.soak.script import Script, draw

HANGS_AFTER = 10
"""CPU seconds after which a script is taken to hang; it usually takes milliseconds."""


def play(script: Script) -> list[Recording]:
    """Play a script in each of its colours."""
    match script.shape:
        case "alone":
            return alone.play(script)
        case "pair":
            return pair.play(script)
        case _:
            return batch.play(script)


def judge(seed: int) -> tuple[list[str], list[Recording]]:
    """The broken promises of a script, and its recordings."""
    recordings: list[Recording] = []
    signal.signal(signal.SIGVTALRM, _hangs)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANGS_AFTER)
    try:
        recordings = play(draw(seed))
        found = [line for recording in recordings for line in broken(recording)]
        if len(recordings) == 2 and recordings[0].trace() != recordings[1].trace():
            found.append(f"W15: {difference(*recordings)}")
    except (Exception, asyncio.CancelledError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        found = [f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"]
        if os.environ.get("SOAK_TRACE"):
            traceback.print_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return found, recordings


def difference(blocking: Recording, awaited: Recording) -> str:
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

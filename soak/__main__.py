"""The command line of the soak."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count

from . import alone
from .promises import broken
from .script import Script, draw
from .story import Story

CHUNK = 100
HANGS_AFTER = 30
"""Real seconds after which a script hangs: it takes some milliseconds."""


def play(script: Script) -> list[Story]:
    """Play a script in every colour it has."""
    match script.shape:
        case "alone":
            return alone.play(script)
        case "pair":
            from . import pair

            return pair.play(script)
        case _:
            from . import batch

            return batch.play(script)


def judge(seed: int) -> tuple[list[str], list[Story]]:
    """What a script breaks, and its stories."""
    stories: list[Story] = []
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(HANGS_AFTER)
    try:
        stories = play(draw(seed))
        found = [line for story in stories for line in broken(story)]
        if len(stories) == 2 and stories[0].trace() != stories[1].trace():
            found.append(f"W15: {difference(*stories)}")
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        found = [f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"]
        if os.environ.get("SOAK_TRACE"):
            traceback.print_exc()
    finally:
        signal.alarm(0)
    return found, stories


def difference(blocking: Story, awaited: Story) -> str:
    """Where the two colours part."""
    for ours, theirs in zip(blocking.trace(), awaited.trace(), strict=True):
        for one, other in zip(ours, theirs, strict=False):
            if one != other:
                return f"blocking {one}, awaited {other}"
        if len(ours) != len(theirs):
            return f"blocking has {len(ours)}, awaited {len(theirs)} of the likes of {(ours or theirs)[0]}"
    return "nothing"


def soak(first: int, number: int) -> tuple[int, list[tuple[int, str]]]:
    """Play scripts one after another; how many, and what they break."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    found: list[tuple[int, str]] = []
    for seed in range(first, first + number):
        found += [(seed, line) for line in judge(seed)[0]]
    return number, found


def main() -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="soak", description="Random scripts against the waiting contract.")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long")
    parser.add_argument("--workers", type=int, default=1, help="how many processes")
    parser.add_argument("--seed", type=int, help="play this script alone, and tell it in full")
    parser.add_argument("--first", type=int, help="the first seed; left out, it is drawn from the clock")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return one(arguments.seed)
    first = arguments.first if arguments.first is not None else int(time.time()) * 1000
    return many(first, arguments.minutes, arguments.workers)


def one(seed: int) -> int:
    """Tell one script in full."""
    found, stories = judge(seed)
    for story, name in zip(stories, ("--- blocking", "--- awaited"), strict=False):
        print(f"{name}\n{story}\n")
    print("\n".join(found) if found else "every promise is kept")
    return 1 if found else 0


def many(first: int, minutes: float, workers: int) -> int:
    """Play scripts for so long."""
    print(f"seeds from {first}; a single one again: make soak SEED=<seed>", flush=True)
    began = said = time.monotonic()
    played = 0
    kinds: Counter[str] = Counter()
    chunks = count(first, CHUNK)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running: set[Future[tuple[int, list[tuple[int, str]]]]] = set()
        while True:
            now = time.monotonic()
            while now - began < minutes * 60 and len(running) < 2 * workers:
                running.add(pool.submit(soak, next(chunks), CHUNK))
            if not running:
                break
            done, running = wait(running, timeout=5, return_when=FIRST_COMPLETED)
            for future in done:
                number, found = future.result()
                played += number
                for seed, line in found:
                    kind = line[:24]
                    kinds[kind] += 1
                    if kinds[kind] <= 3:
                        print(f"seed {seed}: {line}", flush=True)
            if time.monotonic() - said >= 60:
                said = time.monotonic()
                print(_progress(began, played, kinds), flush=True)
    print(_progress(began, played, kinds))
    for kind, times in kinds.most_common():
        print(f"{times:6} x {kind}...")
    return 1 if kinds else 0


def _progress(began: float, played: int, kinds: Counter[str]) -> str:
    minutes = (time.monotonic() - began) / 60
    return f"{minutes:6.1f} min: {played} scripts, {kinds.total()} broken promises"


def _hangs(*_: object) -> None:
    raise TimeoutError("the script hangs")


if __name__ == "__main__":
    sys.exit(main())

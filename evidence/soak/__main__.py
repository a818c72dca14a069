"""The command line of the soak."""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import time
from collections import defaultdict
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count

from evidence.soak.judge import judge, soak

CHUNK = 100
"""Scripts that a worker plays before it reports."""


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
    """Play one script and print it in full."""
    found, recordings = judge(seed)
    for recording, name in zip(recordings, ("--- blocking", "--- awaited"), strict=False):
        print(f"{name}\n{recording}\n")
    print("\n".join(found) if found else "every promise is kept")
    return 1 if found else 0


def many(first: int, minutes: float, workers: int) -> int:
    """Play scripts for *minutes*."""
    print(f"seeds from {first}; a single one again: make soak SEED=<seed>", flush=True)
    began = said = time.monotonic()
    played = 0
    seeds: defaultdict[str, set[int]] = defaultdict(set)
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
                    kind = re.sub(r"[0-9.]+", "#", line)[:48]
                    is_new = seed not in seeds[kind]
                    seeds[kind].add(seed)
                    if is_new and len(seeds[kind]) <= 3:
                        print(f"seed {seed}: {line}", flush=True)
            if time.monotonic() - said >= 60:
                said = time.monotonic()
                print(_progress(began, played, seeds), flush=True)
    print(_progress(began, played, seeds))
    for kind, broke in seeds.items():
        print(f"{len(broke):6} x {kind}...")
    return 1 if seeds else 0


def _progress(began: float, played: int, seeds: dict[str, set[int]]) -> str:
    minutes = (time.monotonic() - began) / 60
    return f"{minutes:6.1f} min: {played} scripts, {len(set().union(*seeds.values()))} of them break a promise"


if __name__ == "__main__":
    sys.exit(main())

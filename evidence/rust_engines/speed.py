"""The time of one poll with each engine, measured in the environment of the engines."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeAlias

from evidence.rust_engines.environment import ROOT

PATIENCE = 300.0
"""Seconds that it may take."""


class Time(NamedTuple):
    """The time of one poll."""

    seconds: float
    """On the clock, the median of the rounds."""
    ratio: float
    """To our default engine in the same round, the median."""
    cpu: float
    """The same ratio of CPU time, in all threads."""


Times: TypeAlias = dict[str, Time]
"""By engine."""


def measured(python: Path) -> Times:
    """The times with an interpreter."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "generated" / "anakin")])
    done = subprocess.run(
        [str(python), "-m", "evidence.rust_engines.polls"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,  # an engine may abort at the end
    )
    return times(json.loads(done.stdout))


def times(taken: dict[str, dict[str, tuple[list[float], list[float]]]]) -> Times:
    """The times by engine, of what was printed; the first of each kind is our default."""
    found: Times = {}
    for engines in taken.values():
        default = next(iter(engines.values()))
        for engine, (clock, cpu) in engines.items():
            found[engine] = Time(median(clock), _ratio(clock, default[0]), _ratio(cpu, default[1]))
    return found


def _ratio(these: list[float], those: list[float]) -> float:
    return median(one / other for one, other in zip(these, those, strict=True))

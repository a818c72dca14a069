"""A worker: tries one mutant after another in its own copy of the tree."""

from __future__ import annotations

import time
from pathlib import Path

from evidence.mutants.kept import keep
from evidence.mutants.sites import Mutant
from evidence.mutants.targets import Target
from evidence.mutants.trial import SURVIVED, Trials, warm_up


def try_all(tree: Path, share: list[tuple[Target, Mutant]], ends_at: float) -> dict[str, str]:
    """Try mutants until *ends_at*, printing each survivor; returns the result of each."""
    warm_up()
    results: dict[str, str] = {}
    trials: dict[str, Trials] = {}
    for number, (target, mutant) in enumerate(share, start=1):
        if time.monotonic() > ends_at:
            break
        if target.folder not in trials:
            trials[target.folder] = Trials(tree, target)
        fate = results[mutant.name] = trials[target.folder].fate(target, mutant)
        keep(target, mutant, fate)
        if fate == SURVIVED:
            print(f"survived: line {mutant.line} of {mutant.name}", flush=True)
        if number % 25 == 0:
            print(f"{number} of {len(share)} tried", flush=True)
    for one in trials.values():
        one.close()
    return results

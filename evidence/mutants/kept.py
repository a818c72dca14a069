"""What became of mutants in earlier runs, one line each, written as soon as it is known."""

from __future__ import annotations

import hashlib
import json

from evidence.mutants.sites import Mutant
from evidence.mutants.targets import REPOSITORY, Target

FILE = REPOSITORY / ".mutants" / "trials.jsonl"


def keep(target: Target, mutant: Mutant, fate: str) -> None:
    """Write down what became of a mutant."""
    FILE.parent.mkdir(exist_ok=True)
    line = json.dumps({"path": target.path, "digest": _digest(target), "mutant": mutant.name, "fate": fate})
    with FILE.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def kept(sources: list[tuple[Target, list[Mutant]]]) -> dict[str, str]:
    """What became of the mutants of files that are as they were."""
    if not FILE.exists():
        return {}
    digests = {target.path: _digest(target) for target, _ in sources}
    names = {mutant.name for _, group in sources for mutant in group}
    found: dict[str, str] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        trial = json.loads(line)
        if digests.get(trial["path"]) == trial["digest"] and trial["mutant"] in names:
            found[trial["mutant"]] = trial["fate"]
    return found


def _digest(target: Target) -> str:
    return hashlib.sha256(target.source.encode()).hexdigest()

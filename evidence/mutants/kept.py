"""The results of earlier runs, one line for each mutant, written at once."""

from __future__ import annotations

import hashlib
import json

from evidence.mutants.sites import Mutant
from evidence.mutants.targets import REPOSITORY, Target

FILE = REPOSITORY / ".mutants" / "trials.jsonl"


def keep(target: Target, mutant: Mutant, fate: str) -> None:
    """Write the result of a mutant."""
    FILE.parent.mkdir(exist_ok=True)
    line = json.dumps({"path": target.path, "digest": _digest(target), "mutant": mutant.name, "fate": fate})
    with FILE.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def kept(sources: list[tuple[Target, list[Mutant]]]) -> dict[str, str]:
    """The results for mutants of unchanged files."""
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

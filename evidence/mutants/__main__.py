"""The command line of the mutants."""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from evidence.mutants.kept import kept
from evidence.mutants.known import KnownSurvivors, known
from evidence.mutants.report import report, share
from evidence.mutants.shift import try_all
from evidence.mutants.sites import Mutant, mutants
from evidence.mutants.targets import REPOSITORY, Target, targets
from evidence.mutants.trial import SURVIVED, copy_tree

PAGE = REPOSITORY / "docs" / "mutants.md"

ENOUGH = 95.0
"""The percentage of mutants that must be killed."""

Sources = list[tuple[Target, list[Mutant]]]


def main() -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="mutants", description="Do the tests bite?")
    parser.add_argument("--sample", type=int, help="try so many, always the same ones")
    parser.add_argument("--only", default="", help="try those of one file")
    parser.add_argument("--workers", type=int, default=1, help="how many processes")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no trial after so long")
    parser.add_argument("--anew", action="store_true", help="forget the results that are kept")
    parser.add_argument("--list", action="store_true", help="name the mutants and try none")
    arguments = parser.parse_args()

    sources = [(target, mutants(target.name, target.source)) for target in targets()]
    chosen = _chosen(sources, arguments.sample, arguments.only)
    if arguments.list:
        print("\n".join(mutant.name for _, mutant in chosen))
        return 0
    names = {mutant.name for _, mutant in chosen}
    results = {} if arguments.anew else {name: fate for name, fate in kept(sources).items() if name in names}
    # Survivors are tried again, because tests may be new, but after those that were not tried yet.
    todo = [(target, mutant) for target, mutant in chosen if mutant.name not in results]
    again = [(target, mutant) for target, mutant in chosen if results.get(mutant.name) == SURVIVED]
    print(f"{len(chosen)} mutants, {len(todo)} to try and {len(again)} to try again", flush=True)
    todo += again
    _try_all(todo, results, arguments.workers, arguments.minutes)

    listed = known()
    options = "".join(
        f" {name.upper()}={value}" for name, value in (("sample", arguments.sample), ("only", arguments.only)) if value
    )
    page = report(
        results,
        sources,
        listed,
        command=f"make mutants{options}",
        chosen=len(chosen),
        date=time.strftime("%Y-%m-%d"),
    )
    PAGE.write_text(page, encoding="utf-8")
    return _judged(results, sources, listed)


def _chosen(sources: Sources, sample: int | None, only: str) -> list[tuple[Target, Mutant]]:
    """The mutants to try, in a shuffled order that is always the same."""
    found = [(target, mutant) for target, group in sources for mutant in group if only in mutant.file]
    found.sort(key=lambda one: hashlib.sha256(one[1].name.encode()).digest())
    return found[:sample]


def _try_all(todo: list[tuple[Target, Mutant]], results: dict[str, str], workers: int, minutes: float) -> None:
    began = time.monotonic()
    ends_at = began + minutes * 60
    with tempfile.TemporaryDirectory(prefix="bide-mutants-") as folder:
        trees = [Path(folder) / str(number) for number in range(workers)]
        for tree in trees:
            copy_tree(tree)
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            shares = [todo[number::workers] for number in range(workers)]
            jobs = [pool.submit(try_all, tree, part, ends_at) for tree, part in zip(trees, shares, strict=True) if part]
            for job in as_completed(jobs):
                results.update(job.result())


def _judged(results: dict[str, str], sources: Sources, listed: KnownSurvivors) -> int:
    """Print the problems of the results and of the list of known survivors; returns the exit code."""
    wrong = list(_wrong(results, sources, listed))
    print(f"{len(results)} tried, {share(results, listed):.1f} in 100 killed; see {PAGE.relative_to(REPOSITORY)}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def _wrong(results: dict[str, str], sources: Sources, listed: KnownSurvivors) -> Iterator[str]:
    names = {mutant.name for _, group in sources for mutant in group}
    for name in listed.reasons:
        if name not in names:
            yield f"equivalent.toml lists what is no mutant any more: {name}"
        elif results.get(name, SURVIVED) != SURVIVED:
            yield f"equivalent.toml lists a mutant that is killed: {name}"
    for name, fate in results.items():
        if fate == SURVIVED and name not in listed.reasons:
            yield f"not killed, and not listed: {name}"
    if share(results, listed) < ENOUGH:
        yield f"fewer than {ENOUGH:g} in 100 are killed"


if __name__ == "__main__":
    sys.exit(main())

"""One mutant against the tests, in a copy of the tree, in separate processes with timeouts."""

from __future__ import annotations

import compileall
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from evidence.mutants.session import CANNOT, OPTIONS, Session, forked, in_folder
from evidence.mutants.sites import Mutant
from evidence.mutants.targets import PACKAGE, REPOSITORY, RUNTIME, Target
from evidence.mutants.witness import FIRST_SECONDS, Asked, Coverage

COPIED = ("evidence", "generator", "runtime", "tests", PACKAGE, "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")

WITHOUT = 1200.0
"""The timeout of all tests without a mutant, in real seconds."""

NONE_FOUND = 5
"""An exit code of pytest."""

MOST = 2000
"""The largest number of tests of a line that are run."""

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"


class Broken(Exception):
    """The tests fail without a mutant, or do not run in the copy, so they cannot judge mutants."""


def copy_tree(to: Path) -> None:
    """Copy the files that the tests need. Mutants are written only there."""
    for name in COPIED:
        source, target = REPOSITORY / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        compileall.compile_dir(to, quiet=2)


def warm_up() -> None:
    """Import the dependencies of every trial, so that each fork has them. None of our modules is imported."""
    import asyncio

    import hypothesis.strategies
    import msgspec.inspect

    assert asyncio, (hypothesis, msgspec)
    assert not any(name.split(".")[0] in ("bide", "bide_runtime") for name in sys.modules)


class Trials:
    """The trials of the targets of one folder. The constructor runs the tests without a mutant, which must pass."""

    def __init__(self, tree: Path, target: Target) -> None:
        self._tree = tree
        self._folder = tree / target.folder
        self._paths = (self._folder, tree / "generator", tree / "runtime")
        self._rest = target.rest
        self._session = Session(self._folder, self._paths, target.rest)
        file = tree / "coverage.json"
        files = {str(path) for folder in (RUNTIME, PACKAGE) for path in (tree / folder).rglob("*.py")}
        if self._session.watch(files, file, WITHOUT) != 0:
            culprit = file.read_text() if file.exists() else "one that ended the process"
            raise Broken(f"the tests of {target.folder}/{target.rest} fail without a mutant, first {culprit}")
        self._coverage = Coverage.read(file)
        if not any(name.startswith(f"{tree}/") for name in self._coverage.reached):
            raise Broken(f"the tests of {target.folder}/{target.rest} run something else than the copy")

    def close(self) -> None:
        """End the process with the loaded tests."""
        self._session.close()

    def fate(self, target: Target, mutant: Mutant) -> str:
        """The result of a mutant."""
        path = self._tree / target.path
        reaching = self._coverage.reaching(path, range(mutant.line, mutant.last_line + 1))
        status = CANNOT
        if reaching:
            tests = self._in_order(reaching, target)[:MOST]
            status = self._session.attempt(path, mutant.where, mutant.text, tests, self._coverage)
        if status == CANNOT:
            # Code that runs at import is reached by no test, but any test may detect the change.
            status = self._anew(path, target, mutant, self._in_order(self._coverage.seconds, target))
        if status in (-signal.SIGALRM, -signal.SIGKILL):
            return TIMED_OUT
        return KILLED if status else SURVIVED

    def _in_order(self, tests: Iterable[str], target: Target) -> list[str]:
        """The tests of the likeliest files first, and fast ones before slow ones."""
        seconds = self._coverage.seconds
        return sorted(tests, key=lambda test: (test.partition("::")[0] not in target.first, seconds[test]))

    def _anew(self, path: Path, target: Target, mutant: Mutant, tests: list[str]) -> int:
        """Try a mutant with everything imported anew: first the likely tests, then the others."""
        # Python would use stale bytecode for a text of the same length and second.
        for old in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            old.unlink()
        path.write_text(mutant.text, encoding="utf-8")
        try:
            likely = [test for test in tests if test.partition("::")[0] in target.first]
            for part in (likely, [test for test in tests if test not in set(likely)]):
                status = self._imported(part) if part else 0
                if status != 0:
                    return status
            return 0
        finally:
            path.write_text(target.source, encoding="utf-8")

    def _imported(self, tests: list[str]) -> int:
        files = sorted({test.partition("::")[0] for test in tests})
        asked = Asked(self._coverage, tests)

        def call() -> int:
            # Importing a mutant may hang, too.
            signal.setitimer(signal.ITIMER_REAL, 4 * FIRST_SECONDS)
            return int(pytest.main([*OPTIONS, *files], plugins=[asked]))

        def child() -> int:
            in_folder(self._folder, self._paths, call)
            return 1

        status = forked(child, WITHOUT)
        if status == NONE_FOUND:
            raise Broken(f"none of the tests in {', '.join(files)} was found again")
        return status

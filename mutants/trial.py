"""One mutant against the tests, in a copy of the tree, in a process of its own that may not take for ever."""

from __future__ import annotations

import compileall
import os
import shutil
import signal
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

from .sites import Mutant
from .targets import PACKAGE, REPOSITORY, Target

COPIED = ("generator", "tests", PACKAGE, "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")

FIRST_LIMIT = 90.0
REST_LIMIT = 300.0
"""Real seconds for the tests that are asked first, and for all others. Without a mutant they take a fifth of it."""

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"


def copy_tree(to: Path) -> None:
    """Copy what the tests need; mutants are written there, and never into the work tree."""
    for name in COPIED:
        source, target = REPOSITORY / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        compileall.compile_dir(to, quiet=2)


def forget(tree: Path, target: Target) -> None:
    """Take away the bytecode of a file: it would be trusted for another text of the same second and length."""
    path = tree / target.path
    for old in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        old.unlink()


def warm_up() -> None:
    """Import what every trial needs, so that a fork has it already. Nothing of ours is among it."""
    import hypothesis.strategies
    import msgspec.inspect
    import pytest

    assert hypothesis, (msgspec, pytest)
    assert not any(name == "bide" or name.startswith("bide.") for name in sys.modules)


def tried(tree: Path, target: Target, mutant: Mutant) -> str:
    """What became of a mutant."""
    path = tree / target.path
    forget(tree, target)
    path.write_text(mutant.text, encoding="utf-8")
    try:
        first = [name for name in target.first if (tree / target.folder / name).exists()]
        if first:
            fate = run(tree, target, first, FIRST_LIMIT)
            if fate != SURVIVED:
                return fate
        return run(tree, target, [target.rest, *(f"--ignore={name}" for name in first)], REST_LIMIT)
    finally:
        path.write_text(target.source, encoding="utf-8")


def run(tree: Path, target: Target, arguments: list[str], limit: float) -> str:
    """Run some tests until the first one fails."""
    child = os.fork()
    if child == 0:
        _pytest(tree, target, arguments)
    ends_at = time.monotonic() + limit
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return SURVIVED if os.waitstatus_to_exitcode(status) == 0 else KILLED
        if time.monotonic() > ends_at:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return TIMED_OUT
        time.sleep(0.02)


def _pytest(tree: Path, target: Target, arguments: list[str]) -> None:
    """In the child: run pytest, and leave without a word."""
    os.setpgid(0, 0)
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        folder = tree / target.folder
        os.chdir(folder)
        sys.path[:] = [str(folder), str(tree / "generator"), *sys.path]
        sys.dont_write_bytecode = True
        import pytest

        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", "--hypothesis-seed=0"]
        code = int(pytest.main([*options, *arguments]))
    finally:
        os._exit(code)

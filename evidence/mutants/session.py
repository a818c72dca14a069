"""The tests of one folder, collected once and then run many times, each time in its own fork."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from evidence.mutants.swap import swap
from evidence.mutants.witness import Coverage, Witness

OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain", "--hypothesis-seed=0"),
    "--ignore-glob=*/runtime/engines/*",  # these need sockets and real time
    "--ignore-glob=*/test_crowd.py",  # memory differs under a trace function
)

CANNOT = 99
"""The exit code of a trial that needs fresh imports."""


class Session:
    """A process that has loaded the tests and waits for runs."""

    def __init__(self, folder: Path, paths: Sequence[Path], rest: str) -> None:
        self._pipe, theirs = Pipe()
        self._child = os.fork()
        if self._child == 0:
            self._pipe.close()
            in_folder(folder, paths, lambda: pytest.main([*OPTIONS, rest], plugins=[_Served(theirs)]))
        theirs.close()

    def watch(self, files: set[str], into: Path, limit: float) -> int:
        """Run all tests without a mutant; returns the exit code.

        Writes the lines that they reach, or the name of the first test that fails.
        """
        return self._asked((files, into, limit))

    def attempt(self, path: Path, where: str, text: str, tests: list[str], coverage: Coverage) -> int:
        """Run these tests, in this order, against a mutant; returns the exit code, negative for a signal."""
        return self._asked((path, where, text, [(test, coverage.limit(test)) for test in tests]))

    def close(self) -> None:
        """End the process."""
        self._pipe.send(())
        os.waitpid(self._child, 0)

    def _asked(self, what: tuple[object, ...]) -> int:
        self._pipe.send(what)
        status: int = self._pipe.recv()
        return status


class _Served:
    """A pytest plugin that runs the requested tests instead of all tests once."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each request in a fork, so that it leaves nothing behind for the next one."""
        items = {item.nodeid: item for item in session.items}
        while True:
            try:
                match self._pipe.recv():
                    case ():
                        return True
                    case (set() as files, into, limit):
                        status = forked(lambda: _watched(session, files, into), limit)
                    case (path, where, text, tests):
                        chosen = [(items[test], limit) for test, limit in tests]
                        limit = sum(limit for _, limit in chosen)
                        status = forked(lambda: _tried(session, path, where, text, chosen), limit)  # noqa: B023
            except EOFError:
                return True
            self._pipe.send(status)


def _watched(session: pytest.Session, files: set[str], into: Path) -> int:
    witness = Witness(files)
    session.config.pluginmanager.register(witness)
    failed = _run(session, [(item, 0.0) for item in session.items])
    if failed is not None:
        into.write_text(failed)
        return 1
    witness.coverage.write(into)
    return 0


def _tried(session: pytest.Session, path: Path, where: str, text: str, tests: list[tuple[pytest.Item, float]]) -> int:
    return (_run(session, tests) is not None) if swap(path, where, text) else CANNOT


def _run(session: pytest.Session, tests: list[tuple[pytest.Item, float]]) -> str | None:
    """Run tests until the first one fails; returns its name. A timer ends the process if a test takes too long."""
    following = [item for item, _ in tests[1:]]
    for (item, limit), after in zip(tests, [*following, None], strict=True):
        signal.setitimer(signal.ITIMER_REAL, limit)
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        if session.testsfailed:
            return item.nodeid
    return None


def forked(call: Callable[[], int], limit: float) -> int:
    """Call in a new process, which is killed after *limit* seconds; returns the exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setpgid(0, 0)
            code = call()
        finally:
            os._exit(code)
    ends_at = time.monotonic() + limit
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > ends_at:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.005)


def in_folder(folder: Path, paths: Sequence[Path], call: Callable[[], int]) -> None:
    """In a child process: call in another folder, with *paths* first on the module path, and exit silently."""
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        os.chdir(folder)
        sys.path[:] = [*map(str, paths), *sys.path]
        sys.dont_write_bytecode = True
        code = int(call())
    finally:
        os._exit(code)

"""Run the tests that a generated package brings, as its user would, in a process of their own.

A new process takes a second to load pytest and the engines. These are forked from one that has loaded them.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
EXAMPLES = "5"
"""Of each property. The packages of `specs/` run with 10; for 60 more those would take long."""

_LOADED = [
    "pytest",
    "xdist.plugin",
    "_hypothesis_pytestplugin",
    "hypothesis.strategies",
    "aiohttp",
    "msgspec",
    "urllib3",
]
"""What each package needs. Not the runtime: some packages have their own copy."""

_SECONDS = 120

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_LOADED)


def own_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the folder of a package."""
    with tempfile.NamedTemporaryFile() as output:
        process = _FORKS.Process(target=_run, args=(folder, arguments, output.name))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
        return subprocess.CompletedProcess(arguments, process.exitcode or 0, Path(output.name).read_text("utf-8"), "")


def _run(folder: Path, arguments: tuple[str, ...], output: str) -> None:
    with open(output, "wb", buffering=0) as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.chdir(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]  # these tests of the repository
    ours = (str(REPOSITORY / "generator"), str(REPOSITORY / "runtime"), sys.prefix, sys.base_prefix)
    sys.path[:] = [str(folder), *(path for path in sys.path if path.startswith(ours))]
    os.environ |= {"PYTHONPATH": str(folder), "BIDE_EXAMPLES": EXAMPLES}
    import pytest

    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *arguments]))

"""A process killed while writing a package leaves nothing that the next run cannot repair."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bide.emit.journal import is_half_done
from bide.emit.write import MANIFEST, write
from tests.hostile import killed
from tests.hostile.killed import NEW, OLD, package

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
MANY = 60
"""More steps than a write has."""


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def outcomes(tmp_path: Path, when: str) -> list[Path]:
    """A folder with the old package for each step at which a process that wrote the new one was killed."""
    found = []
    for step in range(1, MANY):
        out = tmp_path / f"{step}"
        write(out, [package(OLD)])
        run = subprocess.run([sys.executable, "-P", killed.__file__, str(out), str(step), when], check=False)
        if run.returncode == 0 and when == "before":
            break
        assert run.returncode in (0, -signal.SIGKILL)
        found.append(out)
        if when == "within" and step >= 30:
            break
    return found


@pytest.mark.parametrize("when", ["before", "within"])
def test_a_killed_process_leaves_the_old_or_the_new(tmp_path: Path, when: str) -> None:
    """Complete, or marked as incomplete; the next run, for either package, leaves exactly that one."""
    left = outcomes(tmp_path, when)
    half_done = 0
    for out in left:
        half_done += is_half_done(out / "acme")
        assert texts(out / "acme") in (OLD, NEW) or is_half_done(out / "acme")
        again = out.with_name(f"{out.name}-again")
        shutil.copytree(out, again)
        for folder, wanted in ((out, NEW), (again, OLD)):
            write(folder, [package(wanted)])

            assert texts(folder) == {f"acme/{path}": text for path, text in wanted.items()}
            assert os.listdir(folder) == ["acme"]
    assert len(left) > 15
    assert half_done >= 3

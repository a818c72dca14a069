"""The generated packages, in an environment without Bide."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SHELF = REPOSITORY / ".demo"
"""Environments of earlier runs, named by a hash of their content."""

_CONSTRAINTS = REPOSITORY / "constraints.txt"
_READY = ".ready"


class InstallError(Exception):
    """A command that builds the packages or their environment failed."""


def generate(specs: list[Path], out: Path) -> list[Path]:
    """Write a package for each spec; returns their folders."""
    _run([sys.executable, "-m", "bide", "generate", *map(str, specs), "--out", str(out)])
    return sorted(path for path in out.iterdir() if path.is_dir())


def environment(packages: list[Path]) -> Path:
    """The Python of an environment with these packages and their dependencies only, created if there is none."""
    folder = SHELF / _fingerprint(packages)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if (folder / _READY).exists():
        return python
    shutil.rmtree(SHELF, ignore_errors=True)
    SHELF.mkdir()
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # Built with the hatchling of this environment, so that no build tools are installed beside the packages.
    wheels = SHELF / "wheels"
    projects = map(str, [REPOSITORY / "runtime", *packages])
    _run([*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(wheels), *projects])
    built = [f"{path}[cli]" if "_client-" in path.name else str(path) for path in wheels.iterdir()]
    _run([*pip, "--python", str(python), "install", "--constraint", str(_CONSTRAINTS), *built])
    (folder / _READY).touch()
    return python


def _fingerprint(packages: list[Path]) -> str:
    """A short hash of everything that the environment depends on."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(_CONSTRAINTS.read_bytes())
    for package in [REPOSITORY / "runtime", *packages]:
        files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in sorted(files):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InstallError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

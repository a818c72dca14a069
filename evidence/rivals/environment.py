"""The environment of the official SDKs, without our packages. Nothing of ours depends on them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHELF = REPOSITORY / ".rivals"

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_READY = ".ready"

_VERSIONS = """
import importlib.metadata, json, platform
found = {each.name: each.version for each in importlib.metadata.distributions()}
print(json.dumps({**found, "Python": platform.python_version()}))
"""


class InstallError(Exception):
    """The environment cannot be created."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with the rivals in it."""

    python: Path
    versions: dict[str, str]
    """The installed versions, by name, including Python."""

    def lacks(self) -> list[str]:
        """The requirements that could not be installed."""
        return [each for each in _requirements() if _name(each) not in self.versions]


def environment() -> Environment:
    """The environment, created if there is none for these requirements, without packages that cannot be installed."""
    python = SHELF / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    ready = SHELF / _READY
    if not (ready.exists() and ready.read_text() == wanted):
        shutil.rmtree(SHELF, ignore_errors=True)
        if _run([sys.executable, "-m", "venv", str(SHELF)]) is None:
            raise InstallError(f"no environment can be made at {SHELF.name}")
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        # One by one, so that a failed one does not prevent the others.
        installed = [_run([*pip, each]) is not None for each in _requirements()]
        if all(installed):
            ready.write_text(wanted)
    return Environment(python, json.loads(_run([str(python), "-I", "-c", _VERSIONS]) or "{}"))


def _requirements() -> list[str]:
    return _REQUIREMENTS.read_text(encoding="utf-8").split()


def _name(requirement: str) -> str:
    return requirement.partition("==")[0].partition(">=")[0]


def _run(command: list[str]) -> str | None:
    """The output of a command; `None` if it fails, after its errors were printed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    print(f"{' '.join(command[-2:])}: {done.stderr.strip()}", file=sys.stderr)
    return None

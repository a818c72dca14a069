"""The environment of the benchmarks: our dependencies, at the development versions, and the other libraries."""

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
SHELF = REPOSITORY / ".benchmarks"

_PEERS = Path(__file__).with_name("requirements.txt")
_CONSTRAINTS = REPOSITORY / "constraints.txt"
_OURS = (
    "aiohttp",
    "black",
    "click",
    "httpx2",
    "jinja2",
    "jmespath",
    "jsonschema",
    "msgspec",
    "pydantic",
    "pyyaml",
    "rich",
    "urllib3",
)

_VERSIONS = """
import importlib.metadata, json
print(json.dumps({each.name.lower(): each.version for each in importlib.metadata.distributions()}))
"""


class InstallError(Exception):
    """The environment cannot be created."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with the other libraries installed, and the paths to our packages."""

    python: Path
    versions: dict[str, str]
    """The installed versions, by name in lower case."""

    def has(self, peer: str) -> bool:
        """Whether this library could be installed."""
        return peer.lower() in self.versions

    def run(self, module: str, *arguments: str, bound: float = 300.0) -> str:
        """The output of `python -m module`. Raises `CalledProcessError` and `TimeoutExpired` of `subprocess`."""
        path = [
            REPOSITORY,
            REPOSITORY / "generator",
            REPOSITORY / "runtime",
            *sorted((REPOSITORY / "generated").iterdir()),
        ]
        done = subprocess.run(
            [str(self.python), "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=bound,
            cwd=REPOSITORY,
            env={
                **os.environ,
                "PATH": os.pathsep.join([str(self.python.parent), os.environ["PATH"]]),
                "PYTHONPATH": os.pathsep.join(map(str, path)),
                # Installed packages have bytecode; ours are not installed.
                "PYTHONDONTWRITEBYTECODE": "",
                "PYTHONPYCACHEPREFIX": str(SHELF / "bytecode"),
            },
        )
        return done.stdout


def environment() -> Environment:
    """The environment, created if there is none for these requirements, without libraries that cannot be installed."""
    python = SHELF / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = hashlib.sha256(_PEERS.read_bytes() + _CONSTRAINTS.read_bytes() + sys.version.encode()).hexdigest()
    ready = SHELF / ".ready"
    if not (ready.exists() and ready.read_text() == wanted):
        shutil.rmtree(SHELF, ignore_errors=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        if not (
            _did([sys.executable, "-m", "venv", str(SHELF)]) and _did([*pip, "--constraint", str(_CONSTRAINTS), *_OURS])
        ):
            raise InstallError(f"no environment can be made at {SHELF.name}")
        # One by one, so that a failed one does not prevent the others.
        installed = [_did([*pip, each]) for each in _PEERS.read_text(encoding="utf-8").split()]
        if all(installed):
            ready.write_text(wanted)
    found = subprocess.run([str(python), "-I", "-c", _VERSIONS], capture_output=True, text=True, check=True)
    return Environment(python, json.loads(found.stdout))


def _did(command: list[str]) -> bool:
    """Whether a command succeeds; prints its errors."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{' '.join(command[-2:])}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0

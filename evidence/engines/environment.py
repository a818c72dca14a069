"""What the run needs beside `.venv`: an environment with the engines, and their servers from Debian and npm."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".engines"
"""Removed by `make clean`."""
PYTHON = HOME / "venv" / "bin" / "python"
DEBIAN = ("postgresql", "redis-server")
RESTATE = "@restatedev/restate-server-linux-" + {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")
RESTATE_VERSION = "1.7.12"


def prepare() -> None:
    """Install what is missing. Raises `SystemExit` if only root can."""
    if postgres_program("initdb") is None or shutil.which("redis-server") is None:
        packages = " ".join(DEBIAN)
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            sys.exit(f"make engines needs PostgreSQL and Redis: run `apt-get install {packages}` as root first")
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-q", *DEBIAN], check=True, stdout=subprocess.DEVNULL)
    if shutil.which("npm") is None:
        sys.exit("make engines needs npm, from which the Restate server is installed")
    requirements = Path(__file__).with_name("requirements.txt")
    ready = HOME / "ready.txt"
    wanted = requirements.read_text(encoding="utf-8") + RESTATE_VERSION
    if ready.exists() and ready.read_text(encoding="utf-8") == wanted:
        return
    HOME.mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", str(HOME / "venv")], check=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--editable", str(ROOT / "runtime"), "--requirement", str(requirements)], check=True)
    (HOME / "package.json").write_text("{}", encoding="utf-8")
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", f"{RESTATE}@{RESTATE_VERSION}"]
    subprocess.run(npm, cwd=HOME, check=True)
    ready.write_text(wanted, encoding="utf-8")


def postgres_program(name: str) -> Path | None:
    """A program of the newest PostgreSQL; Debian has them in no folder of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    return found[-1] if found else None


def restate_program() -> Path:
    """The Restate server."""
    return HOME / "node_modules" / RESTATE / "bin" / "restate-server"


def versions() -> dict[str, str]:
    """What the run has used."""
    names = ("celery", "redis", "procrastinate", "dbos", "restate-sdk")
    asked = (
        f"import json; from importlib.metadata import version; print(json.dumps({{n: version(n) for n in {names}}}))"
    )
    found: dict[str, str] = json.loads(_printed(str(PYTHON), "-c", asked))
    found["redis-server"] = _printed("redis-server", "--version").split("v=")[1].split()[0]
    found["postgres"] = _printed(str(postgres_program("postgres")), "--version").split()[2]
    found["restate-server"] = _printed(str(restate_program()), "--version").split()[1]
    found["python"] = platform.python_version()
    found["bide-runtime"] = version("bide-runtime")
    return found


def _printed(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

"""Where the engines of Rust are installed: an environment for each version of Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".rust-engines"
"""Removed by `make clean`."""

_PACKAGES = ("pyreqwest", "pyqwest", "pytest", "hypothesis")
_SHOWN = ("pyreqwest", "pyqwest", "urllib3", "aiohttp", "httpx2")
_VERSIONS = f"""
import json, platform
from importlib.metadata import version
print(json.dumps({{"python": platform.python_version(), **{{name: version(name) for name in {_SHOWN}}}}}))
"""


def environment(interpreter: str) -> Path:
    """The Python of the environment for an interpreter, which is made if there is none."""
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    number = _printed(interpreter, "-c", asked).strip()
    python = HOME / number / "bin" / "python"
    ready = HOME / number / ".ready"
    if not ready.exists():
        subprocess.run([interpreter, "-m", "venv", str(HOME / number)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--constraint", str(ROOT / "constraints.txt"), "--editable", str(ROOT / "runtime[httpx,socks]")]
        subprocess.run([*pip, *_PACKAGES], check=True)
        ready.touch()
    return python


def versions(python: Path) -> dict[str, str]:
    """The versions of Python and of the engines."""
    found: dict[str, str] = json.loads(_printed(str(python), "-c", _VERSIONS))
    return found


def _printed(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout

"""Run the tests that a generated package brings, as its user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = "5"
"""Of each property. The packages of `specs/` run with their usual 20; for 30 more those would take long."""


def own_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the folder of a package."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    env = {**os.environ, "PYTHONPATH": str(folder), "BIDE_EXAMPLES": EXAMPLES}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)

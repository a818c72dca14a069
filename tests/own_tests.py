"""Run the tests that a generated package brings, as its user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = "6"
"""Of each property. A package's usual 20 would take a quarter of all tests here."""


def own_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the folder of a package."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    env = {**os.environ, "PYTHONPATH": str(folder), "BIDE_EXAMPLES": EXAMPLES}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)

"""A program that knows no provider does a job over MCP."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[4]


def test_the_agent_of_the_docs() -> None:
    """It finds the tool, runs a five-minute job over two servers, of which one is killed, and gets the typed result."""
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY / "generated" / "scrapio")}
    command = [sys.executable, str(REPOSITORY / "examples" / "agent_over_mcp.py")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    chosen, first, killed, second, typed = done.stdout.splitlines()
    assert 'chosen: crawl({"seeds": ["example"]})' in chosen
    assert first.startswith(("after 45 s: pending", "after 45 s: running"))
    assert killed == "the server is killed"
    assert second.endswith(": succeeded")
    assert typed.startswith("the result fits the schema of crawl: True")

"""The simulator of a provider, as a process of its own, for runs that compare with what it saw."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def simulator(spec: Path, scenarios: Path, *, speed: float = 1.0) -> Iterator[str]:
    """A simulator of a provider until the end of the block; its base URL."""
    command = [sys.executable, "-P", "-m", "bide", "serve", "--port", "0", "--speed", f"{speed:g}"]
    command += ["--scenarios", str(scenarios), str(spec)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def jobs_at(base_url: str) -> list[dict[str, Any]]:
    """The jobs that the simulator made."""
    root = "/".join(base_url.split("/")[:3])
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{root}/_bide/state", timeout=30) as reply:
        found: list[dict[str, Any]] = json.load(reply)["jobs"]
    return found

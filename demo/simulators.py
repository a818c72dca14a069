"""The simulated providers, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from process import process

_START_SECONDS = 30.0


class SimulatorError(Exception):
    """A simulator does not start, or does not reply."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated provider."""

    url: str
    """The base URL for a client."""

    def jobs(self) -> list[dict[str, Any]]:
        """The state and the counts of each job so far."""
        parts = urlsplit(self.url)
        url = urlunsplit((parts.scheme, parts.netloc, "/_bide/state", "", ""))
        # Requests to this machine use no proxy of the environment.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=_START_SECONDS) as reply:
            jobs: list[dict[str, Any]] = json.load(reply)["jobs"]
            return jobs


@contextmanager
def simulators(specs: list[Path], *, speed: float) -> Iterator[list[Simulated]]:
    """A simulator of each spec, until the end of the block."""
    command: list[str | Path] = [sys.executable, "-P", "-m", "bide", "serve", "--port", "0", "--speed", f"{speed:g}"]
    with ExitStack() as stack:
        running = [stack.enter_context(process([*command, spec])) for spec in specs]
        yield [Simulated(_told_url(each)) for each in running]


def _told_url(simulator: subprocess.Popen[str]) -> str:
    """The URL that a simulator prints first, once it accepts requests."""
    assert simulator.stdout is not None
    impatience = Timer(_START_SECONDS, simulator.kill)
    impatience.start()
    try:
        line = simulator.stdout.readline().split()
    finally:
        impatience.cancel()
    if len(line) != 2:
        simulator.kill()
        raise SimulatorError(f"a simulator does not start: {simulator.communicate()[1] or simulator.args!r}")
    return line[1]

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
    """A simulator does not start, or does not answer."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """One provider, simulated."""

    url: str
    """What a client takes in place of the provider's base URL."""

    def jobs(self) -> list[dict[str, Any]]:
        """What was done to each job so far."""
        parts = urlsplit(self.url)
        url = urlunsplit((parts.scheme, parts.netloc, "/_bide/state", "", ""))
        # No proxy of the environment leads to this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=_START_SECONDS) as reply:
            jobs: list[dict[str, Any]] = json.load(reply)["jobs"]
            return jobs


@contextmanager
def simulators(specs: list[Path], *, speed: float) -> Iterator[list[Simulated]]:
    """A simulator of each spec, from here to the end of the block, however that comes."""
    command: list[str | Path] = [sys.executable, "-P", "-m", "bide", "serve", "--port", "0", "--speed", f"{speed:g}"]
    with ExitStack() as stack:
        running = [stack.enter_context(process([*command, spec])) for spec in specs]
        yield [Simulated(_told_url(each)) for each in running]


def _told_url(simulator: subprocess.Popen[str]) -> str:
    """The address that a simulator says first, once it takes requests."""
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

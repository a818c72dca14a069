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

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


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
    command = [sys.executable, "-P", "-m", "bide", "serve", "--port", "0", "--speed", f"{speed:g}"]
    with ExitStack() as stack:
        running = [stack.enter_context(_process([*command, str(spec)])) for spec in specs]
        yield [Simulated(_told_url(process)) for process in running]


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _told_url(process: subprocess.Popen[str]) -> str:
    """The address that a simulator says first, once it takes requests."""
    assert process.stdout is not None
    impatience = Timer(_START_SECONDS, process.kill)
    impatience.start()
    try:
        line = process.stdout.readline().split()
    finally:
        impatience.cancel()
    if len(line) != 2:
        raise SimulatorError(f"a simulator did not start within {_START_SECONDS:g} s: {process.args!r}")
    return line[1]

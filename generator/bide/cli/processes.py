"""Several commands at once, each a process of its own, that end together."""

from __future__ import annotations

import signal
import subprocess
import time
from types import FrameType

_LOOK_EVERY = 0.1
_GRACE = 5.0
"""Seconds that a process has to end after it was asked to."""


def run_together(commands: list[list[str]]) -> int:
    """Run the commands until one of them ends, or we are told to; end the others. Return the exit code of the first."""
    former = signal.signal(signal.SIGTERM, _interrupt)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += (subprocess.Popen(command, stdin=subprocess.DEVNULL) for command in commands)
        while True:
            for process in running:
                code = process.poll()
                if code is not None:
                    return code
            time.sleep(_LOOK_EVERY)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            _end(process)
        signal.signal(signal.SIGTERM, former)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

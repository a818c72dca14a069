"""Run several commands at once, each as a process, and end them together."""

from __future__ import annotations

import signal
import subprocess
import time
from types import FrameType

_CHECK_EVERY = 0.1
_GRACE = 5.0
"""Seconds that a process has to exit after SIGTERM."""


def run_together(commands: list[list[str]]) -> int:
    """Run the commands until one ends, or SIGTERM or Ctrl-C; end the others. Returns its exit code, or 0."""
    former = signal.signal(signal.SIGTERM, _interrupt)
    running: list[subprocess.Popen[bytes]] = []
    try:
        running += (subprocess.Popen(command, stdin=subprocess.DEVNULL) for command in commands)
        while True:
            for process in running:
                code = process.poll()
                if code is not None:
                    return code
            time.sleep(_CHECK_EVERY)
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

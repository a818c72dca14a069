"""A process that ends with a block, however the block ends."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_STOP_SECONDS = 5.0


@contextmanager
def process(
    command: list[str | Path], *, told: str = "", env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Start a command with *told* as its standard input. It is ended, by its id, at the end of the block."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told_file:
        told_file.write(told)
        told_file.seek(0)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=told_file, stdout=pipe, stderr=pipe, text=True, env=env) as running:
            try:
                yield running
            finally:
                _end(running)


def _end(running: subprocess.Popen[str]) -> None:
    running.terminate()
    try:
        running.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()

"""A command in a real terminal: a pseudo terminal of the system, with a size."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

_PATIENCE = 30.0
"""How long a text may take to appear, in seconds."""

_CONTROL = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-9A-B]")


def _without_size() -> dict[str, str]:
    """The environment without the size of another terminal."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


class Terminal:
    """A process whose input, output and errors are a terminal."""

    def __init__(
        self, words: list[str], env: Mapping[str, str], *, columns: int = 100, stdout: int | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        self.raw = b""
        """All that came so far."""
        self._process = subprocess.Popen(
            [sys.executable, *words],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env={**_without_size(), "TERM": "xterm-256color", **env},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C goes to the terminal's own
        )
        os.close(slave)

    @property
    def text(self) -> str:
        """What came so far, without control sequences."""
        return _CONTROL.sub(b"", self.raw).decode("utf-8", "replace")

    def until(self, text: str) -> None:
        """Wait until a text has appeared."""
        end = time.monotonic() + _PATIENCE
        while text not in self.text:
            assert time.monotonic() < end, f"{text!r} did not appear in {self.text!r}"
            self._read(0.1)

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.type("\x03")

    def code(self) -> int:
        """The exit code, once the process has ended."""
        end = time.monotonic() + _PATIENCE
        while self._process.poll() is None:
            assert time.monotonic() < end, f"it did not end: {self.text!r}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        try:
            part = os.read(self._master, 65_536) if ready else b""
        except OSError:  # the process has closed its side
            part = b""
        self.raw += part
        return bool(part)

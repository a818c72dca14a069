"""Prism, Stoplight's mock server of an OpenAPI document, as a process of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from evidence.prism.said import Request, requests_of

PROGRAM = Path(__file__).resolve().parents[2] / ".prism" / "node_modules" / ".bin" / "prism"

_MADE_UP = ("--dynamic", "--json-schema-faker-fillProperties=false", "--seed")
_START_SECONDS = 90.0
_TIME = re.compile(r"^\[[^\]]*\] \u203a ")


class NoPrism(Exception):
    """Prism does not serve a document. The message is what it said."""


class Prism:
    """Serves one document on a port of the loopback interface, until the block ends."""

    def __init__(self, document: Path, log: Path, seed: str = "") -> None:
        """With a *seed*, Prism makes replies up from the schemas and uses no examples."""
        self._command = [str(PROGRAM), "mock", str(document), *([*_MADE_UP, seed] if seed else ())]
        self._log = log
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.seconds = 0.0
        """How long it took to start."""

    def __enter__(self) -> Self:
        began = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._command, "--host", "127.0.0.1", "--port", str(self._port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0"},
            )
        try:
            while not self._is_up():
                if self._process.poll() is not None or time.monotonic() - began > _START_SECONDS:
                    raise NoPrism(_last(self.said()))
                time.sleep(0.05)
        except BaseException:
            self._end()
            raise
        self.seconds = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def said(self) -> str:
        """What it has logged."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def requests(self) -> list[Request]:
        """The requests that it got, and what its own validator says of its replies."""
        return requests_of(self.said())

    def _is_up(self) -> bool:
        if "Prism is listening" not in self.said():
            return False
        try:
            socket.create_connection(("127.0.0.1", self._port), 0.5).close()
        except OSError:
            return False
        return True

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _last(said: str) -> str:
    """The line of a log that says why, or the last one."""
    lines = [_TIME.sub("", line).strip() for line in said.splitlines() if line.strip()]
    why = [line for line in lines if "rror" in line or "fatal" in line]
    first = (why or lines or ["it said nothing"])[0].rpartition(" fatal ")[2]
    return " ".join(first.split())[:200]

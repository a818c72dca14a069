"""Start short programs one after another, and count how they end."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.runtime.engines.server import Answer, Peer, Received, Server, chunk, head, reply

from evidence.rust_engines.environment import ROOT
from evidence.rust_engines.short import ENDINGS, FORKED

PATIENCE = 20.0
"""Seconds after which a program hangs."""

AT_ONCE = 2


class Run(NamedTuple):
    """How a short program ended."""

    engine: str
    ending: str
    code: int | None
    """The exit code; negative for a signal; `None` if it hung."""
    said: str
    """The last line that it printed to standard error."""

    @property
    def outcome(self) -> str:
        """In one word."""
        if self.code is None:
            return "hung"
        if self.code < 0 or self.code == 134:
            return "aborted"
        return {0: "fine", FORKED: "forked"}.get(self.code, "failed")


def runs(python: Path, engine: str, number: int, endings: Sequence[str] = tuple(ENDINGS)) -> list[Run]:
    """So many runs of an interpreter with an engine, with each ending in turn."""
    with Server(_answer) as server, ThreadPoolExecutor(AT_ONCE) as side_by_side:

        def run(seed: int) -> Run:
            return one(python, engine, endings[seed % len(endings)], server.url, seed)

        return list(side_by_side.map(run, range(number)))


def one(python: Path, engine: str, ending: str, url: str, seed: int) -> Run:
    """One run."""
    command = [str(python), "-m", "evidence.rust_engines.short", engine, ending, url, str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            said = process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            said, code = process.communicate()[1].decode(errors="replace"), None
    return Run(engine, ending, code, next(reversed(said.strip().splitlines()), ""))


def outcomes(found: Iterable[Run]) -> Counter[str]:
    """The number of runs by outcome."""
    return Counter(run.outcome for run in found)


def _answer(peer: Peer, request: Received) -> None:
    """At once; `/slow` after a moment; `/stream` never ends."""
    answers: dict[str, Answer] = {"/slow": _slowly, "/stream": _begin}
    answers.get(request.target, _at_once)(peer, request)


def _at_once(peer: Peer, _request: Received) -> None:
    peer.send(reply(b"{}"))


def _slowly(peer: Peer, _request: Received) -> None:
    peer.drip([reply(b"{}")], 0.1)


def _begin(peer: Peer, _request: Received) -> None:
    peer.send(head(transfer_encoding="chunked") + chunk(b"one"))
    peer.wait_until_gone()

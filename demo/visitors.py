"""Processes that visit the simulated providers with their packages, in an environment without Bide."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plan import Line
from process import process

from bide.ir import Provider

Received = dict[str, dict[str, Any]]
"""The report of each line, by its key; see `visitor/notes.py`."""

_PROGRAM = Path(__file__).parent / "visitor"
_PATIENCE = 120.0
"""The timeout of a process in real seconds."""


class VisitError(Exception):
    """A process ended without a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One simulated provider to visit."""

    provider: Provider
    url: str
    """The base URL of its simulator."""
    lines: list[Line]
    """The lines to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Visits several providers at the same time."""

    python: Path
    speed: float
    """The speed of the clients' clocks."""

    def visit(self, hosts: list[Host], *, mode: str) -> list[Received]:
        """The reports of the lines of each host.

        First, processes submit the jobs that are to be resumed, and exit. Then other processes run all other visits.
        """
        resumed = [[line for line in host.lines if line.does == "resume"] for host in hosts]
        left = self._together(
            hosts, mode, [[{**_as_visit(each), "does": "submit"} for each in lines] for lines in resumed]
        )
        orders = []
        for host, seen in zip(hosts, left, strict=True):
            tokens = {key: {"token": notes["token"]} for key, notes in seen.items()}
            orders.append([{**_as_visit(each), "options": tokens.get(each.key, each.options)} for each in host.lines])
        return self._together(hosts, mode, orders)

    def _together(self, hosts: list[Host], mode: str, visits: list[list[dict[str, Any]]]) -> list[Received]:
        """Run one process for each host, side by side."""
        # Requests to this machine use no proxy of the environment.
        env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        with ExitStack() as stack:
            running = [
                stack.enter_context(
                    process([self.python, "-I", _PROGRAM], told=json.dumps(self._order(host, mode, theirs)), env=env)
                )
                for host, theirs in zip(hosts, visits, strict=True)
            ]
            return [_report(each, host.provider.name) for each, host in zip(running, hosts, strict=True)]

    def _order(self, host: Host, mode: str, visits: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "package": f"{host.provider.name}_client",
            "client": host.provider.class_name,
            "url": host.url,
            "speed": self.speed,
            "mode": mode,
            "visits": visits,
        }


def _as_visit(line: Line) -> dict[str, Any]:
    """The part of a line that a process needs."""
    return {
        "key": line.key,
        "name": line.name,
        "does": line.does,
        "scenarios": line.scenarios,
        "method": line.method,
        "arguments": line.arguments,
        "options": line.options,
    }


def _report(visitor: subprocess.Popen[str], name: str) -> Received:
    """The report that a process prints at its end."""
    try:
        report, trouble = visitor.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise VisitError(f"the visitor of {name} took more than {_PATIENCE:g} s") from None
    if visitor.returncode != 0:
        said = trouble.strip() or f"exit code {visitor.returncode}"
        raise VisitError(f"the visitor of {name} broke down: {said}")
    seen: Received = json.loads(report)
    return seen

"""Processes that visit a simulated provider through its package, in an environment without Bide."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plan import Line

from bide.ir import Provider

_PROGRAM = Path(__file__).parent / "visitor"
_PATIENCE = 120.0
"""Seconds on the wall that one process may take."""


class VisitError(Exception):
    """A process ended without a report."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever visits one provider."""

    python: Path
    provider: Provider
    url: str
    """Where it is simulated."""
    speed: float = field(kw_only=True)
    """How fast its clock goes."""

    async def visit(self, lines: list[Line], *, mode: str) -> dict[str, dict[str, Any]]:
        """What each line of a mode saw, by its key.

        A first process makes the jobs that are to be resumed, and is gone when a second one does so, and all else.
        """
        lines = [line for line in lines if line.mode == mode]
        resumed = [line for line in lines if line.does == "resume"]
        left = await self._process(mode, [{**_as_visit(line), "does": "submit"} for line in resumed])
        tokens = {line.key: {"token": left[line.key]["token"]} for line in resumed}
        return await self._process(
            mode, [{**_as_visit(line), "options": tokens.get(line.key, line.options)} for line in lines]
        )

    async def _process(self, mode: str, visits: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        order = {
            "package": f"{self.provider.name}_client",
            "client": self.provider.class_name,
            "url": self.url,
            "speed": self.speed,
            "mode": mode,
            "visits": visits,
        }
        # No proxy of the environment leads to this machine.
        env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        process = await asyncio.create_subprocess_exec(
            self.python, "-I", _PROGRAM, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=env
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                report, trouble = await process.communicate(json.dumps(order).encode())
        except TimeoutError:
            raise VisitError(f"the visitor of {self.provider.name} took more than {_PATIENCE:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            said = trouble.decode(errors="replace").strip() or f"exit code {process.returncode}"
            raise VisitError(f"the visitor of {self.provider.name} broke down: {said}")
        seen: dict[str, dict[str, Any]] = json.loads(report)
        return seen


def _as_visit(line: Line) -> dict[str, Any]:
    """What a process has to know of a line."""
    return {
        "key": line.key,
        "name": line.name,
        "does": line.does,
        "scenarios": line.scenarios,
        "arguments": line.arguments,
        "options": line.options,
    }

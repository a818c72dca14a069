"""A command line in this process, against a simulator that runs as fast as its clock."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bide_runtime.apps.cli import run

from bide.ir import Provider
from bide.lint.pipeline import read_spec
from bide.simulator import Simulator
from tests.providers.made import NAMES, Packages, provider

REPOSITORY = Path(__file__).parents[4]
SPEED = 40.0
SPECS = [*NAMES, *sorted(path.stem for path in (REPOSITORY / "specs").glob("*.yaml"))]
"""The made-up providers, and those of `specs`."""


@cache
def spec_of(name: str) -> Provider:
    """The meaning of a spec by its name."""
    if name in NAMES:
        return provider(name)
    return read_spec(f"{name}.yaml", (REPOSITORY / "specs" / f"{name}.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Runs commands of one package."""

    def __init__(self, package: str, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
        self.package = package
        self._monkeypatch = monkeypatch
        self._captured = capsysbinary

    def __call__(self, *words: str, stdin: str | bytes = "") -> Ended:
        """Run a command with this text on its standard input."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))
        try:
            code = run(self.package, list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        seen = self._captured.readouterr()
        return Ended(code, seen.out.decode("utf-8", "surrogateescape"), seen.err.decode())


class Shells:
    """Shells for the package of each provider."""

    def __init__(self, packages: Packages) -> None:
        self._packages = packages

    def package(self, name: str) -> str:
        """The import name of the package of a provider: made on first use, or that in `generated`."""
        if name in NAMES:
            return self._packages[name].__name__
        folder = str(REPOSITORY / "generated" / name)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return f"{name}_client"


@pytest.fixture(scope="session")
def shells(packages: Packages) -> Shells:
    """The packages of all providers."""
    return Shells(packages)


@pytest.fixture
def shell_of(shells: Shells, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> Any:
    """Makes a context with a shell for a provider and its simulator: `with shell_of("quarry", scenarios=...)`."""

    @contextmanager
    def opened(name: str, *, scenarios: str | None = None, speed: float = SPEED) -> Iterator[tuple[Shell, Simulator]]:
        found = spec_of(name)
        with Simulator(found, key="key", speed=speed, scenarios=scenarios) as simulator:
            for secret in found.auth:
                monkeypatch.setenv(secret.env, "key")
            monkeypatch.setenv(f"{found.name.upper()}_BASE_URL", simulator.url)
            monkeypatch.setenv("BIDE_SPEED", f"{speed:g}")
            yield Shell(shells.package(name), monkeypatch, capsysbinary), simulator

    return opened

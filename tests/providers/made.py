"""The specs of the made-up providers, and their packages."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

from bide.ir import Provider
from bide.lint.pipeline import read_spec
from tests.live.brook import packed
from tests.own_tests import own_tests

HERE = Path(__file__).parent
QUICK = ("test_models.py", "test_examples.py", "test_requests.py")
"""The fast ones of a package's tests."""

NAMES = sorted(spec.parent.name for spec in HERE.glob("*/spec.yaml"))


@cache
def provider(name: str) -> Provider:
    """The meaning of the spec in a folder."""
    return read_spec("spec.yaml", (HERE / name / "spec.yaml").read_text("utf-8"))


class Packages:
    """The package of each provider, generated in *folder* on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, ModuleType] = {}

    def __getitem__(self, name: str) -> ModuleType:
        if name not in self._made:
            self._made[name] = packed(provider(name), self._folder / name)
        return self._made[name]

    def tested(self, name: str, files: Sequence[str] = QUICK, only: str = "") -> subprocess.CompletedProcess[str]:
        """Run a package's own tests: the fast ones, or others; *only* is pytest's `-k`."""
        assert self[name]
        here = self._folder / name
        found = [str(path) for each in files if (path := here / "tests" / each).exists()]
        return own_tests(here, "-k", only, *found)

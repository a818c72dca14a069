"""Fixtures of the live tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.live.brook import brook, packed
from tests.live.driver import Driver

GENERATED = Path(__file__).parents[2] / "generated"


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Brook's package."""
    return packed(brook(), tmp_path_factory.mktemp("brook"))


@pytest.fixture(scope="session")
def generated() -> Callable[[str], ModuleType]:
    """A function that imports a package of generated/."""

    def load(name: str) -> ModuleType:
        folder = str(GENERATED / name)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return importlib.import_module(f"{name}_client")

    return load


@pytest.fixture(params=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Run the test for the blocking client and for the asyncio client."""
    made = Driver(request.param)
    try:
        yield made
    finally:
        made.close()

"""Fixtures of all tests."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.providers.made import Packages

# How long an example takes depends on the machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True, scope="session")
def _cache() -> Iterator[None]:
    """Keep the records of `bide generate` out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setenv("XDG_CACHE_HOME", folder)
        yield


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The package of each made-up provider, by name. There is one of each in a process."""
    return Packages(tmp_path_factory.mktemp("providers"))


def pytest_collection_finish() -> None:
    """Leave out of each garbage collection what was collected: thousands of tests would take a tenth of the time."""
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="take over what the golden specs give now")

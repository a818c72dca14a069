"""The mill's package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.brook import packed
from tests.runtime.apps.mcp.host import KEY, mill


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is."""
    folder = tmp_path_factory.mktemp("mill")
    packed(mill(), folder)
    return folder


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILL_API_KEY", KEY)

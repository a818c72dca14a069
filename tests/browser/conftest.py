"""Headless Chromium, where there is one: `make browser` runs these tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bide.ir import Provider
from bide.lint.pipeline import read_spec

REPOSITORY = Path(__file__).parents[2]

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser of Playwright."""
    if not os.environ.get("BIDE_BROWSER"):
        pytest.skip("make browser runs this")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    sync = pytest.importorskip("playwright.sync_api", reason="there is no Playwright: pip install playwright")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of 1200 by 800 pixels in which no script may fail."""
    context = chromium.new_context(viewport={"width": 1200, "height": 800}, accept_downloads=True)
    page, errors = context.new_page(), []
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()
    assert not errors


@pytest.fixture(scope="session")
def anakin() -> Provider:
    path = REPOSITORY / "specs" / "anakin.yaml"
    return read_spec(path.name, path.read_text(encoding="utf-8"))


@pytest.fixture
def client_class(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A generated client, and the clock and the error of its package."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "generated" / "anakin"))
    import anakin_client

    return anakin_client

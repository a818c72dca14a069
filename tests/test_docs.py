"""The pages of the docs: their code runs, and their links lead somewhere."""

from __future__ import annotations

import logging
import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from docs_runner import blocks, difference, run
from msgspec.structs import replace

from bide.pipeline import read_spec
from bide.simulator import Simulator

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
PAGES = ("waiting", "errors", "many-jobs", "observing", "transports")
PROVIDERS = ("anakin", "scrapio")

SPEED = 50.0
"""How fast time passes, for the simulators and for every client that is given no clock."""


class Providers:
    """Simulated providers, and the clients of the generated packages led to them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, urls: dict[str, str]) -> None:
        self._headers: list[dict[str, str]] = []
        for name, url in urls.items():
            monkeypatch.syspath_prepend(REPOSITORY / "generated" / name)
            package = import_module(f"{name}_client")
            provider = import_module(f"{name}_client._provider").PROVIDER
            monkeypatch.setenv(provider.env, "sk-test")
            headers = dict(provider.headers)
            self._headers.append(headers)
            here = replace(provider, base_url=url, headers=headers)
            for class_name in (each for each in package.__all__ if each.removeprefix("Async") in CLASSES):
                monkeypatch.setattr(getattr(package, class_name), "_provider", here)
            for kind, module in (("SystemClock", "client"), ("AsyncSystemClock", "async_client")):
                driver = import_module(f"{name}_client._runtime.{module}")
                monkeypatch.setattr(driver, kind, partial(getattr(package, kind), SPEED))

    def follow(self, scenario: str | None) -> None:
        """What happens to the jobs that are submitted from now on."""
        for headers in self._headers:
            headers.pop("x-bide-scenario", None)
            if scenario is not None:
                headers["x-bide-scenario"] = scenario


CLASSES = ("Anakin", "Scrapio")


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """What the pages talk to."""
    specs = {name: REPOSITORY / "specs" / f"{name}.yaml" for name in PROVIDERS}
    with (
        Simulator(read_spec("anakin.yaml", specs["anakin"].read_text()), speed=SPEED) as anakin,
        Simulator(read_spec("scrapio.yaml", specs["scrapio"].read_text()), speed=SPEED) as scrapio,
    ):
        yield Providers(monkeypatch, {"anakin": anakin.url, "scrapio": scrapio.url})


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(
    page: str, providers: Providers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each block of a page runs, and prints what the page says."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(DOCS / f"{page}.md"):
        providers.follow(block.scenario)
        printed = run(block, namespace)
        assert not difference(block, printed), difference(block, printed)

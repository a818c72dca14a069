"""The documentation site: every page is in its navigation, its API pages name what exists, and dead links are found.

`make docs` builds it, which needs what `make test` has not.
"""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.docs.reader import REPOSITORY
from tests.docs.site import dead

DOCS = REPOSITORY / "docs"
CONFIG = tomllib.loads((REPOSITORY / "zensical.toml").read_text(encoding="utf-8"))["project"]


def _files(nav: list[dict[str, Any]]) -> list[str]:
    return [
        file
        for entry in nav
        for value in entry.values()
        for file in ([value] if isinstance(value, str) else _files(value))
    ]


def test_each_page_is_in_the_navigation() -> None:
    """Once each."""
    assert sorted(path.name for path in DOCS.glob("*.md")) == sorted(_files(CONFIG["nav"]))


def test_the_site_needs_no_server() -> None:
    """Pages are files, no font is loaded, and the search works offline."""
    assert CONFIG["use_directory_urls"] is False
    assert CONFIG["theme"]["font"] is False
    assert "offline" in CONFIG["plugins"]


@pytest.mark.parametrize("page", ["api-runtime", "api-package"])
def test_the_api_pages_name_what_exists(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each directive leads to a module or to a name in it."""
    monkeypatch.syspath_prepend(REPOSITORY / "generated" / "scrapio")
    for path in re.findall(r"^::: (\S+)$", (DOCS / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE):
        module, _, name = path.rpartition(".")
        assert hasattr(import_module(module), name) or import_module(path), path


def test_every_public_exception_is_on_the_page() -> None:
    """The API page of the runtime has each."""
    runtime = import_module("bide_runtime")
    page = (DOCS / "api-runtime.md").read_text(encoding="utf-8")
    for name in runtime.__all__:
        found = getattr(runtime, name)
        if isinstance(found, type) and issubclass(found, BaseException):
            assert re.search(rf"^::: .*\.{name}$", page, re.MULTILINE), name


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ('<a href="gone.html">x</a>', "index.html: gone.html does not exist"),
        ('<a href="#gone">x</a>', "index.html: #gone has no such anchor"),
        ('<a href="other.html#gone">x</a>', "index.html: other.html#gone has no such anchor"),
        ('<a href="../outside.html">x</a>', "index.html: ../outside.html leads out of the site"),
        ('<script src="https://cdn.example/x.js"></script>', "index.html: loads https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="https://cdn.example/x.css">', "index.html: loads https://cdn.example/x.css"),
    ],
)
def test_a_dead_link_is_found(page: str, says: str, tmp_path: Path) -> None:
    """With the page that has it."""
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "other.html").write_text('<h1 id="there">There</h1>')

    assert [says] == list(dead(tmp_path))

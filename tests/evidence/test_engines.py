"""The run that kills workers of engines, without the engines."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from evidence.engines.__main__ import CAMPAIGNS
from evidence.engines.campaign import ANAKIN, ENGINES, Campaign, Counted
from evidence.engines.page import text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "engines"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_example_uses_names_that_a_package_has(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it imports from the package is there, and its kind has the methods that it calls; for Anakin too."""
    source = (EXAMPLES / f"{ENGINES[engine].module}.py").read_text(encoding="utf-8")
    for provider, changes in (("scrapio", {}), ("anakin", ANAKIN)):
        monkeypatch.syspath_prepend(EXAMPLES.parents[1] / "generated" / provider)
        package, code = import_module(f"{provider}_client"), source
        for old, new in changes.items():
            code = code.replace(old, new)
        tree = ast.parse(code)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        [names] = [[each.name for each in node.names] for node in imports if node.module == package.__name__]
        assert set(names) <= set(package.__all__)
        kind = getattr(getattr(package, names[0])(api_key="any"), "fetch" if provider == "scrapio" else "url_scraper")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pages":
                assert hasattr(kind, node.attr), node.attr


def test_the_judge_fails_for_what_must_not_be() -> None:
    """A job that is paid twice, lost, polled too early, or without an end."""
    assert Counted(wanted=2, made=2, done=1, unsure=1).is_good
    for bad in (Counted(paid_twice=1), Counted(lost=1), Counted(early_polls=1), Counted(other=1)):
        assert not bad.is_good


def test_the_page_has_a_row_for_each_campaign() -> None:
    """Kills, the naive way, and what is written."""
    found = [(each, Counted(kills=2, wanted=40, made=40, done=40, takeovers=[61.25, 66.0])) for each in CAMPAIGNS]
    page = text(found, {"celery": "5.7.0"})

    row = "| Celery | Scrapio | between polls | 2 | 40 | 40 | 40 | 0 | 0 | 0 | 0 | 61.2 to 66.0 |"
    assert row in page
    assert 16 == page.count(" | 2 | 40 | 40 | 40 | 0 | 0 | 0 | 0 |")
    assert "DBOS, each poll as a step" in page
    assert "Versions: celery 5.7.0." in page
    assert Campaign("dbos", "nothing").scenario == "- scenario: succeed; duration=12\n"

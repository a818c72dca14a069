"""The page of each code: it exists, explains the code, and is in the docs."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from bide.cli.app import main
from bide.differ import pages as changes
from bide.lint import rules
from bide.lint.codes import all_pages, as_markdown, read

REPOSITORY = Path(__file__).parents[2]
BIDE = REPOSITORY / "generator" / "bide"
RULES = sorted(
    module.name for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.") if not module.ispkg
)


def codes_in(path: Path) -> Iterator[str]:
    """The codes in a file: the arguments of functions that make diagnostics."""
    makers = {"Diagnostic": 1, "at_key": 1, "at_value": 1, "note": 1, "fail": 1, "_problem": 2}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            argument = node.args[makers[name]] if name in makers and len(node.args) > makers[name] else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def test_every_code_has_a_page() -> None:
    """Every reported code is explained, and every page is of a reported code."""
    files = [path for path in BIDE.rglob("*.py") if not {"runtime", "simulator"} & set(path.parts)]
    reported = {code for path in files for code in codes_in(path)} | {"tab", "bad-yaml"}

    assert reported == set(all_pages())


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_page(name: str) -> None:
    """A rule's file starts with the pages of its codes."""
    assert list(read(inspect.getdoc(import_module(name)) or ""))


def test_no_code_has_two_pages() -> None:
    """A code is explained in one place."""
    folders = [BIDE / "spec" / "pages", BIDE / "lint" / "rules"]
    docstrings = [ast.get_docstring(ast.parse(path.read_text())) for folder in folders for path in folder.rglob("*.py")]
    codes = [page.code for docstring in docstrings for page in read(docstring or "")]

    assert sorted(codes) == sorted(all_pages())


@pytest.mark.parametrize("code", all_pages())
def test_a_page_has_its_parts(code: str) -> None:
    """One sentence about a valid spec, then the reason, and an example in YAML."""
    page = all_pages()[code]
    examples = [paragraph for paragraph in page.paragraphs if paragraph.startswith("    ")]

    assert page.what.endswith(".")
    assert page.paragraphs[0].startswith("Why: ")
    assert examples
    if code not in NO_YAML:
        assert all(list(yaml.parse(inspect.cleandoc(example), Loader=yaml.CSafeLoader)) for example in examples)


NO_YAML = {"bad-yaml", "directive", "alias"}
"""Codes for text that YAML parsers refuse."""


def test_the_docs_have_the_pages(request: pytest.FixtureRequest) -> None:
    """docs/rules.md is made of the pages; `--update-golden` rewrites it."""
    page = REPOSITORY / "docs" / "rules.md"
    if request.config.getoption("--update-golden"):
        page.write_text(as_markdown())

    assert page.read_text() == as_markdown()


def test_the_docs_refer_to_existing_rules() -> None:
    """A comment in the docs that silences a warning has an existing code."""
    text = "".join(path.read_text() for path in (REPOSITORY / "docs").glob("*.md"))
    codes = set(re.findall(r"# bide: allow ([a-z-]+)", text))

    assert codes
    assert {all_pages()[code].severity for code in codes} == {"warning"}


# --- bide explain ----------------------------------------------------------------------------------------------------


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide explain` prints the page of a code."""
    assert main(["explain", "bad-range"]) == 0
    assert capsys.readouterr().out == (
        "bad-range (error)\n\n"
        "A range starts with its shorter time, and every time is longer than zero.\n\n"
        "Why: other schedules cannot be followed.\n\n"
        "    interval: 5s..2s                     # refused: the longer time comes first\n"
        "    timeout: 0s                          # refused: zero\n"
        "    interval: 2s..5s                     # fine\n"
    )


def test_explain_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide explain` without a code lists every code with its severity: problems, then changes, each sorted."""
    assert main(["explain"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]

    assert [(code, severity) for code, severity, *_ in lines] == [
        (page.code, page.severity) for page in (*all_pages().values(), *changes.all_pages().values())
    ]


def test_explain_a_change(capsys: pytest.CaptureFixture[str]) -> None:
    """`bide explain` prints the page of a change, too."""
    assert main(["explain", "timeout-rose"]) == 0
    assert capsys.readouterr().out == (
        "timeout-rose (behaviour)\n\n"
        "A job's default timeout is longer.\n\n"
        "Hits: new version.\n\n"
        "Why: a job that never ends is given up later.\n\n"
        "    # old\n    jobs: {page: {polling: {timeout: 5m}}}\n\n"
        "    # new\n    jobs: {page: {polling: {timeout: 10m}}}\n\n"
        'Says: job "page": the default timeout rose from 5m to 10m\n'
    )


def test_no_code_has_two_meanings() -> None:
    """A code is of a problem or of a change."""
    assert not all_pages().keys() & changes.all_pages().keys()


@pytest.mark.parametrize(
    ("code", "help_"),
    [("unknwon-key", 'did you mean "unknown-key"?'), ("xyzzy", "`bide explain` lists all codes")],
)
def test_explain_an_unknown_code(code: str, help_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a usage error with a suggestion."""
    assert main(["explain", code]) == 2
    assert capsys.readouterr() == ("", f'bide: there is no code "{code}": {help_}\n')

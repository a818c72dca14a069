"""The README and the pages for authors of specs: following all their steps gives the printed results."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.docs.reader import REPOSITORY, Reader, checkout, reading

README = REPOSITORY / "README.md"
NEW_PROVIDER = REPOSITORY / "docs" / "add-a-provider.md"
CHECKING = REPOSITORY / "docs" / "checking.md"
COMPARING = REPOSITORY / "docs" / "diff.md"


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader with an empty folder."""
    with reading(tmp_path, monkeypatch) as reader:
        yield reader


def test_the_code_of_the_readme_runs(reader: Reader) -> None:
    """Each command exists, and each block of the quickstart prints the output of the page."""
    checkout(reader.folder)
    reader.read(README)


def test_a_provider_can_be_added(reader: Reader) -> None:
    """The page for new providers leads to a package that works and is tested."""
    checkout(reader.folder, names=("pyproject.toml", "runtime"))
    (reader.folder / "specs").mkdir()
    reader.spec = "specs/skylark.yaml"
    reader.read(NEW_PROVIDER)


def test_a_spec_can_be_checked(reader: Reader) -> None:
    """The page on checking shows the problems of a spec, and none after they are corrected."""
    reader.spec = "acme.yaml"
    reader.read(CHECKING)


def test_specs_can_be_compared(reader: Reader) -> None:
    """The page on changes shows what is reported, and the version that is written."""
    reader.read(COMPARING)
    assert 'package: {version: "2.0.0", license: MIT}' in (reader.folder / "new.yaml").read_text("utf-8")


def test_the_readme_has_each_job() -> None:
    """The table of providers has each job and each operation of each spec, in order."""
    rows = {cells[0]: cells for cells in _rows(README.read_text(encoding="utf-8"))}
    for path in sorted((REPOSITORY / "specs").glob("*.yaml")):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        package = f"[{path.stem}](generated/{path.stem}/README.md)"
        assert package in rows, f"add a row for {package} to the table of providers in README.md"
        _, jobs, operations, _ = rows[package]

        assert jobs.replace("`", "").split() == list(spec.get("jobs", {}))
        assert operations.replace("`", "").split() == list(spec.get("operations", {}))


def test_the_readme_has_each_command() -> None:
    """The table of commands has each command of `bide`."""
    done = subprocess.run([sys.executable, "-m", "bide", "--help"], capture_output=True, text=True, check=True)
    commands = re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE)

    assert len(commands) >= 5
    assert sorted(commands) == sorted(re.findall(r"^\| `bide (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", [README, NEW_PROVIDER], ids=lambda page: page.stem)
def test_links_are_valid(page: Path) -> None:
    """Each link to a file of this repository exists."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert targets
    assert not [target for target in targets if not (page.parent / target).exists()]


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]

"""`--vendor`: a package with its own copy of the runtime, without bide-runtime, that keeps the same promises.

That its types are exact too is seen by `make check`.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.emit import render as rendering
from tests.own_tests import own_tests

REPOSITORY = Path(__file__).parents[2]
SPEC = REPOSITORY / "specs" / "knowledgesdk.yaml"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with the runtime inside."""
    out = tmp_path_factory.mktemp("vendored")
    assert main(["generate", str(SPEC), "--vendor", "--out", str(out)]) == 0
    return out / "knowledgesdk"


def test_its_own_tests_pass_without_the_runtime(package: Path) -> None:
    """The same generated tests run on both forms; here `bide_runtime` cannot be imported."""
    (package / "tests" / "no_runtime.py").write_text("import sys\nsys.modules['bide_runtime'] = None\n")
    done = own_tests(package, "-p", "tests.no_runtime", "tests")

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    (package / "tests" / "no_runtime.py").unlink()


def test_its_dependencies(package: Path) -> None:
    """It depends on the engines, and neither imports bide-runtime nor depends on it."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    imported = {
        name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }

    assert {need.partition(">")[0] for need in project["dependencies"]} == {"aiohttp", "msgspec", "urllib3"}
    assert not [name for name in imported if name.split(".")[0] in ("bide", "bide_runtime")]


def test_vendor_needs_the_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says what to install, and nothing is written."""
    rendering.runtime.cache_clear()
    monkeypatch.setattr(rendering, "find_spec", lambda name: None)

    assert main(["generate", str(SPEC), "--vendor", "--out", str(tmp_path)]) == 1
    assert "pip install 'bide[vendor]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

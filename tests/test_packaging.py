"""The wheel of Bide."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import bide

REPOSITORY = Path(__file__).parents[1]
SOURCES = REPOSITORY / "generator" / "bide"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built without a network from a copy of its sources."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "bide"
    shutil.copytree(SOURCES, copy / "generator" / "bide", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, copy)
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--wheel-dir", folder, copy], check=True, timeout=120)
    [built] = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_everything_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """Every file of the generator: templates, simulator, the schema and `py.typed`."""
    files = {
        f"bide/{path.relative_to(SOURCES).as_posix()}"
        for path in SOURCES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {"bide/py.typed", "bide/spec/shape/spec.schema.json", "bide/cli/app.py"} <= files
    assert any(name.startswith("bide/emit/templates/") for name in files)
    assert files == {name for name in wheel.namelist() if name.startswith("bide/")}


def test_the_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    """The wheel installs one package."""
    assert {name.split("/")[0] for name in wheel.namelist()} == {"bide", f"bide-{bide.__version__}.dist-info"}


def test_the_metadata_of_the_wheel(wheel: zipfile.ZipFile) -> None:
    """The version of the code, the licence, the command `bide`, and the extra for the simulator."""
    info = f"bide-{bide.__version__}.dist-info"
    metadata = Parser().parsestr(wheel.read(f"{info}/METADATA").decode())

    assert metadata["Version"] == bide.__version__
    assert metadata["License-Expression"] == "MIT"
    assert "simulator" in metadata.get_all("Provides-Extra", [])
    assert "bide = bide.__main__:main" in wheel.read(f"{info}/entry_points.txt").decode()


def test_the_version_is_that_of_the_code() -> None:
    """The distribution reads its version from the code."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

    assert "version" in project["project"]["dynamic"]


def test_constraints_name_every_development_dependency() -> None:
    """Every package that `make` installs is pinned, and the pins name no index."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    pinned = {pin.partition("==")[0].lower() for pin in pins}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]

    assert all(pin.count("==") == 1 and " " not in pin and "/" not in pin for pin in pins)
    assert {requirement.partition(">=")[0].lower() for requirement in wanted} <= pinned

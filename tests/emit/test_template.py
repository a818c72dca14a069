"""The compiled templates."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bide

SPEC = Path(__file__).parents[2] / "specs" / "scrapio.yaml"


@pytest.mark.parametrize("is_set", [True, False], ids=["a cache folder", "no cache folder"])
def test_templates_are_kept_compiled_where_python_writes_no_bytecode(tmp_path: Path, is_set: bool) -> None:
    """In the user's cache folder, so that the next run need not compile them. Without one, each run does."""
    cache = tmp_path / "cache"
    home = {"XDG_CACHE_HOME": str(cache)} if is_set else {"XDG_CACHE_HOME": "relative"}
    env = {**os.environ, **home, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "bide", "generate", str(SPEC), "--out", str(tmp_path / "out")]

    subprocess.run(command, env=env, check=True, capture_output=True, cwd=tmp_path)

    kept = list((cache / "bide" / "templates").glob("*.cache"))
    assert bool(kept) is is_set
    assert not (tmp_path / "relative").exists()


def test_templates_are_kept_compiled_beside_their_sources() -> None:
    """As Python keeps modules."""
    folder = Path(bide.__file__).parent / "emit" / "templates"
    code = "from bide.emit.template import _environment; print(_environment().bytecode_cache.directory)"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)

    assert Path(done.stdout.strip()) == folder / "__pycache__"

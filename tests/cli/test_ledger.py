"""`bide ledger` passes its arguments to the runtime of the packages, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bide_runtime.ledger.file.store import Store
from click.testing import CliRunner

from bide.cli import ledger as command
from bide.cli.ledger import ledger


def test_a_ledger_is_shown(tmp_path: Path) -> None:
    """As a table."""
    path = tmp_path / "crawl.db"
    Store(path, provider="acme").close()
    done = subprocess.run(
        [sys.executable, "-m", "bide", "ledger", "status", str(path)], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)
    assert ["kind", "new", "sending", "running", "done", "failed", "refused", "unsure"] == done.stdout.split()[:8]


def test_a_file_that_is_no_ledger_is_one_line(tmp_path: Path) -> None:
    """With exit code 1."""
    command = [sys.executable, "-m", "bide", "ledger", "retry", str(tmp_path / "none.db"), "--failed"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("error: there is no ledger")


def test_without_the_runtime_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bide itself does not need it."""
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    found = CliRunner().invoke(ledger, ["status", "x.db"], standalone_mode=False)

    assert 1 == found.return_value
    assert "pip install bide-runtime" in found.stderr

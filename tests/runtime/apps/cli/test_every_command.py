"""Each job and operation of each provider is a command that works, from its spec alone."""

from __future__ import annotations

import json
from pathlib import Path
from shlex import split
from typing import Any

import pytest
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.cli.jobs import example_of

from tests.runtime.apps.cli.conftest import SPECS, Shells, spec_of

JOBS = [pytest.param(name, job.name, id=f"{name}-{job.name}") for name in SPECS for job in spec_of(name).jobs]
OPERATIONS = [
    pytest.param(name, each.name, id=f"{name}-{each.name}") for name in SPECS for each in spec_of(name).operations
]


@pytest.fixture(autouse=True)
def _with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of uploads name a file in the current folder."""
    (tmp_path / "example.bin").write_bytes(b"example")
    monkeypatch.chdir(tmp_path)


def _example(shells: Shells, provider: str, name: str) -> tuple[str, list[str]]:
    """The command of a job or an operation, and the words of its example."""
    catalog = Catalog.of(shells.package(provider))
    entry = (catalog.jobs | catalog.operations)[name]
    assert entry.command is not None
    assert entry.example is not None, "each made-up provider has an example"
    return entry.command, split(example_of(entry))


@pytest.mark.parametrize(("provider", "job"), JOBS)
def test_a_job_runs_with_its_example(provider: str, job: str, shells: Shells, shell_of: Any) -> None:
    """`run` waits and prints the result; `--no-wait` prints a token with which `wait` prints it too."""
    command, words = _example(shells, provider, job)
    with shell_of(provider, scenarios="- scenario: succeed; duration=1") as (shell, simulator):
        ran = shell(command, "run", *words, "--to", "result")
        token = shell(command, "run", *words, "--no-wait")
        waited = shell(command, "wait", token.out.strip(), "--to", "again")
        state = simulator.state()

    assert (0, 0, 0) == (ran.code, token.code, waited.code), ran.err + token.err + waited.err
    assert Path("result").stat().st_size
    assert Path("again").stat().st_size
    assert state["jobs"]
    assert not any(made["early_polls"] for made in state["jobs"])


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_an_operation_runs_with_its_example(provider: str, operation: str, shells: Shells, shell_of: Any) -> None:
    """It prints its reply as JSON, its events as lines of JSON, and bytes as they are."""
    command, words = _example(shells, provider, operation)
    entry = Catalog.of(shells.package(provider)).operations[operation]
    with shell_of(provider) as (shell, _):
        ran = shell(command, *words)

    assert 0 == ran.code, ran.err
    match entry.returns:
        case "json":
            assert json.loads(ran.out) is not None
        case "events":
            assert ran.lines
        case "bytes":
            assert ran.out
        case "nothing":
            assert "" == ran.out

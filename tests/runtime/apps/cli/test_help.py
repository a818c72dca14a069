"""The help: short, under headings, there at once; and the completion of shells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shlex import split
from typing import Any

import pytest

from bide.lint.pipeline import read_spec
from tests.acme_spec import TEXT
from tests.live.brook import packed
from tests.runtime.apps.cli.conftest import SPECS, Shell, Shells, spec_of

HEAVY = {"aiohttp", "asyncio", "bide_runtime.http", "msgspec", "rich", "urllib3"}
"""Modules that no help needs."""


@pytest.mark.parametrize("name", SPECS)
def test_each_command_has_a_help(name: str, shell_of: Any) -> None:
    """Of all jobs and operations, in lines that fit."""
    with shell_of(name) as (shell, _):
        whole = shell("--help")
        assert 0 == whole.code
        commands = [each.command for each in (*spec_of(name).jobs, *spec_of(name).operations)]
        assert [each for each in commands if f"  {each}" not in whole.out] == []
        for command in commands:
            helped = shell(command, "--help")
            assert 0 == helped.code
            assert helped.out.startswith("Usage: ")
            assert max(map(len, helped.out.splitlines())) <= 120
        for job in spec_of(name).jobs:
            for word in ("run", "run-many", "submit", "wait", "status", "result"):
                assert 0 == shell(job.command, word, "--help").code


@pytest.mark.parametrize(
    ("command", "line"),
    [("run-many", "[FILE]  The inputs."), ("wait", "TOKEN|ID  The token that was printed")],
)
def test_an_argument_without_a_name_is_explained(command: str, line: str, shell_of: Any) -> None:
    """Once, and `--help` comes last."""
    with shell_of("scrapio") as (shell, _):
        told = shell("fetch", command, "--help").out

    assert 1 == told.count(line)
    assert told.index("Connection:") < told.index("Other:")


def test_an_example_of_the_help_works(shell_of: Any) -> None:
    """The line that it prints, as it is."""
    with shell_of("scrapio", scenarios="- scenario: succeed; duration=1") as (shell, _):
        helped = shell("interact", "run", "--help")
        line = helped.out.split("Example:\n")[1].strip()
        ended = shell(*split(line)[1:])

    assert 0 == ended.code, ended.err


@pytest.mark.parametrize("words", [["--help"], ["fetch", "run", "--help"], ["--version"]])
def test_no_help_loads_what_it_does_not_need(words: list[str], shells: Shells) -> None:
    """A count of modules guards the start-up time, which docs/benchmarks.md measures."""
    assert shells.package("scrapio")
    folder = Path(sys.modules["scrapio_client"].__file__ or "").parents[1]
    program = f"from bide_runtime.apps.cli import run; run('scrapio_client', {words!r})"
    ended = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(folder)!r}); {program}; print(*sys.modules, file=sys.stderr)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(ended.stderr.split()) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        ("scrapio fe", {"fetch", "fetch-inline"}),
        ("scrapio fetch ru", {"run", "run-many"}),
        ("scrapio fetch run --de", {"--device"}),
        ("scrapio fetch run --device ", {"desktop", "mobile", "tablet"}),
    ],
)
def test_a_shell_completes_commands_options_and_choices(words: str, offers: set[str], shells: Shells) -> None:
    """As bash asks for it."""
    assert shells.package("scrapio")
    folder = Path(sys.modules["scrapio_client"].__file__ or "").parents[1]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), *sys.path]),
        "_SCRAPIO_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "scrapio_client"], env=env, capture_output=True, text=True, check=False
    )

    assert offers == {line.partition(",")[2] for line in ended.stdout.splitlines()}


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell_name: str, shell_of: Any) -> None:
    """`completion` prints it."""
    with shell_of("scrapio") as (shell, _):
        ended = shell("completion", shell_name)

    assert 0 == ended.code, ended.err
    assert f"_SCRAPIO_COMPLETE={shell_name}_complete" in ended.out


def test_a_spec_says_what_is_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
    """`cli: false` of an operation, another name for a job, and for the whole command."""
    text = TEXT.replace("name: acme\n", "name: acme\ncli: roadrunner\n", 1)
    provider = read_spec("acme.yaml", text)
    hidden = provider.operations[0].name
    text = text.replace(f"\n  {hidden}:\n", f"\n  {hidden}:\n    cli: false\n", 1)
    renamed = provider.jobs[0].name
    text = text.replace(f"\n  {renamed}:\n", f"\n  {renamed}:\n    cli: other-name\n", 1)
    package = packed(read_spec("acme.yaml", text), tmp_path / "acme")
    shell = Shell(package.__name__, monkeypatch, capsysbinary)

    helped = shell("--help")

    assert "Usage: roadrunner [OPTIONS]" in helped.out
    assert "  other-name" in helped.out
    assert f"  {hidden.replace('_', '-')} " not in helped.out
    assert 2 == shell(hidden.replace("_", "-")).code

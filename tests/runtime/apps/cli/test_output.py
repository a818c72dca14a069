"""What a command prints: JSON, lines, text, tables, and parts of a result."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shlex import split
from typing import Any

import pytest
from bide_runtime.apps.catalog.catalog import Catalog
from bide_runtime.apps.cli.jobs import example_of
from bide_runtime.apps.cli.printing import harmless, json_of, queried, text_of

SEARCH = ("search-inline", "--query", "words")


def test_json_is_the_default(shell_of: Any) -> None:
    """With indents, and nothing else on standard output."""
    with shell_of("scrapio") as (shell, _):
        ended = shell(*SEARCH)

    assert ended.out.startswith('{\n  "')
    assert "inline" == ended.json["mode"]


def test_a_query_selects_a_part(shell_of: Any) -> None:
    """By JMESPath, and each item of a list is a line of `jsonl`; a text alone is bare with `raw`."""
    with shell_of("scrapio") as (shell, _):
        urls = shell(*SEARCH, "-q", "result.results[].url", "-o", "jsonl")
        bare = shell(*SEARCH, "-q", "result.results[0].url", "-o", "raw")
        wrong = shell(*SEARCH, "-q", "result..")

    assert '"https://example.com/"\n' == urls.out
    assert "https://example.com/\n" == bare.out
    assert 2 == wrong.code
    assert "error: Invalid value for '-q' / '--cli-query': " in wrong.err


def test_a_table_has_a_row_for_each_object(shell_of: Any) -> None:
    """Or for each field of one; in a pipe it has no colour, and nothing is cut."""
    with shell_of("scrapio") as (shell, _):
        rows = shell(*SEARCH, "-q", "result.results", "-o", "table")
        fields = shell(*SEARCH, "-o", "table")

    assert ["rank", "title", "url", "snippet"] == rows.out.splitlines()[0].split()
    assert "1     example  https://example.com/  example" == rows.out.splitlines()[1]
    assert fields.out.splitlines()[0].split() == ["field", "value"]
    assert "\x1b" not in rows.out + fields.out


def test_a_result_is_written_to_a_file(shell_of: Any, tmp_path: Path) -> None:
    """Whole, or not at all; bytes as they are."""
    with shell_of("scrapio") as (shell, _):
        ended = shell(*SEARCH, "--to", str(tmp_path / "out.json"))
        wrong = shell(*SEARCH, "--to", str(tmp_path / "missing" / "out.json"))

    assert (0, "") == (ended.code, ended.out)
    assert "inline" == json.loads((tmp_path / "out.json").read_text("utf-8"))["mode"]
    assert 2 == wrong.code
    assert "cannot be written: No such file or directory" in wrong.err
    assert ["out.json"] == [path.name for path in tmp_path.iterdir()]


def test_what_is_no_file_is_not_replaced(shell_of: Any, tmp_path: Path) -> None:
    """A pipe gets the result, a folder is refused, and both are still there."""
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    with shell_of("scrapio") as (shell, _), ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_text, "utf-8")
        ended = shell(*SEARCH, "--to", str(pipe))
        refused = shell(*SEARCH, "--to", str(folder))

    assert 0 == ended.code
    assert "inline" == json.loads(read.result(10))["mode"]
    assert pipe.is_fifo()
    assert 2 == refused.code
    assert folder.is_dir()


def test_bytes_go_to_a_pipe_as_they_are(shell_of: Any) -> None:
    """Of an operation and of a job."""
    with shell_of("foundry", scenarios="- scenario: succeed; duration=1") as (shell, _):
        catalog = Catalog.of(shell.package)
        found = [each for each in (*catalog.operations.values(), *catalog.jobs.values()) if each.returns == "bytes"]
        for entry in found:
            words = split(example_of(entry))
            ended = shell(str(entry.command), *(["run"] if entry.name in catalog.jobs else []), *words)
            assert 0 == ended.code, ended.err
            assert ended.out
            assert not ended.out.endswith("\n")

    assert 2 == len(found)


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\x07b", "\u202eevil", "\x9b31m", "\u200b"])
def test_text_of_a_provider_controls_no_terminal(text: str) -> None:
    """Escapes, also of one byte, and marks that turn or hide text, are written out; the JSON stays the same."""
    assert harmless(text).isprintable()
    assert json_of(text).isprintable()
    assert text == json.loads(json_of(text))
    assert text_of({"a": text}, "json").replace("\n", "").isprintable()


def test_line_breaks_and_other_scripts_stay() -> None:
    """They are harmless."""
    assert "line\n\tünï ✓ 日本" == harmless("line\n\tünï ✓ 日本")


def test_a_query_of_bytes_is_refused() -> None:
    """It needs JSON."""
    import click

    with pytest.raises(click.BadParameter, match="bytes"):
        queried(b"\x00", "a")


@pytest.mark.parametrize("wrong", [("-q", "url["), ("--to", "missing/out.json"), ("--to", ".")])
def test_an_output_that_cannot_be_is_refused_before_the_submit(wrong: tuple[str, str], shell_of: Any) -> None:
    """Else a job would be paid for, and its result lost."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell("fetch", "run", "--url", "https://example.com", *wrong)
        jobs = simulator.state()["jobs"]

    assert 2 == ended.code
    assert f"error: Invalid value for '{wrong[0]}'" in ended.err
    assert [] == jobs


def test_a_result_that_cannot_be_printed_is_not_lost(shell_of: Any) -> None:
    """The second line is the command that prints it; the exit code is not that of a command that sent nothing."""
    with shell_of("scrapio") as (shell, simulator):
        ended = shell("fetch", "run", "--url", "https://example.com", "-q", "sum(status)")
        again = shell(*split(ended.err.splitlines()[1].partition(": scrapio ")[2]))
        jobs = simulator.state()["jobs"]

    assert 1 == ended.code
    assert jobs[0]["id"] == again.json["job_id"]
    assert 1 == len(jobs)


@pytest.mark.parametrize(
    "words", [("fetch", "submit", "--url", "https://example.com"), ("fetch", "run", "--url", "https://example.com")]
)
def test_a_full_disk_is_two_lines(words: tuple[str, ...], shell_of: Any) -> None:
    """Without a traceback, and with the token of the job."""
    with shell_of("scrapio") as (shell, _), open("/dev/full", "w") as full:
        ended = _process(shell.package, *words, stdout=full)

    assert 1 == ended.returncode
    assert "error: it cannot be printed: No space left on device" == ended.stderr.splitlines()[0]
    assert "the job exists: scrapio fetch wait '{" in ended.stderr.splitlines()[1]
    assert 2 == len(ended.stderr.splitlines())


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_closed_stream_is_no_error(closed: int, shell_of: Any) -> None:
    """A daemon may start a program without standard input, output or errors."""
    with shell_of("scrapio") as (shell, _):
        ended = _process(shell.package, *SEARCH, "-i", "-", preexec_fn=lambda: os.close(closed))

    assert (2 if closed == 0 else 0) == ended.returncode
    assert "Traceback" not in ended.stderr


def _process(package: str, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    streams = {"stdout": subprocess.PIPE, "input": "{}", **how}
    return subprocess.run(
        [sys.executable, "-m", package, *words], stderr=subprocess.PIPE, text=True, env=env, timeout=60, **streams
    )


def test_only_a_failure_of_the_output_is_called_one(shell_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other failure of the operating system is a bug, and shown as such."""

    def broken(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/a/file")

    monkeypatch.setattr("bide_runtime.apps.cli.app.App.main", broken)
    with shell_of("scrapio") as (shell, _), pytest.raises(PermissionError):
        shell("fetch", "run")

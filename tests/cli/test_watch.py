"""`--watch`: a process that runs again after each save, with a real file and a real Ctrl-C."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bide.cli.app import main
from bide.spec.starter import completed, written

GOOD = written(completed("acme", {}), schema="x.json")
BAD = GOOD.replace("processing: running", "processing: runing")


@pytest.fixture(autouse=True)
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(GOOD)
    return Path("acme.yaml")


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`bide ... --watch` in a process of its own, with all its output in one stream."""
    command = [sys.executable, "-m", "bide", *arguments, "--watch"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    too_long = threading.Timer(120, process.kill)
    too_long.start()
    with process:
        try:
            yield process
        finally:
            too_long.cancel()
            process.kill()


def answer(process: subprocess.Popen[str]) -> str:
    """Its output until it waits again."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("watching "):
            return "".join(lines)
    raise AssertionError("".join(lines))


def wait_for(words: str, process: subprocess.Popen[str]) -> str:
    """The output that has these words. A save in two pieces may cause one more output before it."""
    said = answer(process)
    return said if words in said else answer(process)


def replaced(path: Path, text: str) -> None:
    """Save a file by renaming a new one over it, as some editors do."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def test_check_runs_after_each_save(spec: Path) -> None:
    """However the file was saved; Ctrl-C ends the watch with 0."""
    with watching("check", "acme.yaml") as process:
        assert answer(process) == "1 spec checked, no problem found\nwatching acme.yaml: press Ctrl-C to stop\n"

        spec.write_text(BAD)
        said = wait_for('did you mean "running"?', process)
        assert said.startswith("\n--- acme.yaml saved\nacme.yaml:")
        assert 'did you mean "running"?' in said

        replaced(spec, GOOD)
        assert "1 spec checked, no problem found" in answer(process)

        spec.unlink()
        assert process.stdout is not None
        assert process.stdout.readline() == "bide: waiting for acme.yaml, which no longer exists\n"
        spec.write_text(BAD)
        assert 'did you mean "running"?' in wait_for('did you mean "running"?', process)

        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""


def test_generate_runs_after_each_save(spec: Path) -> None:
    """A valid spec writes its changes; an invalid one writes nothing."""
    with watching("generate", "acme.yaml") as process:
        assert "added    generated/acme/README.md" in answer(process)
        readme = Path("generated/acme/README.md").read_text()

        replaced(spec, BAD.replace("title: Acme", "title: Acme Works"))
        assert 'did you mean "running"?' in answer(process)
        assert Path("generated/acme/README.md").read_text() == readme

        replaced(spec, GOOD.replace("title: Acme", "title: Acme Works"))
        assert "changed  generated/acme/README.md" in answer(process)
        assert "Acme Works" in Path("generated/acme/README.md").read_text()

        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_a_missing_spec_is_a_usage_error() -> None:
    """Its name may be wrong, so it is not waited for."""
    with watching("check", "nix.yaml") as process:
        assert process.communicate(timeout=30)[0] == "bide: nix.yaml: no such file\n"
        assert process.returncode == 2


def test_watch_refuses_document_formats(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON and SARIF are one document for the whole run."""
    assert main(["check", "acme.yaml", "--watch", "--format", "json"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line == "bide: --watch cannot be used with --format json, which is one document"


def test_watch_clears_the_terminal(spec: Path) -> None:
    """Before each output except the first."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bide", "check", "acme.yaml", "--watch"]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs) as process:
        try:
            os.close(theirs)
            seen = ""
            while "watching" not in seen:
                seen += os.read(ours, 1000).decode()
            assert "\x1b[2J" not in seen
            replaced(spec, BAD)
            while seen.count("watching") < 2:
                seen += os.read(ours, 1000).decode()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
    os.close(ours)

    assert 'did you mean "running"?' in seen.split("\x1b[2J\x1b[H")[1]

"""`--watch`: a process that answers each save, with a real file and a real Ctrl-C."""

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
    """`bide ... --watch` in a process of its own, with all that it says in one stream."""
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
    """What it says until it rests again."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("watching "):
            return "".join(lines)
    raise AssertionError("".join(lines))


def wait_for(words: str, process: subprocess.Popen[str]) -> str:
    """The answer that has these words in it. A save in two pieces may have one more before it."""
    said = answer(process)
    return said if words in said else answer(process)


def replaced(path: Path, text: str) -> None:
    """Save a file as careful editors do: under another name, and then in the old one's place."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def test_check_answers_each_save(spec: Path) -> None:
    """Each save is answered with what is right or wrong now, however it was saved; Ctrl-C ends the watch with 0."""
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


def test_generate_answers_each_save(spec: Path) -> None:
    """Each save of a good spec writes what it changes; a bad one writes nothing."""
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


def test_a_spec_that_was_never_there_is_a_usage_error() -> None:
    """A file that is not there at the beginning is not waited for: its name may be wrong."""
    with watching("check", "nix.yaml") as process:
        assert process.communicate(timeout=30)[0] == "bide: nix.yaml: no such file\n"
        assert process.returncode == 2


def test_a_document_is_not_watched(capsys: pytest.CaptureFixture[str]) -> None:
    """A format that is one document for all does not go with a command that never ends."""
    assert main(["check", "acme.yaml", "--watch", "--format", "json"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line == "bide: --watch cannot be used with --format json, which is one document"


def test_on_a_terminal_the_old_answer_goes(spec: Path) -> None:
    """On a terminal the screen is cleared in front of each answer but the first."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bide", "check", "acme.yaml", "--watch"]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs) as process:
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
    os.close(ours)

    assert 'did you mean "running"?' in seen.split("\x1b[2J\x1b[H")[1]
